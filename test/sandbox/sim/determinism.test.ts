import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fault, faults, Simulation } from '../../../sandbox/sim/index.ts'

const NODES = ['a', 'b', 'c', 'd']
const UNTIL = 5_000

/** Every node sends numbered messages to every other one, in its own rhythm, whatever it hears. */
function gossip(schedule: Fault[], seed: number): Simulation {
  const sim = new Simulation({ faults: schedule, latency: 10, jitter: 40, seed })
  const net = sim.net()
  NODES.forEach((name, index) => {
    sim.node(name, () => {
      const clock = sim.clock(name)
      let heard = 0
      net.onMessage(name, () => {
        heard += 1
      })
      const talk = () => {
        for (const other of NODES) if (other !== name) net.send(name, other, { heard, at: clock.now() })
        clock.setTimeout(talk, 200 + 30 * index)
      }
      talk()
    })
  })
  sim.run(2 * UNTIL)
  return sim
}

function hash(sim: Simulation): string {
  return createHash('sha256')
    .update(JSON.stringify([sim.messages, sim.history()]))
    .digest('hex')
}

describe('determinism', () => {
  it('gives the same history for the same seed and faults', () => {
    fc.assert(
      fc.property(faults({ nodes: NODES, until: UNTIL }), fc.integer(), (schedule, seed) => {
        expect(hash(gossip(schedule, seed))).toBe(hash(gossip(structuredClone(schedule), seed)))
      }),
    )
  })

  it('gives another history for another seed, when there is jitter', () => {
    expect(hash(gossip([], 1))).not.toBe(hash(gossip([], 2)))
  })

  it('leaves what happens between other nodes alone when a fault is removed', () => {
    const pair = fc.constantFrom(...NODES.map((name) => [name, ...NODES.filter((other) => other !== name)]))
    const schedules = pair.chain(([x = '', y = '', ...others]) =>
      fc.tuple(fc.constant(others), faults({ nodes: others, until: UNTIL }), faults({ nodes: [x, y], until: UNTIL })),
    )
    fc.assert(
      fc.property(schedules, fc.integer(), ([others, kept, removed], seed) => {
        const wire = (sim: Simulation) =>
          sim.messages
            .filter(({ from, to }) => others.includes(from) && others.includes(to))
            .map(({ from, to, sentAt, deliveredAt, lost, duplicate }) => [
              from,
              to,
              sentAt,
              deliveredAt,
              lost,
              duplicate,
            ])
        expect(wire(gossip([...kept, ...removed], seed))).toEqual(wire(gossip(kept, seed)))
      }),
    )
  })

  it('keeps the jitter of a link when another link carries other traffic', () => {
    const arrivals = (noise: number) => {
      const sim = new Simulation({ jitter: 100, seed: 5 })
      for (const name of ['a', 'b', 'c']) sim.net().onMessage(name, () => {})
      for (let i = 0; i < 50; i += 1) {
        sim.at(i * 10, () => {
          for (let n = 0; n < noise; n += 1) sim.net().send('a', 'c', n)
          sim.net().send('a', 'b', i)
        })
      }
      sim.run(5_000)
      return sim.messages.filter(({ to }) => to === 'b').map(({ deliveredAt }) => deliveredAt)
    }
    expect(arrivals(3)).toEqual(arrivals(0))
  })
})

describe('the history', () => {
  it('tells deliveries, losses, faults, crashes and restarts in lines', () => {
    const sim = new Simulation({
      faults: [
        { kind: 'partition', nodes: ['w1'], at: 10, ms: 20 },
        { kind: 'crash', node: 'w1', at: 40, ms: 10 },
      ],
    })
    sim.node('w1', () => sim.net().send('w1', 'coordinator', { type: 'heartbeat' }))
    sim.net().onMessage('coordinator', () => {})
    sim.at(12, () => sim.net().send('coordinator', 'w1', 'hello'))
    sim.run(60)
    expect(sim.history()).toEqual([
      't=5 w1 -> coordinator {"type":"heartbeat"}',
      't=10 begin partition of w1 for 20 ms',
      't=12 coordinator -x w1 "hello" lost: partition',
      't=30 end partition of w1 for 20 ms',
      't=40 crash w1',
      't=50 restart w1',
      't=55 w1 -> coordinator {"type":"heartbeat"}',
    ])
    expect(sim.history(2)).toEqual(['t=50 restart w1', 't=55 w1 -> coordinator {"type":"heartbeat"}'])
  })

  it('keeps the last 200 events', () => {
    const sim = new Simulation({ latency: 0 })
    sim.net().onMessage('b', () => {})
    for (let i = 0; i < 450; i += 1) sim.at(i, () => sim.net().send('a', 'b', i))
    sim.run(1000)
    expect(sim.history()).toEqual(Array.from({ length: 200 }, (_, i) => `t=${i + 250} a -> b ${i + 250}`))
    expect(sim.history(1000)).toHaveLength(200)
    expect(sim.history(0)).toEqual([])
  })

  it('of the newest simulation is within reach of the harness', () => {
    const newest = () => (globalThis as never)[Symbol.for('specproof.sim')] as { history(last?: number): string[] }
    const first = new Simulation()
    const second = new Simulation()
    for (const sim of [second, first]) sim.net().send('a', 'b', sim === second ? 'second' : 'first')
    for (const sim of [second, first]) sim.run(10)
    expect(newest().history(1)).toEqual(second.history())
    expect(newest().history()[0]).toContain('second')
  })
})
