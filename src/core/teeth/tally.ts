import type { MutantRun } from '../verdict/evidence.ts'
import { survived } from './score.ts'

/** What is known of all wrong versions of a task before one of several runs on them. */
export interface Tally {
  /** Of all that there are. */
  done: number
  killed: number
  total: number
  /** This run tries some of `done` once more, which adds none. */
  again: boolean
  /** Where added tests are what they are tried on: of those that are, so many were done before. Left out: the frozen tests are. */
  added?: Tried & {
    /** What a run adds to them: nothing (one is told when it is through), those that it kills (others run again), or all. */
    by: 'nothing' | 'kills' | 'all'
  }
}

export interface Tried {
  done: number
  total: number
}

/** Of these, and all of them are done. */
export function tallyOf(runs: readonly { status: string }[]): Tally {
  const killed = runs.filter(({ status }) => status === 'killed').length
  return { done: runs.length, killed, total: runs.length, again: true }
}

/** The counts of all wrong versions while a run has told its own. */
export function counted(
  before: Tally,
  now: { done: number; failed: number },
): Tried & { failed: number; added?: Tried } {
  const done = before.again ? before.done : before.done + now.done
  const counts = { done: Math.min(done, before.total), total: before.total, failed: before.killed + now.failed }
  if (!before.added) return counts
  const more = { nothing: 0, kills: now.failed, all: now.done }[before.added.by]
  const { total } = before.added
  return { ...counts, added: { done: Math.min(before.added.done + more, total), total } }
}

/** With what a pass over those that added tests are tried on begins, where `runs` came of the passes before. Those that live are through after the last alone, which takes longest. */
export function addedBefore(
  { added }: Tally,
  runs: readonly Pick<MutantRun, 'status'>[],
  isLast: boolean,
): Pick<Tally, 'added'> {
  if (!added) return {}
  const through = isLast ? runs.filter((one) => !survived(one)).length : tallyOf(runs).killed
  return { added: { ...added, done: added.done + through, by: isLast ? 'all' : 'kills' } }
}
