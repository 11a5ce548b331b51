import { AsyncWork, isPromise, onlySynchronous } from './async-work.ts'
import { Entry, ETERNAL, entryText, isOfNode, isVoid, type Owner, type Run, type What } from './entry.ts'
import { thrownIn } from './errors.ts'
import { EventQueue, LAST } from './event-queue.ts'
import { enterSimulation, leaveSimulation } from './guard.ts'
import { StormGuard } from './storm-guard.ts'

export interface When {
  at: number
  /** True: after everything else in the same instant. */
  last?: boolean
}

/** Told of each timer that fires: its owner, its id. */
export type TimerListener = (owner: Owner, id: number) => void

/** Simulated time: runs what is due, in order of time and then of setting. */
export class Scheduler {
  #now = 0
  #order = 0
  /** Entries that were woken so far. */
  #woken = 0
  #running = false
  #queue = new EventQueue<Entry>()
  #timers: (Entry | null)[] = [null]
  #checks: (() => unknown)[] = []
  #unchecked = false
  #halted = false
  #current: Entry | null = null
  #work = new AsyncWork()
  #storm: StormGuard
  #onTimer: TimerListener

  constructor(maxEvents: number, onTimer: TimerListener) {
    this.#storm = new StormGuard(maxEvents)
    this.#onTimer = onTimer
  }

  get now(): number {
    return this.#now
  }

  get running(): boolean {
    return this.#running
  }

  /** Counts the events of this owner from now on. */
  adopt(owner: Owner): void {
    this.#storm.watch(owner)
  }

  /** Outlives crashes of the owner. */
  schedule(owner: Owner, { at, last = false }: When, what: What, run: () => unknown): void {
    this.#order += 1
    const order = last ? this.#order + LAST : this.#order
    this.#queue.push(new Entry(at, order, owner, ETERNAL, what, run, undefined, undefined))
  }

  /** Like `schedule`; `run` gets these two, so that the many messages need no closures. */
  post<A, B>(owner: Owner, at: number, what: What, run: (first: A, second: B) => unknown, first: A, second: B): void {
    this.#order += 1
    this.#queue.push(new Entry(at, this.#order, owner, ETERNAL, what, run as Run, first, second))
  }

