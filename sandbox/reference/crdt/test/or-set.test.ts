import fc from 'fast-check'
import { crdtLaws } from 'specproof/sim'
import { expect, it } from 'vitest'
import { addElement, EMPTY, elementsOf, mergeSets, removeElement, type SetState } from '../src/or-set.ts'
import { histories, NAMES, play } from './histories.ts'

type Event =
  | { readonly added: string; readonly before: number; readonly number: number }
  | { readonly removed: string; readonly saw: ReadonlySet<Event> }
interface Act {
  readonly add: boolean
  readonly element: string
}

const element = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('x', 'y') },
  fc.constantFrom('10', '9', 'B', '', '__proto__', 'toString'),
)
const numberIn = ({ seen }: SetState, replica: string) => (Object.hasOwn(seen, replica) ? seen[replica]! : 0)
const reached = histories(fc.record({ add: fc.boolean(), element })).map((steps) =>
  play<SetState, Event, Act>(steps, EMPTY, mergeSets, (before, replica, { add, element }, knows) => {
    if (!add) return { state: removeElement(before, element), event: { removed: element, saw: new Set(knows) } }
    const state = addElement(before, replica, element)
    return { state, event: { added: element, before: numberIn(before, replica), number: numberIn(state, replica) } }
  }),
)

/** Elements with an addition that no known removal of it had seen. */
function expected(knows: ReadonlySet<Event>): string[] {
  const gone = new Set(
    [...knows].flatMap((event) =>
      'removed' in event ? [...event.saw].filter((one) => 'added' in one && one.added === event.removed) : [],
    ),
  )
  const standing = [...knows].flatMap((event) => ('added' in event && !gone.has(event) ? [event.added] : []))
  return [...new Set(standing)].sort()
}

it('2.3 2.1, 2.2, 2.4 an element is in the set exactly when an addition is known that no known removal had seen', () => {
  fc.assert(
    fc.property(reached, ({ all, last }) => {
      for (const { state, knows } of all) expect(elementsOf(state)).toEqual(expected(knows))
      const known = new Set(all.flatMap(({ knows }) => [...knows]))
      for (const name of NAMES) {
        const merged = NAMES.map((other) => last.get(other)!.state).reduce(mergeSets, last.get(name)!.state)
        expect(elementsOf(merged)).toEqual(expected(known))
      }
    }),
  )
})

it('2.1 an addition gets a tag with a number one higher than any that its replica has given before', () => {
  fc.assert(
    fc.property(reached, ({ all }) => {
      for (const { knows } of all)
        for (const event of knows) if ('added' in event) expect(event.number).toBe(event.before + 1)
    }),
  )
})

it('2.5 no element has more than one tag of a replica, and none without a tag is kept', () => {
  fc.assert(
    fc.property(reached, ({ all }) => {
      for (const { state } of all) {
        expect(Object.keys(state.tags).sort()).toEqual(elementsOf(state))
        for (const tags of Object.values(state.tags)) {
          expect(Object.values(tags).every((number) => Number.isInteger(number) && number > 0)).toBe(true)
          expect(Object.keys(tags).length).toBeGreaterThan(0)
        }
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
          mergeSets,
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
