import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Details, derivedSeed, type Parameters, search } from '../../../sandbox/harness/search.mts'

const seed = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

/** Runs a search with the real fast-check; `tick` is what the clock gains per look. */
function runSearch(
  law: (n: number) => boolean,
  seeds: number[],
  options: { minMs?: number; deadline?: number; brief?: boolean } = {},
) {
  const { minMs = 0, deadline = Number.POSITIVE_INFINITY, brief = false } = options
  let now = 0
  const asked: Parameters[] = []
  const intensity = { seeds, runs: 20, minMs }
  const plan = { intensity, replay: null, author: {}, world: {}, clock: () => now++, deadline, brief, onRuns: () => {} }
  const steps = search(plan)
  let step = steps.next()
  while (!step.done) {
    asked.push(step.value)
    step = steps.next(fc.check(fc.property(fc.nat(), law), step.value) as Details)
  }
  return { ...step.value, asked }
}

describe('the search for a counterexample', () => {
  it('runs every seed in order when the law holds', () => {
    fc.assert(
      fc.property(fc.array(seed, { minLength: 1, maxLength: 5 }), (seeds) => {
        const { run } = runSearch(() => true, seeds)
        expect(run).toMatchObject({ seeds, runs: 20 * seeds.length, failed: false, seed: null, path: null })
      }),
    )
  })

  it('finds the smallest failing case, and its seed and path bring it back', () => {
    fc.assert(
      fc.property(seed, fc.nat(1_000), (start, bound) => {
        const law = (n: number) => n < bound
        const { run, details } = runSearch(law, [start], { minMs: 1_000 })
        expect(run.failed).toBe(true)
        expect(run.repeated).toEqual({ failed: 5, of: 5, leak: null })
        expect(details.counterexample).toEqual([bound])
        const path = run.path!
        const again = fc.check(fc.property(fc.nat(), law), { seed: run.seed!, path, endOnFailure: true })
        expect(again.counterexample).toEqual([bound])
      }),
    )
  })

  it('shrinks only the failing case, for a limited time, and then runs it alone', () => {
    const { asked, run } = runSearch((n) => n < 100, [1])
    expect(asked).toHaveLength(2 + 5)
    expect(asked[0]).toMatchObject({ endOnFailure: true, path: '', numRuns: 20 })
    expect(asked[1]).toMatchObject({ endOnFailure: false, numRuns: 1, interruptAfterTimeLimit: 10_000 })
    expect(asked[2]).toMatchObject({ endOnFailure: true, path: run.path })
  })

  it('goes on until the time is over, but not past the deadline, and needs no seed to begin', () => {
    expect(runSearch(() => true, [5], { minMs: 10 }).run.seeds.length).toBeGreaterThan(5)
    expect(runSearch(() => true, [5], { minMs: 1_000, deadline: 3 }).run.seeds.length).toBeLessThan(5)
    expect(runSearch(() => true, []).run.seeds).toHaveLength(1)
  })

  it('shrinks nothing where all that is asked is whether it fails, and ends at the deadline in the middle of its seeds', () => {
    const { asked, run } = runSearch((n) => n < 100, [1, 2], { brief: true })
    expect(asked).toHaveLength(1)
    expect(run).toMatchObject({ seeds: [1], failed: true, seed: 1, shrinks: 0 })
    expect(run.path).not.toBeNull()
    const late = runSearch(() => true, [1, 2, 3, 4, 5, 6, 7, 8], { brief: true, deadline: 6 })
    expect(late.run.seeds.length).toBeLessThan(8)
    expect(late.asked[0]).toMatchObject({ interruptAfterTimeLimit: expect.any(Number) })
  })
})

describe('derived seeds', () => {
  it('are different 32-bit integers', () => {
    fc.assert(
      fc.property(seed, (origin) => {
        const seeds = Array.from({ length: 200 }, (_, n) => derivedSeed(origin, n))
        expect(new Set(seeds).size).toBe(200)
        expect(seeds.every((one) => one === (one | 0))).toBe(true)
      }),
    )
  })
})
