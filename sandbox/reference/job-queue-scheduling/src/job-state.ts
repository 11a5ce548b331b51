import { changes, compare, type VectorClock } from './vector-clock.ts'

export type Status = 'pending' | 'running' | 'cancelled' | 'done'

export interface JobState {
  readonly status: Status
  /** Worker of a running job, or result of a done one; plain data. */
  readonly detail: string
  /** Of the change that made this state. */
  readonly clock: VectorClock
  /** Replica that made it. */
  readonly by: string
}

const STATUSES: readonly Status[] = ['pending', 'running', 'cancelled', 'done']

/** 0 for `pending` to 3 for `done`. */
export function rank(status: Status): number {
  return STATUSES.indexOf(status)
}

/** Of two states of one job the one that stands. */
export function winner(one: JobState, other: JobState): JobState {
  const order = compare(one.clock, other.clock)
  if (order === 'equal' || order === 'after') return one
  if (order === 'before') return other
  return isAbove(one, other) ? one : other
}

/** Among concurrent states. Along a history all three only rise, so this never contradicts the clocks. */
function isAbove(one: JobState, other: JobState): boolean {
  if (one.status !== other.status) return rank(one.status) > rank(other.status)
  const [mine, others] = [changes(one.clock), changes(other.clock)]
  if (mine !== others) return mine > others
  return one.by > other.by
}
