import fc from 'fast-check'
import { chaos, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { type LockClient, startClient } from '../src/client.ts'
import type { LeaseTable } from '../src/leases.ts'
import { startServer } from '../src/server.ts'

const KINDS = ['partition', 'one-way', 'drop', 'delay', 'duplicate', 'reorder'] as const

interface Side {
  client: LockClient | undefined
  lost: number
  /** Which life of the node this is. */
  life: number
  /** When the last request of this life was sent that was granted. */
  granted: number | null
  asked: { at: number; type: string }[]
}

/** A lock server and clients, with what each client may believe. */
function build(sim: Simulation, names: readonly string[], onLost?: (name: string) => void) {
  let table: LeaseTable | undefined
  const sides = new Map<string, Side>()
  /** The request that each message is or answers: when it was sent, and in which life of the client. */
  const asked = new Map<object, { at: number; life: number }>()
  let now: { at: number; life: number } | undefined
  sim.observe((event) => {
    if (event.what === 'sent' && event.delivery.to === 'lock') {
      const side = sides.get(event.delivery.from)!
      asked.set(event.delivery, { at: event.at, life: side.life })
      if (!event.delivery.duplicate)
        side.asked.push({ at: event.at, type: (event.delivery.message as { type: string }).type })
    }
    // The server answers in the moment in which a request arrives.
    if (event.what === 'delivered' && event.delivery.to === 'lock') now = asked.get(event.delivery)
    if (event.what === 'sent' && event.delivery.from === 'lock' && now) asked.set(event.delivery, now)
    if (event.what !== 'delivered' || event.delivery.from !== 'lock') return
    const side = sides.get(event.delivery.to)!
    const request = asked.get(event.delivery)
    if ((event.delivery.message as { type: string }).type !== 'granted' || request?.life !== side.life) return
    if (sim.now() - request.at < 8_000) side.granted = Math.max(side.granted ?? 0, request.at)
  })
  sim.node('lock', ({ clock, net }) => {
    table = startServer(clock, net, 10_000)
  })
  for (const name of names) {
    const side: Side = { client: undefined, lost: 0, life: 0, granted: null, asked: [] }
    sides.set(name, side)
    sim.node(name, ({ clock, net }) => {
      Object.assign(side, { life: side.life + 1, granted: null })
      side.client = startClient(clock, net, name, () => {
        side.lost += 1
        onLost?.(name)
      })
    })
    sim.watch('token', () => (sim.isUp(name) ? side.client?.token() : undefined), name)
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

it('4.2 after a restart a client holds the lock by grants of its new life alone', () =>
  chaos({ nodes: ['a', 'b'], kinds: ['crash', 'delay', 'drop', 'reorder'], until: 20_000, latency: 400 }, (sim) => {
    const { sides } = build(sim, ['a', 'b'])
    sim.always('granted in this life', () => {
      for (const [name, side] of sides) {
        if (!sim.isUp(name) || side.client?.token() === undefined) continue
        if (side.granted === null) return `${name} holds a lock that it was not granted in this life`
      }
      return true
    })
    sim.sometimes('a client restarts', () => sides.get('a')!.life > 1)
  }))

it('4.2 a grant counts when it answers a request of the last 8 s, however late, doubled or out of order it comes', () => {
  const answer = fc.array(fc.oneof(fc.nat(100), fc.integer({ min: 7_990, max: 8_010 }), fc.nat(12_000)), {
    maxLength: 2,
  })
  return fc.assert(
    fc.asyncProperty(fc.array(answer, { maxLength: 10 }), async (answers) => {
      const sim = new Simulation({ latency: 1 })
      let requests = 0
      let granted = -100_000
      let client: LockClient | undefined
      const wrong: string[] = []
      sim.node('lock', ({ clock, net }) =>
        net.onMessage('lock', (_from, message) => {
          const { request } = message as { request: number }
          const sentAt = sim.now() - 1
          for (const age of answers[requests++] ?? [0])
            clock.setTimeout(
              () => {
                sim.at(sim.now() + 1, () => {
                  if (sim.now() - sentAt < 8_000) granted = Math.max(granted, sentAt)
                })
                net.send('lock', 'a', { type: 'granted', request, token: 5, leaseMs: 10_000 })
              },
              Math.max(0, age - 2),
            )
        }),
      )
      sim.node('a', ({ clock, net }) => {
        client = startClient(clock, net, 'a', () => {})
      })
      sim.always('as granted', () => {
        const age = sim.now() - granted
        const holds = client?.token() !== undefined
        if (age !== 8_000 && holds !== age < 8_000)
          wrong.push(`${holds ? 'holds' : 'does not hold'} at ${sim.now()}, ${age} ms after the last granted request`)
      })
      await sim.runAsync(60_000)
      expect(wrong.slice(0, 3)).toEqual([])
    }),
  )
})

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

it('1.4 a client that its listener stops asks no more', () =>
  chaos({ nodes: ['lock', 'a'], kinds: ['partition', 'drop', 'delay'], until: 30_000 }, (sim) => {
    let stopped = Number.POSITIVE_INFINITY
    const { sides } = build(sim, ['a'], (name) => {
      stopped = sim.now()
      sides.get(name)?.client?.stop()
    })
    sim.always(
      'it asks no more',
      () => stopped === Number.POSITIVE_INFINITY || sides.get('a')!.asked.length <= before(),
    )
    let count = 0
    const before = () => {
      if (sim.now() === stopped && count === 0) count = sides.get('a')!.asked.filter(({ at }) => at < stopped).length
      return count
    }
    sim.sometimes('the lock is lost', () => stopped < sim.now())
  }))
