import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type JobState, rank, type Status, winner } from '../src/job-state.ts'
import { advance, changes, compare, join, type VectorClock } from '../src/vector-clock.ts'

const STATUSES: Status[] = ['pending', 'running', 'cancelled', 'done']
const NAMES = ['r1', 'r2', 'r3']

interface Step {
  at: number
  to: number
  /** null: `at` tells `to` what it knows. */
  rise: number | null
}
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    at: fc.nat(2),
    to: fc.nat(2),
    rise: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 3, arbitrary: fc.constant(0) },
      fc.integer({ min: 0, max: 1 }),
    ),
  }),
  { maxLength: 14 },
)

/** States that replicas make of one job, statuses rising along each one's knowledge. */
function statesOf(steps: Step[]): JobState[] {
  const made: JobState[] = []
  const seen: VectorClock[] = [{}, {}, {}]
  const least = [0, 0, 0]
  for (const { at, to, rise } of steps) {
    if (rise === null) {
      seen[to] = join(seen[to]!, seen[at]!)
      least[to] = Math.max(least[to]!, least[at]!)
      continue
    }
    least[at] = Math.min(3, least[at]! + rise)
    seen[at] = advance(seen[at]!, NAMES[at]!)
    made.push({ status: STATUSES[least[at]!]!, detail: String(made.length), clock: seen[at]!, by: NAMES[at]! })
  }
  return made
}

it('3.4 which state stands depends on neither order nor grouping', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const states = statesOf(steps)
      for (const a of states) {
        expect(winner(a, { ...a })).toEqual(a)
        for (const b of states) {
          const stands = winner(a, b)
          expect(winner(b, a)).toBe(stands)
          for (const c of states) expect(winner(winner(a, b), c)).toBe(winner(a, winner(b, c)))
          if (compare(a.clock, b.clock) !== 'concurrent') continue
          const order = (one: JobState) => [rank(one.status), changes(one.clock), NAMES.indexOf(one.by)]
          const [mine, others] = [order(a), order(b)]
          const at = mine.findIndex((value, index) => value !== others[index])
          expect(stands).toBe(mine[at]! > others[at]! ? a : b)
        }
      }
    }),
  )
})

it('3.2 a state that was made in knowledge of another stands above it', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const states = statesOf(steps)
      for (const a of states)
        for (const b of states) if (compare(a.clock, b.clock) === 'before') expect(winner(a, b)).toBe(b)
    }),
  )
})

it('3.4 a result stands above a cancellation, and that above a running job', () => {
  expect(['pending', 'running', 'cancelled', 'done'].map((status) => rank(status as Status))).toEqual([0, 1, 2, 3])
})
