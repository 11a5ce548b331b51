import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calmAfter, type Fault, type FaultKind, faults, Simulation } from '../../../sandbox/sim/index.ts'

const KINDS: FaultKind[] = ['partition', 'one-way', 'crash', 'delay', 'drop', 'duplicate']
const NODES = ['a', 'b', 'c']

/** The smallest schedule for which the "bug" shows, as fast-check finds it. */
function smallest(options: Parameters<typeof faults>[0], bug: (schedule: Fault[]) => boolean, seed: number): Fault[] {
  const result = fc.check(
    fc.property(faults(options), (schedule) => !bug(schedule)),
    { seed, numRuns: 5_000 },
  )
  expect(result.failed).toBe(true)
  return result.counterexample?.[0] ?? []
}

describe('faults()', () => {
  it('makes schedules that a simulation accepts and that are over in time', () => {
    const options = fc.record({
      nodes: fc.shuffledSubarray(NODES, { minLength: 1 }),
      until: fc.integer({ min: 2, max: 600_000 }),
      kinds: fc.subarray(KINDS, { minLength: 1 }),
      max: fc.integer({ min: 1, max: 12 }),
    })
    const drawn = options.chain((chosen) => faults(chosen).map((schedule) => ({ chosen, schedule })))
    fc.assert(
      fc.property(drawn, ({ chosen, schedule }) => {
        const sim = new Simulation({ faults: schedule })
        for (const name of NODES) sim.node(name, () => {})
        sim.run(chosen.until)
        expect(schedule.length).toBeLessThanOrEqual(chosen.max)
        expect(calmAfter(schedule)).toBeLessThanOrEqual(chosen.until)
        for (const fault of schedule) {
          expect(chosen.kinds).toContain(fault.kind)
          expect(fault.ms).toBeGreaterThan(0)
          if ('extra' in fault) expect(fault.extra).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('makes every kind by default, several at once, and none at all', () => {
    const schedules = fc.sample(faults({ nodes: NODES, until: 60_000 }), { seed: 1, numRuns: 300 })
    expect(new Set(schedules.flat().map((fault) => fault.kind))).toEqual(new Set(KINDS))
    expect(new Set(schedules.map((schedule) => schedule.length))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
  })

  it('refuses options that can make nothing', () => {
    expect(() => faults({ nodes: [], until: 100 })).toThrow(/at least one node/)
    expect(() => faults({ nodes: ['a'], until: 1 })).toThrow(/whole ms/)
    expect(() => faults({ nodes: ['a'], until: 100, kinds: [] })).toThrow(/at least one kind/)
  })

  it('shrinks to one fault, as short as the bug allows, and as early', () => {
    const options = { nodes: NODES, until: 120_000, kinds: KINDS, max: 8 }
    const bug = (schedule: Fault[]) => schedule.some((fault) => fault.kind === 'crash' && fault.ms >= 7_000)
    for (const seed of [1, 2, 3]) {
      expect(smallest(options, bug, seed)).toMatchObject([{ kind: 'crash', at: 0, ms: 7_000 }])
    }
  })

  it('shrinks a begin to the earliest one that still shows the bug', () => {
    const bug = (schedule: Fault[]) => schedule.some((fault) => fault.kind === 'partition' && fault.at >= 31_000)
    for (const seed of [1, 2, 3]) {
      expect(smallest({ nodes: NODES, until: 120_000 }, bug, seed)).toEqual([
        { kind: 'partition', nodes: [expect.any(String)], at: 31_000, ms: 1 },
      ])
    }
  })

  it('keeps both faults when both are needed, and nothing else', () => {
    const of = (schedule: Fault[], kind: FaultKind) => schedule.filter((fault) => fault.kind === kind)
    const bug = (schedule: Fault[]) => of(schedule, 'drop').length > 0 && of(schedule, 'delay').some((f) => f.ms > 50)
    const found = smallest({ nodes: NODES, until: 10_000 }, bug, 4)
    expect(found).toHaveLength(2)
    expect(of(found, 'drop')).toMatchObject([{ at: 0, ms: 1, count: 1 }])
    expect(of(found, 'delay')).toMatchObject([{ at: 0, ms: 51, extra: 1 }])
  })
})
