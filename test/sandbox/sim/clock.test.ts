import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Simulation } from '../../../sandbox/sim/index.ts'

describe('the clock', () => {
  it('runs timers by time, and those of the same time in the order in which they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), (delays) => {
        const sim = new Simulation()
        const fired: { index: number; at: number }[] = []
        delays.forEach((ms, index) => {
          const clock = sim.clock(`n${index % 3}`)
          clock.setTimeout(() => fired.push({ index, at: clock.now() }), ms)
        })
        sim.run(100)
        const expected = delays.map((at, index) => ({ index, at })).toSorted((a, b) => a.at - b.at || a.index - b.index)
        expect(fired).toEqual(expected)
      }),
    )
  })

  it('fires exactly the timers that were not cancelled, in the same order as without the cancelled ones', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ ms: fc.nat({ max: 50 }), cancel: fc.boolean() })), (timers) => {
        const sim = new Simulation()
        const clock = sim.clock('n')
        const fired: number[] = []
        const ids = timers.map(({ ms }, index) => clock.setTimeout(() => fired.push(index), ms))
        timers.forEach(({ cancel }, index) => {
          if (cancel) clock.clearTimeout(ids[index])
        })
        sim.run(50)
        const kept = timers.map((timer, index) => ({ ...timer, index })).filter((timer) => !timer.cancel)
        expect(fired).toEqual(kept.toSorted((a, b) => a.ms - b.ms || a.index - b.index).map((timer) => timer.index))
      }),
    )
  })

  it('ignores clearTimeout of undefined, of fired, unknown and future ids, and of another node’s timer', () => {
    const sim = new Simulation()
    const clock = sim.clock('a')
    const fired: string[] = []
    const first = clock.setTimeout(() => fired.push('first'), 1)
    sim.run(1)
    for (const id of [undefined, first, -1, first + 1, 1e9]) clock.clearTimeout(id)
    const second = clock.setTimeout(() => fired.push('second'), 1)
    sim.clock('b').clearTimeout(second)
    sim.run(2)
    expect(fired).toEqual(['first', 'second'])
  })

  it('includes the last moment of a run, stands at it afterwards, and goes on from there', () => {
    const sim = new Simulation()
    const clock = sim.clock('n')
    const fired: number[] = []
    for (const ms of [10, 11]) clock.setTimeout(() => fired.push(clock.now()), ms)
    sim.run(10)
    expect(fired).toEqual([10])
    sim.run(10)
    sim.run(500)
    expect(fired).toEqual([10, 11])
    expect(sim.now()).toBe(500)
  })

  it('refuses times that make no sense, and says where', () => {
    const sim = new Simulation()
    const clock = sim.clock('w1')
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => clock.setTimeout(() => {}, ms)).toThrow(/setTimeout\(\) on node "w1".*not negative/)
    }
    sim.run(100)
    expect(() => sim.run(50)).toThrow(/absolute time/)
    expect(() => sim.at(99, () => {})).toThrow(/not before now/)
    expect(() => sim.every(0, () => {})).toThrow(/always/)
    expect(() => new Simulation({ latency: -1 })).toThrow(/latency/)
  })

  it('refuses async callbacks and a run within a run', () => {
    const sim = new Simulation()
    sim.clock('n').setTimeout(async () => {}, 1)
    expect(() => sim.run(1)).toThrow(/only synchronous/)
    sim.at(2, () => sim.run(3))
    expect(() => sim.run(2)).toThrow(/while the simulation is running/)
  })
})

describe('observers', () => {
  it('look at regular times, after everything else that happens in the same instant', () => {
    const sim = new Simulation()
    const clock = sim.clock('n')
    let value = 0
    const seen: [number, number][] = []
    sim.every(10, () => seen.push([sim.now(), value]))
    const step = () => {
      value += 1
      clock.setTimeout(() => {
        value += 100
      }, 0)
      clock.setTimeout(step, 10)
    }
    clock.setTimeout(step, 10)
    sim.run(35)
    expect(seen).toEqual([
      [10, 101],
      [20, 202],
      [30, 303],
    ])
  })

  it('called always, look once at the end of each instant in which something happened', () => {
    const sim = new Simulation()
    const clock = sim.clock('n')
    let balance = 0
    const seen: [number, number][] = []
    sim.always(() => seen.push([sim.now(), balance]))
    for (const at of [3, 8]) {
      clock.setTimeout(() => {
        balance -= 1
      }, at)
      clock.setTimeout(() => {
        balance += 1
      }, at)
    }
    sim.run(20)
    expect(seen).toEqual([
      [3, 0],
      [8, 0],
    ])
  })

  it('let an assertion out of the run', () => {
    const sim = new Simulation()
    sim.every(5, () => expect(sim.now()).toBeLessThan(12))
    expect(() => sim.run(100)).toThrow(/expected 15 to be less than 12/)
  })

  it('run test actions at their time, also on behalf of nodes that are down', () => {
    const sim = new Simulation({ faults: [{ kind: 'crash', node: 'n', at: 0, ms: 100 }] })
    sim.node('n', () => {})
    const done: number[] = []
    sim.at(50, () => done.push(sim.now()))
    sim.run(60)
    expect(done).toEqual([50])
  })
})

describe('a simulation that does not come to rest', () => {
  it('fails with the name of the busiest node when time stands still', () => {
    const sim = new Simulation()
    sim.clock('idle').setTimeout(() => {}, 0)
    const clock = sim.clock('spinner')
    const spin = () => void clock.setTimeout(spin, 0)
    clock.setTimeout(spin, 7)
    expect(() => sim.run(60_000)).toThrow(/does not come to rest.*without time moving on.*t=7.*spinner/)
  })

  it('fails after a million events although time moves on', () => {
    const sim = new Simulation()
    const clock = sim.clock('ticker')
    const tick = () => void clock.setTimeout(tick, 1)
    tick()
    sim.run(500_000)
    sim.run(1_400_000)
    expect(() => sim.run(2_500_000)).toThrow(/does not come to rest.*ticker/)
  })
})
