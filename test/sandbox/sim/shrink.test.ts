import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fault, type FaultKind, faults, Simulation } from '../../../sandbox/sim/index.ts'

const NODES = ['a', 'b', 'c']
const ALL: FaultKind[] = [
  'partition',
  'one-way',
  'crash',
  'delay',
  'drop',
  'duplicate',
  'reorder',
  'clog',
  'pause',
  'slow',
  'skew',
  'drift',
  'torn-crash',
  'disk-full',
  'disk-error',
  'disk-slow',
  'corrupt',
]

/** The schedules that ten seeds shrink to, each with how often. */
function minima(kinds: FaultKind[], bug: (schedule: Fault[]) => boolean, until = 300_000): Map<string, number> {
  const found = new Map<string, number>()
  for (let seed = 1; seed <= 10; seed += 1) {
    const property = fc.property(faults({ nodes: NODES, until, kinds, max: 8 }), (schedule) => !bug(schedule))
    const { counterexample } = fc.check(property, { seed, numRuns: 10_000 })
    const text = JSON.stringify(counterexample?.[0])
    found.set(text, (found.get(text) ?? 0) + 1)
  }
  return found
}

const only = (...schedule: unknown[]) => new Map([[JSON.stringify(schedule), 10]])
const covers = (fault: Fault, at: number) => fault.at <= at && at < fault.at + fault.ms

describe('schedules of every kind', () => {
  it('are taken by a simulation, contradict nothing, and end in time', () => {
    const drawn = new Set<string>()
    fc.assert(
      fc.property(faults({ nodes: NODES, until: 10_000, kinds: ALL, max: 10 }), (schedule) => {
        for (const fault of schedule) drawn.add(fault.kind)
        const sim = new Simulation({ faults: schedule })
        for (const name of NODES) sim.node(name, () => {})
        sim.run(10_000)
        expect(sim.events().filter(({ what }) => what === 'begin').length).toBe(
          sim.events().filter(({ what }) => what === 'end').length,
        )
      }),
      { numRuns: 500 },
    )
    expect(drawn).toEqual(new Set(ALL))
  })
})

describe('shrinking from ten seeds ends at one schedule', () => {
  it('of a fault that has to be there at a moment: a millisecond of the first kind and node', () => {
    const bug = (schedule: Fault[]) => schedule.some((fault) => covers(fault, 123_456))
    expect(minima(ALL, bug)).toEqual(only({ kind: 'partition', nodes: ['a'], at: 123_456, ms: 1 }))
  })

  it('of a fault that has to last, wherever it is', () => {
    const bug = (schedule: Fault[]) => schedule.some(({ kind, ms }) => kind === 'clog' && ms > 30_000)
    expect(minima(ALL, bug)).toEqual(only({ kind: 'clog', from: 'a', to: '*', at: 0, ms: 30_001 }))
  })

  it('of one that has to last, at certain moments of a rhythm', () => {
    const bug = (schedule: Fault[]) =>
      schedule.some(({ kind, at, ms }) => kind === 'pause' && ms >= 15_000 && at % 10_000 > 2_000)
    expect(minima(['crash', 'pause'], bug)).toEqual(only({ kind: 'pause', node: 'a', at: 2_001, ms: 15_000 }))
  })

  it('of one that two short ones stand for as well: one that lasts', () => {
    const bug = (schedule: Fault[]) =>
      [1_000, 290_000].every((at) => schedule.some((fault) => fault.kind === 'partition' && covers(fault, at)))
    expect(minima(['partition', 'crash'], bug)).toEqual(
      only({ kind: 'partition', nodes: ['a'], at: 1_000, ms: 289_001 }),
    )
  })

  it('of two faults of which both are needed', () => {
    const bug = (schedule: Fault[]) =>
      schedule.some((first) =>
        schedule.some(
          (second) =>
            first.kind === 'crash' &&
            second.kind === 'skew' &&
            second.node !== first.node &&
            second.offset < -1_000 &&
            second.at > first.at + 5_000,
        ),
      )
    expect(minima(['partition', 'crash', 'skew'], bug)).toEqual(
      only({ kind: 'crash', node: 'a', at: 0, ms: 1 }, { kind: 'skew', node: 'b', at: 5_001, ms: 1, offset: -1_001 }),
    )
  })
})
