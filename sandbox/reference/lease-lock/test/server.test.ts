import fc from 'fast-check'
import { Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { createLeaseTable } from '../src/leases.ts'
import { startServer } from '../src/server.ts'

const LEASE_MS = 10_000

const field = { request: fc.nat(20), token: fc.integer({ min: 0, max: 5 }) }
const message = fc.oneof(
  fc.record({ type: fc.constant('acquire'), request: field.request }),
  fc.record({ type: fc.constantFrom('extend', 'release'), ...field }),
  fc.constantFrom(null, 'acquire', { type: 'acquire' }, { type: 'steal', request: 1 }, { type: 'extend', request: 2 }),
)
const sends = fc.array(
  fc.record({
    from: fc.constantFrom('a', 'b'),
    after: fc.oneof(fc.nat(4_000), fc.integer({ min: 9_998, max: 10_002 })),
    message,
  }),
  { maxLength: 25 },
)

interface Request {
  type: string
  request: number
  token: number
}

it('1.5 every request that arrives is answered once, as the lease table decides at that time', () => {
  fc.assert(
    fc.property(sends, fc.nat(300), (all, latency) => {
      const sim = new Simulation({ latency })
      sim.node('lock', () => {
        startServer(sim.clock('lock'), sim.net(), LEASE_MS)
      })
      for (const name of ['a', 'b']) sim.node(name, () => sim.net().onMessage(name, () => {}))
      let at = 0
      for (const { from, after, message } of all) {
        at += after
        sim.at(at, () => sim.net().send(from, 'lock', message))
      }
      sim.run(at + 1_000)
      const table = createLeaseTable(LEASE_MS)
      const expected: unknown[] = []
      for (const { from, message, deliveredAt: now } of sim.received('lock')) {
        const { type, request, token } = (message ?? {}) as Request
        const granted = (own: number) =>
          expected.push([from, { type: 'granted', request, token: own, leaseMs: LEASE_MS }])
        const refused = (leftMs: number) => expected.push([from, { type: 'refused', request, leftMs }])
        if (typeof request !== 'number') continue
        if (type === 'acquire') {
          const answer = table.acquire(from, now)
          if (answer.ok) granted(answer.token)
          else refused(answer.leftMs)
        } else if (type === 'extend' && typeof token === 'number') {
          if (table.extend(from, token, now)) granted(token)
          else refused(0)
        } else if (type === 'release') {
          if (table.release(from, token, now)) expected.push([from, { type: 'released', request }])
          else refused(0)
        }
      }
      expect(sim.sent({ from: 'lock' }).map(({ to, message }) => [to, message])).toEqual(expected)
    }),
  )
})
