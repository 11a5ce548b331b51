import { describe, expect, it } from 'vitest'
import { calmAfter, type Fault, Simulation } from '../../../sandbox/sim/index.ts'

const crash: Fault = { kind: 'crash', node: 'n', at: 100, ms: 50 }

/** A node that ticks every 10 ms and counts from 1 in each of its lives. */
function ticking(faults: Fault[]) {
  const sim = new Simulation({ faults })
  const ticks: [number, number][] = []
  const heard: [number, unknown][] = []
  const starts: number[] = []
  sim.node('n', () => {
    const clock = sim.clock('n')
    let count = 0
    starts.push(clock.now())
    const tick = () => {
      count += 1
      ticks.push([clock.now(), count])
      clock.setTimeout(tick, 10)
    }
    clock.setTimeout(tick, 10)
    sim.net().onMessage('n', (_from, message) => void heard.push([clock.now(), message]))
  })
  return { sim, ticks, heard, starts }
}

describe('a crash', () => {
  it('loses the timers, and start runs again with a fresh state at its end', () => {
    const { sim, ticks, starts } = ticking([crash])
    sim.run(175)
    expect(starts).toEqual([0, 150])
    expect(ticks.filter(([at]) => at >= 80)).toEqual([
      [80, 8],
      [90, 9],
      [160, 1],
      [170, 2],
    ])
  })

  it('at time 0 strikes after the first start', () => {
    const { sim, ticks, starts } = ticking([{ ...crash, at: 0 }])
    sim.run(65)
    expect(starts).toEqual([0, 50])
    expect(ticks).toEqual([[60, 1]])
  })

  it('loses messages that arrive meanwhile, but not those that arrive after the restart', () => {
    const { sim, heard } = ticking([crash])
    for (const at of [90, 95, 140, 145]) sim.at(at, () => sim.net().send('x', 'n', at))
    sim.run(200)
    expect(heard).toEqual([
      [95, 90],
      [150, 145],
    ])
    expect(sim.messages.map((message) => message.lost)).toEqual([null, 'receiver is down', 'receiver is down', null])
  })

  it('does not take back what was sent before', () => {
    const sim = new Simulation({ faults: [crash] })
    const heard: unknown[] = []
    sim.node('n', () => void sim.clock('n').setTimeout(() => sim.net().send('n', 'x', 'last words'), 99))
    sim.net().onMessage('x', (_from, message) => void heard.push(message))
    sim.run(140)
    expect(heard).toEqual(['last words'])
  })

  it('makes objects of the dead node dumb: nothing that they send or time gets through', () => {
    const sim = new Simulation({ faults: [crash] })
    sim.node('n', () => sim.net().onMessage('n', () => {}))
    const fired: string[] = []
    sim.net().onMessage('x', () => void fired.push('message'))
    sim.at(120, () => {
      sim.clock('n').clearTimeout(sim.clock('n').setTimeout(() => fired.push('cancelled'), 1))
      sim.clock('n').setTimeout(() => fired.push('timer'), 100)
      sim.net().send('n', 'x', 'zombie')
      sim.net().onMessage('n', () => {})
    })
    sim.run(1000)
    expect(fired).toEqual([])
    expect(sim.messages).toMatchObject([{ lost: 'sender is down' }])
  })

  it('that overlaps or touches another one is one outage', () => {
    const { sim, starts } = ticking([
      { ...crash, at: 160, ms: 5 },
      crash,
      { ...crash, at: 120, ms: 40 },
      { ...crash, at: 110, ms: 5 },
      { ...crash, at: 300, ms: 0 },
    ])
    sim.run(1000)
    expect(starts).toEqual([0, 165, 300])
    expect(sim.history()).toEqual(['t=100 crash n', 't=165 restart n', 't=300 crash n', 't=300 restart n'])
  })

  it('may last for ever', () => {
    const { sim, starts } = ticking([{ ...crash, ms: Number.POSITIVE_INFINITY }])
    sim.run(1_000_000)
    expect(starts).toEqual([0])
  })

  it('lets a node that joins while its machine is down start when it is up again', () => {
    const sim = new Simulation({ faults: [crash] })
    const starts: number[] = []
    sim.at(120, () => sim.node('n', () => void starts.push(sim.now())))
    sim.run(1000)
    expect(starts).toEqual([150])
  })

  it('of a node that was not built inside node() is refused: it could never restart', () => {
    const sim = new Simulation({ faults: [crash] })
    sim.clock('n').setTimeout(() => {}, 10)
    sim.every(150, () => expect.fail('a check that fails because the node stays dead'))
    expect(() => sim.run(1000)).toThrow(/"n".*never restart.*sim\.node\("n"/)
    const unknown = new Simulation({ faults: [crash] })
    expect(() => unknown.run(1000)).toThrow(/never restart/)
  })

  it('needs names that are taken once', () => {
    const { sim } = ticking([])
    expect(() => sim.node('n', () => {})).toThrow(/already a node "n"/)
  })
})

describe('calmAfter', () => {
  it('is the end of the last fault, late messages included, and 0 without faults', () => {
    expect(calmAfter([])).toBe(0)
    expect(calmAfter([{ kind: 'delay', node: 'n', at: 90, ms: 30, extra: 70 }, crash])).toBe(190)
  })
})
