import type { Job } from './pump.ts'
import type { Scheduler } from './scheduler.ts'

/** Runs a simulation to one time after the other, event by event. */
export class PhaseJob implements Job {
  readonly eventLimit: number
  #scheduler: Scheduler
  #times: Iterator<number>
  #afterEach: () => void
  #until: number | null = null

  constructor(scheduler: Scheduler, times: Iterator<number>, eventLimit: number, afterEach: () => void) {
    this.eventLimit = eventLimit
    this.#scheduler = scheduler
    this.#times = times
    this.#afterEach = afterEach
  }

  step(): boolean {
    try {
      return this.#step()
    } catch (error) {
      this.abandon()
      throw error
    }
  }

  throwFailure(): void {
    try {
      this.#scheduler.throwFailure()
    } catch (error) {
      this.abandon()
      throw error
    }
  }

  event(): string | null {
    return this.#scheduler.event()
  }

  fail(error: unknown): void {
    this.#scheduler.fail(error)
  }

  /** Leaves time where it is. */
  abandon(): void {
    if (this.#until !== null) this.#scheduler.finish(null)
    this.#until = null
  }

  #step(): boolean {
    if (this.#until === null) {
      const next = this.#times.next()
      if (next.done) return false
      this.#scheduler.begin(next.value)
      this.#until = next.value
    }
    if (this.#scheduler.step(this.#until)) return true
    this.#scheduler.finish(this.#until)
    this.#until = null
    this.#afterEach()
    return true
  }
}
