import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Case, cases } from '../../../sandbox/sim/cases.ts'
import { calmAfter, type Fault, type FaultKind, Simulation } from '../../../sandbox/sim/index.ts'

const NODES = ['a', 'b', 'c']
const UNTIL = 10_000
const KINDS: FaultKind[] = ['partition', 'crash', 'delay', 'duplicate', 'pause', 'skew', 'disk-slow', 'corrupt']
/** When something happens: at other times for every seed. */
const MOMENTS = [0, 1, 2, 3].map((seed) => [1, 2, 3, 4].map((n) => 1_000 * n + 111 * seed))
const OPTIONS = { nodes: NODES, until: UNTIL, kinds: KINDS, moments: MOMENTS, max: 6 }

const covers = (fault: Fault, at: number) => fault.at <= at && at < fault.at + fault.ms

/** The cases that ten seeds shrink to. */
function minima(bug: (one: Case) => boolean): Set<string> {
  const found = Array.from({ length: 10 }, (_, seed) => {
    const { counterexample } = fc.check(
      fc.property(cases(OPTIONS), (one) => !bug(one)),
      { seed, numRuns: 5_000 },
    )
    return JSON.stringify(counterexample?.[0])
  })
  return new Set(found)
}

describe('cases', () => {
  it('hold schedules that a simulation takes, over in time, with few seeds and with many', () => {
    const seeds = new Set<number>()
    fc.assert(
      fc.property(cases(OPTIONS), ({ faults, seed }) => {
        seeds.add(seed)
        const sim = new Simulation({ faults, seed })
        for (const name of NODES) sim.node(name, () => {})
        sim.run(UNTIL)
        expect(calmAfter(faults)).toBeLessThanOrEqual(UNTIL)
        expect(faults.length).toBeLessThanOrEqual(6)
        for (const { at, ms } of faults) {
          expect(Number.isInteger(at) && at >= 0).toBe(true)
          expect(Number.isInteger(ms) && ms >= 1).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
    expect([0, 1, 2, 3].every((seed) => seeds.has(seed))).toBe(true)
    expect(seeds.size).toBeGreaterThan(20)
  })

  it('aim: a fault that begins exactly where something happens comes soon, without moments hardly ever', () => {
    const hits = (moments: number[][]) =>
      fc
        .sample(cases({ ...OPTIONS, moments }), { seed: 1, numRuns: 1_000 })
        .filter(({ faults, seed }) => faults.some((fault) => MOMENTS[seed]?.includes(fault.at))).length
    expect(hits(MOMENTS)).toBeGreaterThan(100)
    expect(hits([[], [], [], []])).toBeLessThan(10)
  })

  it('shrink to the smallest seed and the first moment, whatever they were found at', () => {
    // The bug waits at every moment of every seed: a crash 2 ms after it, and a pause of another node soon after that.
    const bug = ({ faults, seed }: Case) =>
      (MOMENTS[seed] ?? []).some((moment) =>
        faults.some(
          (first) =>
            first.kind === 'crash' &&
            covers(first, moment + 2) &&
            faults.some(
              (second) => second.kind === 'pause' && second.node !== first.node && covers(second, moment + 90),
            ),
        ),
      )
    expect(minima(bug)).toEqual(
      new Set([
        JSON.stringify({
          faults: [
            { kind: 'crash', node: 'a', at: 1_002, ms: 1 },
            { kind: 'pause', node: 'b', at: 1_090, ms: 1 },
          ],
          seed: 0,
        }),
      ]),
    )
  })

  it('shrink to no fault where none is needed, and keep a seed that is', () => {
    expect(minima(({ seed }) => seed >= 2)).toEqual(new Set([JSON.stringify({ faults: [], seed: 2 })]))
  })

  it('refuse options that can make nothing', () => {
    expect(() => cases({ ...OPTIONS, nodes: [] })).toThrow(/at least one node/)
    expect(() => cases({ ...OPTIONS, kinds: [] })).toThrow(/at least one kind/)
    expect(() => cases({ ...OPTIONS, until: 1 })).toThrow(/whole ms/)
  })

  it('are tried once each in a search, are valid, and are found again by their path', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...KINDS), (seed, kind) => {
        const asked: string[] = []
        const property = fc.property(cases(OPTIONS), (one) => {
          asked.push(JSON.stringify(one))
          new Simulation({ faults: one.faults, seed: one.seed })
          return !one.faults.some((fault) => fault.kind === kind && fault.at % 3 === 1)
        })
        const found = fc.check(property, { seed, numRuns: 2_000 })
        expect(found.failed).toBe(true)
        const shrinking = asked.slice(found.numRuns)
        expect(new Set(shrinking).size).toBe(shrinking.length)
        const again = fc.check(property, { seed, path: found.counterexamplePath! })
        expect(again.counterexample).toEqual(found.counterexample)
      }),
      { numRuns: 30 },
    )
  })
})
