import { describe, expect, it } from 'vitest'
import { type Fault, Simulation } from '../../../sandbox/sim/index.ts'

/** Node "n" ticks every 10 ms and hears a message every 10 ms, 5 ms later; returns what it did and when. */
function busy(faults: Fault[], until = 100) {
  const sim = new Simulation({ faults, latency: 5 })
  const done: [number, string][] = []
  sim.node('n', ({ clock, net }) => {
    net.onMessage('n', (_from, message) => void done.push([sim.now(), `hears ${message}`]))
    const tick = () => {
      done.push([sim.now(), 'ticks'])
      clock.setTimeout(tick, 10)
    }
    clock.setTimeout(tick, 10)
  })
  for (let at = 0; at < until; at += 10) sim.at(at, () => sim.net().send('x', 'n', at))
  sim.run(until)
  return { sim, done }
}

describe('a pause', () => {
  it('lets timers and messages wait for its end, in their order, while the clock goes on', () => {
    const { done } = busy([{ kind: 'pause', node: 'n', at: 12, ms: 30 }], 60)
    expect(done).toEqual([
      [5, 'hears 0'],
      [10, 'ticks'],
      [42, 'hears 10'],
      [42, 'ticks'],
      [42, 'hears 20'],
      [42, 'hears 30'],
      [45, 'hears 40'],
      [52, 'ticks'],
      [55, 'hears 50'],
    ])
  })

  it('that ends in the instant in which something else is due lets what has waited go first', () => {
    const { done } = busy([{ kind: 'pause', node: 'n', at: 12, ms: 13 }], 26)
    expect(done).toEqual([
      [5, 'hears 0'],
      [10, 'ticks'],
      [25, 'hears 10'],
      [25, 'ticks'],
      [25, 'hears 20'],
    ])
  })

  it('that overlaps another one ends with the last of them, and for ever is possible', () => {
    const pause = (at: number, ms: number): Fault => ({ kind: 'pause', node: 'n', at, ms })
    const { done } = busy([pause(0, 20), pause(10, 20)], 40)
    expect(done[0]).toEqual([30, 'hears 0'])
    expect(busy([pause(0, Number.POSITIVE_INFINITY)]).done).toEqual([])
  })

  it('loses nothing that arrives meanwhile, but cuts still do', () => {
    const { sim } = busy([
      { kind: 'pause', node: 'n', at: 0, ms: 50 },
      { kind: 'partition', nodes: ['x'], at: 10, ms: 10 },
    ])
    expect(sim.messages.slice(0, 3).map(({ lost }) => lost)).toEqual([null, 'partition', null])
  })
})

describe('a slow node', () => {
  it('does everything so much later, once', () => {
    const { done } = busy([{ kind: 'slow', node: 'n', at: 12, ms: 20, extra: 3 }], 50)
    expect(done).toEqual([
      [5, 'hears 0'],
      [10, 'ticks'],
      [18, 'hears 10'],
      [23, 'ticks'],
      [28, 'hears 20'],
      // It fell due at 33, after the end.
      [33, 'ticks'],
      [35, 'hears 30'],
      [43, 'ticks'],
      [45, 'hears 40'],
    ])
  })
})

describe('a wrong clock', () => {
  it('jumps by the offset and back, while timers and the monotonic clock do not care', () => {
    const sim = new Simulation({ faults: [{ kind: 'skew', node: 'n', at: 10, ms: 10, offset: -5_000 }] })
    const seen: number[][] = []
    sim.node('n', async ({ clock }) => {
      for (const end of [5, 15, 25]) {
        clock.setTimeout(() => seen.push([sim.now(), clock.now(), clock.monotonic()]), end)
      }
      expect(sim.clock('other').now()).toBe(0)
    })
    return sim.runAsync(30).then(() =>
      expect(seen).toEqual([
        [5, 5, 5],
        [15, -4_985, 15],
        [25, 25, 25],
      ]),
    )
  })

  it('drifts: clock and timers run fast or slow, and the monotonic clock never goes back', () => {
    for (const percent of [25, -20]) {
      const sim = new Simulation({ faults: [{ kind: 'drift', node: 'n', at: 0, ms: 1_000, percent }] })
      const clock = sim.clock('n')
      let last = 0
      sim.every(7, () => {
        expect(clock.monotonic()).toBeGreaterThanOrEqual(last)
        last = clock.monotonic()
      })
      let fired = 0
      sim.at(100, () =>
        clock.setTimeout(() => {
          fired = sim.now()
        }, 100),
      )
      sim.run(500)
      expect(clock.now()).toBe(500 + 5 * percent)
      expect(fired).toBe(100 + (percent === 25 ? 80 : 125))
      sim.run(2_000)
      expect(clock.now()).toBe(2_000)
    }
  })
})

