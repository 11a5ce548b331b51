import fc from 'fast-check'
import type { Entry } from '../src/messages.ts'

/** Rises by these steps: terms of a log never fall. */
const steps = fc.array(fc.constantFrom(0, 0, 0, 1, 1, 2), { maxLength: 7 })

/** Logs whose terms never fall. The command tells who wrote an entry. */
export const logs: fc.Arbitrary<readonly Entry[]> = steps.map((rises) => logOf(rises, 0, ''))

/** Two logs as Raft lets them be: equal up to some index, and from there on without an entry of the same index and term. */
export const logsOfOneCluster: fc.Arbitrary<[follower: readonly Entry[], leader: readonly Entry[]]> = fc
  .tuple(steps, steps, steps)
  .map(([common, one, other]) => {
    const shared = logOf(common, 0, '')
    const last = shared.at(-1)?.term ?? 0
    // Odd terms belong to one side, even ones to the other.
    const tail = (rises: readonly number[], parity: number, who: string) =>
      logOf(rises, last, who).map(({ term, command }) => ({ term: 2 * term + parity, command }))
    return [
      [...shared.map(doubled), ...tail(one, 1, ' of the follower')],
      [...shared.map(doubled), ...tail(other, 2, ' of the leader')],
    ]
  })

function doubled({ term, command }: Entry): Entry {
  return { term: 2 * term, command }
}

function logOf(rises: readonly number[], from: number, who: string): readonly Entry[] {
  let term = Math.max(1, from)
  return rises.map((rise, at) => {
    term += rise
    return { term, command: rise === 0 ? `${at}${who}` : null }
  })
}
