import fc from 'fast-check'
import { crdtLaws } from 'specproof/sim'
import { expect, it } from 'vitest'
import { add, type CounterState, mergeCounters, subtract, valueOf as sumOf, ZERO } from '../src/counter.ts'
import { histories, NAMES, play, type Reached } from './histories.ts'

interface Change {
  readonly amount: number
}

/** Any state that replicas reach by changes and merges, with the changes that it knows. */
const reached = histories(fc.integer({ min: -9, max: 9 })).map((steps) =>
  play<CounterState, Change, number>(steps, ZERO, mergeCounters, (state, replica, amount) => ({
    state: amount < 0 ? subtract(state, replica, -amount) : add(state, replica, amount),
    event: { amount },
  })),
)

const knownSum = ({ knows }: Reached<CounterState, Change>) => [...knows].reduce((sum, { amount }) => sum + amount, 0)

it('1.1 1.2 a value is the sum of all changes that the replica knows, below 0 as well', () => {
  fc.assert(
    fc.property(reached, ({ all }) => {
      for (const one of all) expect(sumOf(one.state)).toBe(knownSum(one))
    }),
  )
})

it('1.4 when all have merged all, every value is the sum of all changes', () => {
  fc.assert(
    fc.property(reached, ({ all, last }) => {
      const total = [...new Set(all.flatMap(({ knows }) => [...knows]))].reduce((sum, { amount }) => sum + amount, 0)
      for (const name of NAMES) {
        const merged = NAMES.map((other) => last.get(other)!.state).reduce(mergeCounters, last.get(name)!.state)
        expect(sumOf(merged)).toBe(total)
      }
    }),
  )
})

it('4.1 merging is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(reached, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), ({ all }, picks) => {
      expect(
        crdtLaws(
          picks.map((pick) => all[pick % all.length]!.state),
          mergeCounters,
        ),
      ).toEqual([])
    }),
  )
})

it('4.2 no state is ever changed', () => {
  fc.assert(
    fc.property(reached, ({ all }) => {
      for (const { state, json } of all) expect(JSON.stringify(state)).toBe(json)
    }),
  )
})

it('1.3 an amount that is not a whole number of at least 0 is refused', () => {
  const bad = fc.oneof(
    fc.integer({ max: -1 }),
    fc.double().filter((one) => !Number.isInteger(one)),
  )
  fc.assert(
    fc.property(reached, fc.constantFrom(...NAMES), bad, ({ all }, name, amount) => {
      const { state, json } = all.at(-1)!
      expect(() => add(state, name, amount)).toThrow(RangeError)
      expect(() => subtract(state, name, amount)).toThrow(RangeError)
      expect(JSON.stringify(state)).toBe(json)
    }),
  )
})
