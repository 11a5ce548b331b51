import { type Entry, ETERNAL, entryText, type Owner, owner, type What } from './entry.ts'
import { SimulationError, thrownIn } from './errors.ts'

/** An async callback that has not come to its end. There are millions, and hardly one is ever asked for its text. */
class Work {
  before: Work
  after: Work
  readonly owner: Owner
  readonly life: number
  readonly what: What
  readonly at: number

  constructor(owner: Owner, life: number, what: What, at: number) {
    this.owner = owner
    this.life = life
    this.what = what
    this.at = at
    this.before = this
    this.after = this
  }

  /** It ends the list whose head is `head`. */
  joins(head: Work): void {
    this.before = head.before
    this.after = head
    head.before.after = this
    head.before = this
  }

  ends(): void {
    this.before.after = this.after
    this.after.before = this.before
  }

  text(): string {
    return entryText(this, this.at)
  }
}

/** Follows async callbacks to their end, and keeps the first failure that no event has thrown. */
export class AsyncWork {
  /** A ring with no callback at its head. */
  #pending = new Work(owner('nobody'), 0, 'start', 0)
  #failure: { error: unknown } | null = null

  /** Takes what a callback has answered, of whatever kind. */
  follow(result: unknown, entry: Entry, now: number): void {
    if (!isPromise(result)) return
    const { owner, life, what, at } = entry
    if (what === 'observer') throw onlySynchronous()
    const work = new Work(owner, life === ETERNAL ? owner.life : life, what, Math.max(at, now))
    work.joins(this.#pending)
    result.then(
      () => work.ends(),
      (error: unknown) => {
        work.ends()
        this.fail(thrownIn(work.text(), error))
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
    const found: string[] = []
    for (let work = this.#pending.after; work !== this.#pending; work = work.after) {
      if (work.owner.life === work.life && (of === undefined || work.owner === of)) found.push(work.text())
    }
    return found
  }

  /** For runs that cannot wait for promises. */
  refuse(): void {
    if (this.#pending.after === this.#pending) return
    this.#pending = new Work(owner('nobody'), 0, 'start', 0)
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
