import { type Entry, ETERNAL, entryText, type Owner } from './entry.ts'
import { SimulationError, thrownIn } from './errors.ts'

/** An async callback that has not come to its end. */
interface Work {
  readonly owner: Owner
  readonly life: number
  readonly event: string
}

/** Follows async callbacks to their end, and keeps the first failure that no event has thrown. */
export class AsyncWork {
  #pending = new Set<Work>()
  #failure: { error: unknown } | null = null

  /** Takes what a callback has answered, of whatever kind. */
  follow(result: unknown, { owner, life, what, at }: Entry, now: number): void {
    if (!isPromise(result)) return
    if (what === 'observer') throw onlySynchronous()
    const event = entryText({ owner, what, at }, now)
    const work: Work = { owner, life: life === ETERNAL ? owner.life : life, event }
    this.#pending.add(work)
    result.then(
      () => void this.#pending.delete(work),
      (error: unknown) => {
        this.#pending.delete(work)
        this.fail(thrownIn(event, error))
      },
    )
  }

  /** A rejected promise that nobody waits for, a use of the real world. */
  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  get failed(): boolean {
    return this.#failure !== null
  }

  throwFailure(): void {
    const failure = this.#failure
    if (failure === null) return
    this.#failure = null
    throw failure.error
  }

  forgetFailure(): void {
    this.#failure = null
  }

  /** Callbacks that have begun and not ended, of lives that are not over, one line each. */
  pending(of?: Owner): string[] {
    return [...this.#pending]
      .filter(({ owner, life }) => owner.life === life && (of === undefined || owner === of))
      .map(({ event }) => event)
  }

  /** For runs that cannot wait for promises. */
  refuse(): void {
    if (this.#pending.size === 0) return
    this.#pending.clear()
    throw onlySynchronous()
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

export function onlySynchronous(): SimulationError {
  return new SimulationError(
    'threw',
    'an async function was used in the simulation: in run(), and for observers, only synchronous callbacks are supported; for code under test await runAsync() instead',
  )
}
