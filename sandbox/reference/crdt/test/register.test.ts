import fc from 'fast-check'
import { crdtLaws } from 'specproof/sim'
import { expect, it } from 'vitest'
import { mergeRegisters, type RegisterState, write } from '../src/register.ts'
import { histories, NAMES, play } from './histories.ts'

type State = RegisterState<string> | null
interface Written {
  readonly written: RegisterState<string>
}

/** `act`: what the clock of the replica shows. */
const reached = histories(fc.nat(5)).map((steps) =>
  play<State, Written, number>(steps, null, mergeRegisters, (state, replica, now, knows) => {
    // Names each write: a replica knows of one more with each of its own.
    const written = write(state, replica, `${replica} ${knows.size}`, now)
    return { state: written, event: { written } }
  }),
)

const wins = (one: RegisterState<string>, other: RegisterState<string>) =>
  one.time === other.time ? one.replica > other.replica : one.time > other.time

it('3.2 3.1 a register holds the greatest of all writes that it knows, by time and then by name', () => {
  fc.assert(
    fc.property(reached, ({ all, last }) => {
      const greatest = (events: ReadonlySet<Written>) =>
        [...events].reduce<State>((best, { written }) => (best === null || wins(written, best) ? written : best), null)
      for (const { state, knows } of all) expect(state).toEqual(greatest(knows))
      const known = new Set(all.flatMap(({ knows }) => [...knows]))
      for (const name of NAMES) {
        const merged = NAMES.map((other) => last.get(other)!.state).reduce(mergeRegisters, last.get(name)!.state)
        expect(merged?.value).toBe(greatest(known)?.value)
      }
    }),
  )
})

it('3.3 a write wins over what its replica has seen, whatever the clock shows, and holds there', () => {
  fc.assert(
    fc.property(reached, fc.constantFrom(...NAMES), fc.nat(5), ({ all }, name, now) => {
      for (const { state } of all) {
        const written = write(state, name, 'new', now)
        expect(written).toMatchObject({ value: 'new', replica: name })
        if (state !== null) expect(written.time).toBeGreaterThan(state.time)
        expect(written.time).toBeGreaterThanOrEqual(now)
        expect(mergeRegisters(state, written)).toEqual(written)
        expect(mergeRegisters(written, state)).toEqual(written)
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
          mergeRegisters,
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
