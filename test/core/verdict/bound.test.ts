import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundText, upperBoundPercent } from '../../../src/core/verdict/bound.ts'
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
})