  /** Void as soon as the owner crashes. Returns the id that cancels it. */
  setTimer(owner: Owner, at: number, fn: () => unknown, what: What = 'timer'): number {
    const id = this.#timers.length
    this.#order += 1
    const entry = new Entry(at, this.#order, owner, owner.life, what, fn, id, undefined)
    this.#timers.push(entry)
    this.#queue.push(entry)
    return id
  }

  /** Ids that are unknown, over, or another owner's are ignored. */
  cancelTimer(owner: Owner, id: number): void {
    const entry = this.#timers[id]
    if (!entry || entry.owner !== owner) return
    entry.run = null
    this.#timers[id] = null
  }

  /** An id that never fires. */
  unusedId(): number {
    return this.#timers.push(null) - 1
  }

  /** A pause is over: what has waited happens now, before anything else that is due in this instant. */
  wake(owner: Owner): void {
    for (const entry of owner.waiting.splice(0)) {
      this.#woken += 1
      this.#again(entry, this.#now, this.#woken - LAST)
    }
  }

  /** Runs at the end of each instant in which anything happened; `first`: before those that were there already. */
  always(check: () => unknown, first = false): void {
    if (first) this.#checks.unshift(check)
    else this.#checks.push(check)
  }

  /** Ends the present run after this event; time stays where it is. */
  halt(): void {
    this.#halted = true
  }

  /** Runs everything up to and including `until` (absolute, ms). What an event throws comes out here. */
  run(until: number): void {
    this.begin(until)
    enterSimulation(this)
    try {
      this.#work.refuse()
      while (this.step(until)) this.#work.refuse()
      this.finish(until)
    } finally {
      leaveSimulation()
      this.finish(null)
    }
  }

  /** Opens a run that is driven from outside by `step` and closed by `finish`. */
  begin(until: number): void {
    if (this.#running) throw new Error('run() was called while the simulation is running')
    if (!Number.isFinite(until) || until < this.#now) {
      throw new RangeError(`run(${until}): an absolute time in ms, not before now (t=${this.#now})`)
    }
    this.#storm.reset()
    this.#running = true
    this.#halted = false
  }

  /** Closes it; time stands at `until` then. With null, after an error, and after `halt` it stays where it is. */
  finish(until: number | null): void {
    this.#running = false
    this.#current = null
    if (until !== null && !this.#halted) this.#now = until
  }

  /** Runs the next event, or the checks at the end of an instant. False: there is nothing more to do up to `until`. */
  step(until: number): boolean {
    const queue = this.#queue
    while (!this.#halted) {
      const next = queue.peek()
      if (next !== undefined && isVoid(next)) {
        queue.pop()
        continue
      }
      if (this.#unchecked && (next === undefined || next.at > this.#now)) {
        this.#unchecked = false
        for (const check of this.#checks) this.#check(check)
        return true
      }
      if (next === undefined || next.at > until) return false
      queue.pop()
      if (next.owner.paused + next.owner.slow > 0 && this.#putOff(next)) continue
      this.#now = next.at
      this.#unchecked = true
      this.#execute(next)
      return true
    }
    return false
  }

  /** Throws what has failed without being thrown by an event: in a promise, or by a use of the real world. */
  throwFailure(): void {
    this.#work.throwFailure()
  }

  /** Runs a callback of node code outside an event, at once, as `what` of its owner. */
  call(owner: Owner, what: What, fn: () => unknown): void {
    const before = this.#current
    this.#current = new Entry(this.#now, 0, owner, owner.life, what, null, undefined, undefined)
    const nested = this.#running
    if (!nested) enterSimulation(this)
    try {
      this.#work.follow(fn(), this.#current, this.#now)
    } catch (error) {
      this.#work.forgetFailure()
      throw error
    } finally {
      if (!nested) leaveSimulation()
      this.#current = before
    }
  }

  /** What is running now, for messages; null between events. */
  event(): string | null {
    return this.#current && entryText(this.#current, this.#now)
  }

  /** An error that no callback throws, or that may be caught: the run fails all the same. */
  fail(error: unknown): void {
    this.#work.fail(error)
  }

  pending(of?: Owner): string[] {
    return this.#work.pending(of)
  }

  #execute(entry: Entry): void {
    const { run } = entry
    if (run === null) return
    this.#storm.count(entry)
    this.#current = entry
    try {
      const result =
        entry.life === ETERNAL
          ? (run as (first: unknown, second: unknown) => unknown)(entry.first, entry.second)
          : this.#fire(entry)
      if (typeof result === 'object' && result !== null) this.#work.follow(result, entry, this.#now)
    } catch (error) {
      this.#work.forgetFailure()
      throw isOfNode(entry) ? thrownIn(entryText(entry, this.#now), error) : error
    }
    if (this.#work.failed) this.#work.throwFailure()
  }

  #fire(entry: Entry): unknown {
    const id = entry.first as number
    this.#timers[id] = null
    this.#onTimer(entry.owner, id)
    return (entry.run as () => unknown)()
  }

  #check(check: () => unknown): void {
    const result = check()
    if (isPromise(result)) throw onlySynchronous()
    if (this.#work.failed) this.#work.throwFailure()
  }

  /** True: a pause, or a slow node, puts it off. What arrives does so all the same; only taking it waits. */
  #putOff(entry: Entry): boolean {
    const { owner } = entry
    if (entry.what === 'arrival') return false
    if (owner.paused > 0) {
      owner.waiting.push(entry)
      return true
    }
    if (entry.late || owner.slow === 0) return false
    entry.late = true
    this.#order += 1
    this.#again(entry, entry.at + owner.slow, this.#order)
    return true
  }

  #again(entry: Entry, at: number, order: number): void {
    entry.at = at
    entry.order = order
    this.#queue.push(entry)
  }
}
