import fc from 'fast-check'
import { expect, it } from 'vitest'
import { advance, changes, compare, join, type VectorClock } from '../src/vector-clock.ts'

const NAMES = ['a', 'b', 'c', 'constructor']
const clock = fc.dictionary(fc.constantFrom(...NAMES), fc.nat(3), { noNullPrototype: true })
const count = (clock: VectorClock, name: string) => (Object.hasOwn(clock, name) ? clock[name]! : 0)
const MIRROR = { before: 'after', after: 'before', equal: 'equal', concurrent: 'concurrent' }

it('2.1 clocks are compared count by count, and a missing one is 0', () => {
  fc.assert(
    fc.property(clock, clock, (one, other) => {
      const less = NAMES.some((name) => count(one, name) < count(other, name))
      const more = NAMES.some((name) => count(one, name) > count(other, name))
      const expected = less ? (more ? 'concurrent' : 'before') : more ? 'after' : 'equal'
      expect(compare(one, other)).toBe(expected)
      expect(compare(other, one)).toBe(MIRROR[expected])
      expect(compare(one, { ...one })).toBe('equal')
    }),
  )
})

it('2.2 a join is the least clock that has seen both, and changes neither', () => {
  fc.assert(
    fc.property(clock, clock, fc.constantFrom(...NAMES), (one, other, name) => {
      const before = JSON.stringify([one, other])
      const both = join(one, other)
      for (const name of NAMES) expect(count(both, name)).toBe(Math.max(count(one, name), count(other, name)))
      const next = advance(one, name)
      expect(compare(one, next)).toBe('before')
      expect(changes(next)).toBe(changes(one) + 1)
      expect(count(next, name)).toBe(count(one, name) + 1)
      expect(JSON.stringify([one, other])).toBe(before)
    }),
  )
})
