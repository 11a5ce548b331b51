import { chaos, type Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { type LockClient, startClient } from '../src/client.ts'
import type { LeaseTable } from '../src/leases.ts'
import { startServer } from '../src/server.ts'

const KINDS = ['partition', 'one-way', 'drop', 'delay', 'duplicate', 'reorder'] as const

interface Side {
  client: LockClient | undefined
  lost: number
  /** When each request was sent, and those that were granted. */
  sent: Map<number, number>
  granted: number | null
  asked: { at: number; type: string }[]
}

/** A lock server and clients, with what each client may believe. */
function build(sim: Simulation, names: readonly string[]) {
  let table: LeaseTable | undefined
  const sides = new Map<string, Side>()
  sim.observe((event) => {
    if (event.what === 'sent' && event.delivery.to === 'lock') {
      const { type, request } = event.delivery.message as { type: string; request: number }
      sides.get(event.delivery.from)!.sent.set(request, event.at)
      sides.get(event.delivery.from)!.asked.push({ at: event.at, type })
    }
    if (event.what !== 'delivered' || event.delivery.from !== 'lock') return
    const { type, request } = event.delivery.message as { type: string; request: number }
    const side = sides.get(event.delivery.to)!
    const at = side.sent.get(request)
    if (type === 'granted' && at !== undefined) side.granted = Math.max(side.granted ?? 0, at)
  })
  sim.node('lock', ({ clock, net }) => {
    table = startServer(clock, net, 10_000)
  })
  for (const name of names) {
    const side: Side = { client: undefined, lost: 0, sent: new Map(), granted: null, asked: [] }
    sides.set(name, side)
    sim.node(name, ({ clock, net }) => {
      side.client = startClient(clock, net, name, () => {
        side.lost += 1
      })
    })
    sim.watch('token', () => side.client?.token(), name)
  }
  const holders = () => [...sides].filter(([, { client }]) => client?.token() !== undefined).map(([name]) => name)
  return { sides, holders, table: () => table }
}

it('2.2 no two clients hold the lock, and who holds it has the lease', () =>
  chaos({ nodes: ['lock', 'a', 'b', 'c'], kinds: [...KINDS], until: 40_000, jitter: 20 }, (sim) => {
    const { holders, sides, table } = build(sim, ['a', 'b', 'c'])
    sim.always('one holder', () => {
      const all = holders()
      if (all.length > 1) return `${all.join(' and ')} hold the lock`
      const lease = table()?.current(sim.now())
      const [holder] = all
      if (holder === undefined) return true
      const token = sides.get(holder)?.client?.token()
      return (
        (lease?.holder === holder && lease.token === token) ||
        `${holder} holds ${token}, the lease is ${JSON.stringify(lease)}`
      )
    })
    sim.eventually('somebody holds it', () => holders().length === 1)
  }))

it('4.2 a client considers the lock lost 8 s after it sent the last request that was granted, and says so once', () =>
  chaos({ nodes: ['lock', 'a', 'b'], kinds: [...KINDS], until: 40_000 }, (sim) => {
    const { sides } = build(sim, ['a', 'b'])
    const held = new Map<string, boolean>()
    const lost: Record<string, number> = { a: 0, b: 0 }
    sim.always('lost in time, and told', () => {
      for (const [name, side] of sides) {
        const holds = side.client?.token() !== undefined
        if (held.get(name) === true && !holds) lost[name]! += 1
        held.set(name, holds)
      }
      for (const [name, side] of sides) {
        const age = sim.now() - (side.granted ?? -100_000)
        const holds = side.client?.token() !== undefined
        if (holds && age > 8_000) return `${name} holds the lock ${age} ms after its last granted request`
        if (!holds && age < 8_000) return `${name} gave up ${age} ms after its last granted request`
        if (side.lost !== lost[name]) return `${name} told ${side.lost} losses of ${lost[name]}`
      }
      return true
    })
    sim.sometimes('the lock is lost', () => lost['a']! > 0)
  }))

it('4.1 a holder asks for an extension every 3 s, and one that waits asks again every 2 s', () =>
  chaos({ nodes: ['lock', 'a', 'b'], kinds: ['partition', 'drop', 'delay'], until: 40_000 }, (sim) => {
    const { sides } = build(sim, ['a', 'b'])
    const since = new Map([...sides].map(([name]) => [name, { at: 0, holds: false }]))
    sim.always('asks in time', () => {
      for (const [name, side] of sides) {
        const before = since.get(name)!
        const holds = side.client?.token() !== undefined
        if (holds !== before.holds) since.set(name, { at: sim.now(), holds })
        const last = Math.max(side.asked.at(-1)?.at ?? 0, since.get(name)!.at)
        const most = holds ? 3_000 : 2_000
        if (sim.now() - last > most) return `${name} has not asked for ${sim.now() - last} ms`
        const two = side.asked.slice(-2)
        if (two.length === 2 && two[1]!.at - two[0]!.at < 1_000 && since.get(name)!.at < two[0]!.at)
          return `${name} asked twice within ${two[1]!.at - two[0]!.at} ms`
      }
      return true
    })
  }))

it('4.4 a client holds the lock within 15 s of the end of all faults', () =>
  chaos({ nodes: ['lock', 'a', 'b'], kinds: [...KINDS], until: 30_000, liveness: 15_000 }, (sim) => {
    const { holders } = build(sim, ['a', 'b'])
    sim.eventually('somebody holds it', () => holders().length === 1)
    sim.sometimes('nobody holds it for a while', () => sim.now() > 5_000 && holders().length === 0)
  }))

it('1.4 a client that is stopped releases the lock, and never holds it again', () =>
  chaos({ nodes: ['lock', 'b'], kinds: ['partition', 'delay', 'duplicate'], until: 30_000 }, (sim) => {
    const { sides, holders, table } = build(sim, ['a', 'b'])
    let stopped = Number.POSITIVE_INFINITY
    sim.client('user', async ({ clock, random }) => {
      await clock.sleep(random.int(12_000))
      stopped = sim.now()
      const held = sides.get('a')?.client?.token()
      sides.get('a')?.client?.stop()
      expect(sides.get('a')?.client?.token()).toBe(undefined)
      // The way to the server takes 5 ms, and no fault of these touches it unless it is one of the server.
      await clock.sleep(10)
      const clean = sim
        .sent({ from: 'a', to: 'lock' })
        .every(({ lost, deliveredAt }) => lost === null && deliveredAt !== null)
      if (held !== undefined && clean) expect(table()?.current(sim.now())?.token).not.toBe(held)
    })
    sim.always('it is not held again', () => sim.now() < stopped || !holders().includes('a'))
    sim.always('it asks no more', () => sides.get('a')!.asked.every(({ at }) => at <= stopped))
    sim.eventually('the other one gets it', () => holders().includes('b'))
  }))
