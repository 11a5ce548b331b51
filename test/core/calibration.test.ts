import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf } from '../../src/core/budget.ts'
import { calibrate, errorOf, learn, readRatios } from '../../src/core/calibration.ts'
import { dearest, LIST_PRICES, listPrice, priceOf } from '../../src/core/prices.ts'

describe('an estimate of tokens', () => {
  it('is the count itself with a wide margin, until enough was billed', () => {
    expect(calibrate('anthropic/x', false, [1.2, 1.2])).toEqual({ ratio: 1, margin: 1.6, samples: 2 })
    expect(calibrate('openai/gpt-5', true, [])).toEqual({ ratio: 1, margin: 1.1, samples: 0 })
    expect(calibrate('openai-compatible/x', false, [])).toMatchObject({ margin: 1.3 })
  })

  it('covers, with its margin, whatever was billed so far', () => {
    const ratios = fc.array(fc.double({ min: 0.3, max: 3, noNaN: true }), { minLength: 5, maxLength: 60 })
    fc.assert(
      fc.property(ratios, fc.integer({ min: 1, max: 60_000 }), (seen, ours) => {
        const { ratio, margin } = calibrate('anthropic/x', false, seen)
        expect(ours * ratio * margin).toBeGreaterThanOrEqual(ours * Math.max(...seen))
        expect(ratio).toBeGreaterThanOrEqual(Math.min(...seen))
      }),
    )
  })

  it('learns, forgets what is old, and survives a memory that somebody wrote into', () => {
    let ratios: number[] = []
    for (let n = 0; n < 60; n++) ratios = learn(ratios, 1_000, 1_000 + n)
    expect(ratios).toHaveLength(50)
    expect(ratios.at(-1)).toBe(1.059)
    expect(learn(ratios, 0, 100)).toEqual(ratios)
    expect(readRatios(['x', 1.5, -1, null, Number.NaN, 1e9])).toEqual([1.5])
    expect(readRatios({ a: 1 })).toEqual([])
  })

  it('is told with its error', () => {
    expect(errorOf([])).toBeNull()
    const prompts = [
      { estimated: 110, counted: 100 },
      { estimated: 100, counted: 100 },
    ]
    expect(errorOf(prompts)).toEqual({ prompts: 2, mean: 0.05, worst: 0.1 })
  })
})

describe('prices', () => {
  it('have a date each, and no model has two', () => {
    for (const { date, input, output } of LIST_PRICES) {
      expect(date).toMatch(/^20\d\d-\d\d-\d\d$/)
      expect(output).toBeGreaterThan(input)
    }
    expect(new Set(LIST_PRICES.map(({ model }) => model)).size).toBe(LIST_PRICES.length)
  })

  it('are found for a name and its dated snapshots, and never guessed', () => {
    expect(listPrice('anthropic/claude-opus-5')).toMatchObject({ input: 5 })
    expect(listPrice('anthropic/claude-opus-5-5')).toMatchObject({ input: 4 })
    expect(listPrice('anthropic/claude-sonnet-4-5-20250929')).toMatchObject({ input: 3 })
    expect(listPrice('openai/gpt-5.4-2026-03-05')).toMatchObject({ input: 2.5 })
    for (const unknown of ['anthropic/claude-opus-9', 'openai/gpt-5.4-pro', 'openai-compatible/gpt-5', 'gpt-5'])
      expect(listPrice(unknown)).toBeNull()
  })

  it('of agent.yaml go first', () => {
    const own = { input: 9, output: 9 }
    expect(priceOf('openai/gpt-5', { 'openai/gpt-5': own })).toBe(own)
    expect(priceOf('openai/gpt-5', { 'gpt-5': own })).toBe(own)
    expect(priceOf('openai/gpt-5', {})).toMatchObject({ input: 1.25 })
  })

  it('of several models together are the dearest of each kind, or unknown', () => {
    const most = dearest([
      { input: 1, output: 20, written: 3 },
      { input: 2, output: 10, cached: 0.1 },
    ])
    expect(most).toEqual({ input: 2, output: 20, cached: 1, written: 3 })
    expect(dearest([{ input: 1, output: 1 }, null])).toBeNull()
  })

  it('count what is written to a cache, and hold for prompts of their length only', () => {
    const price = { input: 1, output: 10, cached: 0.1, written: 1.25, upTo: 100_000 }
    const usage = { input: 10_000, output: 1_000, cached: 4_000, written: 2_000 }
    expect(costOf(usage, price)).toBeCloseTo((4_000 + 400 + 2_500 + 10_000) / 1e6, 12)
    expect(costOf({ ...usage, input: 100_001 }, price)).toBeNull()
  })
})
