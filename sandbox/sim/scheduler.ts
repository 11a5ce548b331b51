import { EventQueue, type Scheduled } from './event-queue.ts'
import { StormGuard } from './storm-guard.ts'

/** Who an event belongs to. */
export interface Owner {
  readonly name: string
  /** Grows with every crash: what an earlier life has set is void. */
  life: number
}

interface Entry extends Scheduled {
  readonly owner: Owner
  /** The life of the owner that set it; null when it outlives a crash. */
  readonly life: number | null
}

export interface When {
  at: number
  /** True: after everything else in the same instant. */
  last?: boolean
}

/** Added to the order of observers. Far above the number of events of any run, and still exact in a double. */
const LAST = 2 ** 50

/** Simulated time: runs what is due, in order of time and then of setting. */
export class Scheduler {
  #now = 0
  #order = 0
  #running = false
  #queue = new EventQueue<Entry>()
  #timers = new Map<number, Entry>()
  #checks: (() => void)[] = []

  get now(): number {
    return this.#now
  }

  schedule(owner: Owner, when: When, run: () => void): void {
    this.#push(owner, when, run)
  }

  /** Void as soon as the owner crashes. Returns the id that cancels it. */
  setTimer(owner: Owner, at: number, fn: () => void): number {
    const fire = () => {
      this.#timers.delete(entry.order)
      call(fn)
    }
    const entry = this.#push(owner, { at }, fire, owner.life)
    this.#timers.set(entry.order, entry)
    return entry.order
  }

  /** Ids that are unknown, over, or another owner's are ignored. */
  cancelTimer(owner: Owner, id: number): void {
    const entry = this.#timers.get(id)
    if (entry?.owner !== owner) return
    entry.run = null
    this.#timers.delete(id)
  }

  /** An id that never fires. */
  unusedId(): number {
    this.#order += 1
    return this.#order
  }

  /** Runs at the end of each instant in which anything happened. */
  always(check: () => void): void {
    this.#checks.push(check)
  }

  /** Runs everything up to and including `until` (absolute, ms). What an event throws comes out here. */
  run(until: number): void {
    if (this.#running) throw new Error('run() was called while the simulation is running')
    if (!Number.isFinite(until) || until < this.#now) {
      throw new RangeError(`run(${until}): an absolute time in ms, not before now (t=${this.#now})`)
    }
    this.#running = true
    try {
      this.#runEvents(until)
    } finally {
      this.#running = false
    }
    this.#now = until
  }

  #push(owner: Owner, when: When, run: () => void, life: number | null = null): Entry {
    this.#order += 1
    const order = when.last ? this.#order + LAST : this.#order
    const entry: Entry = { at: when.at, order, owner, life, run }
    this.#queue.push(entry)
    return entry
  }

  #runEvents(until: number): void {
    const guard = new StormGuard()
    let unchecked = false
    for (;;) {
      const next = this.#queue.peek()
      if (next !== undefined && isVoid(next)) {
        this.#queue.pop()
      } else if (unchecked && (next === undefined || next.at > this.#now)) {
        unchecked = false
        for (const check of this.#checks) call(check)
      } else if (next === undefined || next.at > until) {
        return
      } else {
        this.#queue.pop()
        this.#now = next.at
        guard.count(next.owner.name, next.at)
        unchecked = true
        next.run?.()
      }
    }
  }
}

function isVoid(entry: Entry): boolean {
  return entry.run === null || (entry.life !== null && entry.life !== entry.owner.life)
}

/** Runs a callback, and refuses an async one: what comes after its first `await` would not run in simulated time. */
export function call(fn: () => unknown): void {
  const result = fn()
  if (!isPromise(result)) return
  result.then(undefined, () => {})
  throw new Error('an async function was used in the simulation: only synchronous callbacks are supported')
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
