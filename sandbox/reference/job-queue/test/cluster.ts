import type { Simulation } from 'specproof/sim'
import { type Coordinator, createCoordinator } from '../src/coordinator.ts'
import { startWorker } from '../src/worker.ts'

export interface Assign {
  type: 'assign'
  key: string
  job: string
  epoch: number
}

/** One first sending of an assignment. */
export interface Assignment {
  key: string
  job: string
  worker: string
  epoch: number
  at: number
  /** Last sending of the same message. */
  last: number
}

export interface Execution {
  job: string
  worker: string
  epoch: number
  at: number
}

/** A coordinator and workers, and what can be seen of them from outside. */
export class Cluster {
  readonly executions: Execution[] = []
  readonly assignments = new Map<string, Assignment>()
  /** Arrivals of heartbeats at the coordinator, by worker. */
  readonly heard = new Map<string, { at: number; epoch: number }[]>()
  /** First result of each job that arrived with a key that had been sent. */
  readonly results = new Map<string, { value: unknown; at: number }>()
  readonly submitted: string[] = []
  readonly workers: readonly string[]
  readonly #sim: Simulation
  coordinator: Coordinator | undefined

  constructor(
    sim: Simulation,
    workers: readonly string[],
    result: (job: string) => unknown = (job) => `result of ${job}`,
  ) {
    this.#sim = sim
    this.workers = workers
    for (const worker of workers) this.heard.set(worker, [])
    this.#observe()
    sim.node('coordinator', ({ clock, net }) => {
      this.coordinator = createCoordinator(clock, net, workers)
    })
    for (const name of workers) {
      sim.node(name, ({ clock, net }) => {
        const epoch = clock.now()
        startWorker(clock, net, name, (job) => {
          this.executions.push({ job, worker: name, epoch, at: sim.now() })
          return result(job)
        })
      })
    }
  }

  submit(priority: number): void {
    this.submitted.push(this.coordinator!.submit(null, priority))
  }

  #observe(): void {
    this.#sim.observe((event) => {
      if (event.what === 'sent' && event.delivery.from === 'coordinator' && !event.delivery.duplicate) {
        const { key, job, epoch } = event.delivery.message as Assign
        const known = this.assignments.get(key)
        if (known) known.last = event.at
        else this.assignments.set(key, { key, job, epoch, worker: event.delivery.to, at: event.at, last: event.at })
      }
      if (event.what !== 'delivered' || event.delivery.to !== 'coordinator') return
      const { type, epoch, key, result } = event.delivery.message as {
        type: string
        epoch: number
        key: string
        result: unknown
      }
      if (type === 'heartbeat') this.heard.get(event.delivery.from)?.push({ at: event.at, epoch })
      const job = this.assignments.get(key)?.job
      if (type === 'done' && job && !this.results.has(job)) this.results.set(job, { value: result, at: event.at })
    })
  }

  /** Heartbeats of the newest epoch heard so far, until `at`. */
  newest(worker: string, at = this.#sim.now()): { at: number; epoch: number }[] {
    const all = this.heard.get(worker)!.filter((beat) => beat.at <= at)
    const epoch = Math.max(...all.map((beat) => beat.epoch))
    return all.filter((beat) => beat.epoch === epoch)
  }

  /** Surely alive for the coordinator, all the time from `from` until now. */
  isAliveSince(worker: string, from: number): boolean {
    const all = this.newest(worker)
    const begin = all.findLastIndex(({ at }) => at <= from)
    if (begin < 0) return false
    const times = [...all.slice(begin).map(({ at }) => at), this.#sim.now()]
    return times.every((at, index) => index === 0 || at - times[index - 1]! < 30_000)
  }

  /** ms since the coordinator heard of the worker in this epoch. */
  silence(worker: string, epoch: number): number {
    const last = this.heard.get(worker)!.findLast((beat) => beat.epoch === epoch)
    return this.#sim.now() - (last?.at ?? 0)
  }

  assignmentsOf(job: string): Assignment[] {
    return [1, 2, 3].flatMap((number) => this.assignments.get(`${job}#${number}`) ?? [])
  }
}
