import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLeaseTable, type Grant } from '../src/leases.ts'

const LEASE_MS = 10_000

type Step =
  | { act: 'acquire'; client: string; after: number; look: boolean }
  | { act: 'extend' | 'release'; client: string; after: number; look: boolean; behind: number; stranger: boolean }

const client = fc.constantFrom('a', 'a', 'b')
const look = fc.boolean()
// The edges of a lease are where it goes wrong.
const after = fc.oneof(
  fc.nat(3_000),
  fc.integer({ min: LEASE_MS - 2, max: LEASE_MS + 2 }),
  fc.constant(0),
  fc.nat(25_000),
)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ act: fc.constant('acquire' as const), client, after, look }) },
    fc.record({
      ...{ act: fc.constantFrom('extend' as const, 'release' as const), client, after, look },
      behind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 2 })),
      stranger: fc.boolean(),
    }),
  ),
  { maxLength: 40 },
)

/** What the requirements say, in the plainest way. */
class Model {
  lease: Grant | undefined
  token = 0
  at(now: number): Grant | undefined {
    if (this.lease && now >= this.lease.until) this.lease = undefined
    return this.lease
  }
  hold(holder: string, token: number, now: number): void {
    this.lease = { holder, token, until: now + LEASE_MS }
  }
}

describe('lease table', () => {
  it('2.2 does what the requirements say, step by step', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const table = createLeaseTable(LEASE_MS)
        const model = new Model()
        let now = 0
        let last = 'a'
        for (const step of all) {
          now += step.after
          // A look at the table may tidy up what the next call would have to see by itself.
          const held = model.at(now)
          if (step.look) expect(table.current(now)).toEqual(held)
          if (step.act === 'acquire') {
            const answer = table.acquire(step.client, now)
            if (held && held.holder !== step.client) {
              expect(answer).toEqual({ ok: false, leftMs: held.until - now })
              continue
            }
            if (!held) model.token += 1
            last = step.client
            model.hold(step.client, held?.token ?? model.token, now)
            expect(answer).toEqual({ ok: true, token: model.token, until: now + LEASE_MS })
          } else {
            const name = step.stranger ? step.client : last
            const token = (held?.token ?? model.token) - step.behind
            const fits = held !== undefined && held.holder === name && held.token === token
            expect(table[step.act](name, token, now)).toBe(fits)
            if (fits && step.act === 'extend') model.hold(name, token, now)
            if (fits && step.act === 'release') model.lease = undefined
          }
          if (step.look) expect(table.current(now)).toEqual(model.at(now))
        }
      }),
    )
  })
})
