import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundOf, boundText, upperBoundPercent } from '../../../src/core/verdict/bound.ts'
import type { PropertyRun } from '../../../src/core/verdict/evidence.ts'
import { bound } from '../../../src/ui/format.ts'

const runs = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 10_000_000 }))

describe('what runs without a failure exclude', () => {
  it.each([
    [1, '95'],
    [3, '64'],
    [100, '3'],
    [2_000, '0.15'],
    [10_000, '0.03'],
    [1_000_000, '0.0003'],
  ])('after %i runs below %s percent', (n, percent) => expect(upperBoundPercent(n)).toBe(percent))

  it('is a bound: were that share red, so many green runs would come up in less than 5 of 100 cases', () => {
    fc.assert(
      fc.property(runs, (n) => {
        const share = Number(upperBoundPercent(n)) / 100
        expect((1 - share) ** n).toBeLessThanOrEqual(0.05 + 1e-6)
        // Not more than the rounding to two digits away from it.
        expect((1 - share / 1.11) ** n).toBeGreaterThan(0.05)
      }),
    )
  })

  it('is the same in a commit and on the screen', () => {
    const same = (n: number) => void expect(bound(n)).toBe(`below ${upperBoundPercent(n)} % at 95 %`)
    fc.assert(fc.property(runs, same))
    for (let n = 1; n <= 3_000; n++) same(n)
  })

  it('is said in a sentence, and not at all where nothing ran', () => {
    expect(boundText(2_000, 'schedules')).toBe('0 of 2,000 schedules failed: below 0.15 % at 95 %')
    expect(boundText(0, 'schedules')).toBe(null)
    expect(bound(0)).toBe(null)
  })

  it('says whose cases it counts: of one property, of each of several, and apart from them those with no more cases', () => {
    const run = (runs: number, more: Partial<PropertyRun> = {}): PropertyRun => ({
      ...{ seeds: [1], runs, failed: false, seed: null, path: null, counterexample: null, shrinks: 0, history: [] },
      ...more,
    })
    const all = run(36, { exhausted: true })
    const said = (...runs: PropertyRun[]) => boundOf(runs, 'cases')
    expect(said(run(5_000))).toBe('0 of 5,000 cases failed: below 0.06 % at 95 %')
    expect(said(run(5_000), run(5_000))).toBe('0 of 5,000 cases of each property failed: below 0.06 % at 95 %')
    expect(said(run(5_000), run(3_609))).toBe(
      '0 of at least 3,609 cases of each property failed: below 0.083 % at 95 %',
    )
    expect(said(run(5_000), all)).toBe(
      '0 of 5,000 cases failed: below 0.06 % at 95 %; all cases of 1 further property held',
    )
    expect(said(all)).toBe('0 of 36 cases failed: below 8 % at 95 %')
    expect(said()).toBeNull()
    fc.assert(
      fc.property(fc.array(fc.record({ n: runs, exhausted: fc.boolean() }), { minLength: 1 }), (drawn) => {
        const told = said(...drawn.map(({ n, exhausted }) => run(n, exhausted ? { exhausted } : {})))!
        const open = drawn.filter(({ exhausted }) => !exhausted)
        const counted = open.length > 0 ? open : drawn
        expect(told.includes('of each property')).toBe(counted.length > 1)
        const least = Math.min(...counted.map(({ n }) => n))
        expect(told).toContain(`${least.toLocaleString('en-US')} cases`)
        expect(told).toContain(`below ${upperBoundPercent(least)} %`)
        expect(told.includes('at least')).toBe(counted.some(({ n }) => n > least))
      }),
    )
  })
})
