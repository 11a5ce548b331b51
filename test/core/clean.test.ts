import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseRemovals, type Item } from '../../src/core/clean.ts'

const items = fc.uniqueArray(
  fc.record({
    path: fc.string({ minLength: 1 }),
    bytes: fc.nat(1_000),
    age: fc.nat(40),
    needed: fc.option(fc.constant('why'), { nil: undefined }),
  }),
  { selector: ({ path }) => path },
) as fc.Arbitrary<Item[]>
const limits = fc.record({ days: fc.nat(40), bytes: fc.nat(5_000) })

describe('what is cleaned', () => {
  it('is all that is too old, then the oldest until the rest is small enough, and never what is needed', () => {
    fc.assert(
      fc.property(items, limits, (all, { days, bytes }) => {
        const gone = chooseRemovals(all, { days, bytes })
        const paths = new Set(gone.map(({ path }) => path))
        const left = all.filter(({ path }) => !paths.has(path))
        const free = left.filter(({ needed }) => needed === undefined)
        expect(gone.filter(({ needed }) => needed !== undefined)).toEqual([])
        expect(free.filter(({ age }) => age > days)).toEqual([])
        const size = left.reduce((sum, item) => sum + item.bytes, 0)
        if (size > bytes) expect(free).toEqual([])
        const young = gone.filter(({ age }) => age <= days)
        for (const { age } of young) expect(free.every((one) => one.age <= age)).toBe(true)
        // Nothing goes for its size while the rest is small enough without that.
        const least = young.at(-1)
        if (least) expect(size + least.bytes).toBeGreaterThan(bytes)
      }),
    )
  })
})