describe('links that reorder and clog', () => {
  it('reordered messages take up to so much longer, each its own time', () => {
    const sim = new Simulation({
      latency: 5,
      faults: [{ kind: 'reorder', from: 'a', to: '*', at: 0, ms: 100, extra: 50 }],
    })
    const heard: unknown[] = []
    sim.node('a', () => {})
    sim.node('b', ({ net }) => net.onMessage('b', (_from, message) => void heard.push(message)))
    for (let n = 0; n < 20; n += 1) sim.at(n, () => sim.net().send('a', 'b', n))
    sim.run(1_000)
    const took = sim.messages.map(({ sentAt, deliveredAt }) => deliveredAt! - sentAt)
    expect(Math.min(...took)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...took)).toBeLessThanOrEqual(55)
    expect(heard).not.toEqual(heard.toSorted((x, y) => (x as number) - (y as number)))
    expect(heard).toHaveLength(20)
  })

  it('clogged messages wait and come in their order', () => {
    const sim = new Simulation({ latency: 5, faults: [{ kind: 'clog', from: 'a', to: 'b', at: 10, ms: 90 }] })
    const heard: [number, unknown][] = []
    sim.node('a', () => {})
    sim.node('b', ({ net }) => net.onMessage('b', (_from, message) => void heard.push([sim.now(), message])))
    for (const at of [0, 20, 50, 98, 120]) sim.at(at, () => sim.net().send('a', 'b', at))
    sim.run(1_000)
    expect(heard).toEqual([
      [5, 0],
      [100, 20],
      [100, 50],
      [103, 98],
      [125, 120],
    ])
  })
})

describe('healing', () => {
  it('ends every fault at once, starts what is down, and lets nothing begin any more', () => {
    const forever = Number.POSITIVE_INFINITY
    const sim = new Simulation({
      latency: 5,
      faults: [
        { kind: 'crash', node: 'down', at: 10, ms: forever },
        { kind: 'pause', node: 'still', at: 10, ms: forever },
        { kind: 'clog', from: 'a', to: '*', at: 10, ms: forever },
        { kind: 'partition', nodes: ['b'], at: 10, ms: forever },
        { kind: 'skew', node: 'a', at: 10, ms: forever, offset: 500 },
        { kind: 'crash', node: 'a', at: 60, ms: 10 },
      ],
    })
    const events: [number, string][] = []
    const note = (what: string) => events.push([sim.now(), what])
    for (const name of ['a', 'b', 'down', 'still']) {
      sim.node(name, ({ clock, net }) => {
        note(`${name} starts`)
        net.onMessage(name, (from) => void note(`${name} hears ${from}`))
        clock.setTimeout(() => note(`${name} ticks`), 20)
      })
    }
    sim.at(30, () => sim.net().send('a', 'still', 1))
    sim.at(50, () => sim.heal())
    sim.at(55, () => sim.net().send('a', 'b', 1))
    sim.run(100)
    expect(events.filter(([at]) => at > 20)).toEqual([
      [50, 'down starts'],
      [50, 'still ticks'],
      [50, 'still hears a'],
      [60, 'b hears a'],
      [70, 'down ticks'],
    ])
    expect(sim.clock('a').now()).toBe(100)
  })
})

describe('faults that contradict each other', () => {
  it('are refused, with both in the message', () => {
    const pairs: [Fault, Fault][] = [
      [
        { kind: 'crash', node: 'n', at: 0, ms: 10 },
        { kind: 'pause', node: 'n', at: 5, ms: 10 },
      ],
      [
        { kind: 'skew', node: 'n', at: 0, ms: 10, offset: 5 },
        { kind: 'skew', node: 'n', at: 9, ms: 10, offset: 6 },
      ],
      [
        { kind: 'drift', node: 'n', at: 0, ms: 10, percent: 5 },
        { kind: 'drift', node: 'n', at: 0, ms: 10, percent: -5 },
      ],
    ]
    for (const [first, second] of pairs) {
      expect(() => new Simulation({ faults: [first, second] })).toThrow(JSON.stringify(first))
      expect(() => new Simulation({ faults: [first, second] })).toThrow(JSON.stringify(second))
      expect(() => new Simulation({ faults: [first, { ...second, at: 10 }] })).not.toThrow()
      expect(() => new Simulation({ faults: [first, { ...second, node: 'm' } as Fault] })).not.toThrow()
    }
  })
})
