/** What is known of all wrong versions of a task before one of several runs on them. */
export interface Tally {
  /** Of all that there are. */
  done: number
  killed: number
  total: number
  /** This run tries some of `done` once more, which adds none. */
  again: boolean
}

/** Of these, and all of them are done. */
export function tallyOf(runs: readonly { status: string }[]): Tally {
  const killed = runs.filter(({ status }) => status === 'killed').length
  return { done: runs.length, killed, total: runs.length, again: true }
}

/** The counts of all wrong versions while a run has told its own. */
export function counted(before: Tally, now: { done: number; failed: number }) {
  const done = before.again ? before.done : before.done + now.done
  return { done: Math.min(done, before.total), total: before.total, failed: before.killed + now.failed }
}
