import type { Scheduled } from './event-queue.ts'

/** Who an event belongs to. */
export interface Owner {
  readonly name: string
  /** Grows with every crash: what an earlier life has set is void. */
  life: number
  /** Events in the present run. */
  events: number
  /** Stands still while this is above 0: pauses in force. */
  paused: number
  /** ms that each of its events is late. */
  slow: number
  /** What waits for the end of a pause, in order. */
  readonly waiting: Entry[]
}

export function owner(name: string): Owner {
  return { name, life: 0, events: 0, paused: 0, slow: 0, waiting: [] }
}

/** What an event is, in the words of messages. `arrival`: of a message, which its node may yet take its time to handle. */
export type What = 'timer' | 'arrival' | 'message' | 'disk operation' | 'test action' | 'fault' | 'observer' | 'start'

/** Life of an entry that outlives crashes. */
export const ETERNAL = -1

/** null: cancelled. */
export type Run = ((first: never, second: never) => unknown) | null

/** An event to come. A class, so that all have one shape: there are millions. */
export class Entry implements Scheduled {
  next: Scheduled | null = null
  /** A slow node has put it off already. */
  late = false
  at: number
  order: number
  readonly owner: Owner
  readonly life: number
  readonly what: What
  run: Run
  readonly first: unknown
  readonly second: unknown

  constructor(
    at: number,
    order: number,
    owner: Owner,
    life: number,
    what: What,
    run: Run,
    first: unknown,
    second: unknown,
  ) {
    this.at = at
    this.order = order
    this.owner = owner
    this.life = life
    this.what = what
    this.run = run
    this.first = first
    this.second = second
  }
}

export function isVoid({ run, life, owner }: Entry): boolean {
  return run === null || (life !== ETERNAL && life !== owner.life)
}

/** Whether code under test runs in it. */
export function isOfNode({ what }: Entry): boolean {
  return what !== 'test action' && what !== 'fault' && what !== 'observer'
}

/** For people: when, what, of whom. */
export function entryText({ owner, what, at }: Pick<Entry, 'owner' | 'what' | 'at'>, now: number): string {
  const whose = what === 'arrival' || what === 'message' ? `message to "${owner.name}"` : `${what} of "${owner.name}"`
  return `t=${Math.max(at, now)}, ${whose}`
}
