import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Limits, NOTHING_SPENT, type Price, permitCall, type Spent, spend } from '../../src/core/budget.ts'

const FREE: Limits = { maxTokens: null, maxUsd: null, maxMinutes: null }

const price = fc.record({
  input: fc.double({ min: 0, max: 100, noNaN: true }),
  output: fc.double({ min: 0, max: 500, noNaN: true }),
  cached: fc.option(fc.double({ min: 0, max: 150, noNaN: true }), { nil: undefined }),
})

/** Most calls go to their bounds, since that is where a budget breaks. */
const share = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))

/** What a call may be billed at most: 1.3 times our count of the prompt, any part of it cached, and the answer. */
const call = fc.record({
  promptTokens: fc.nat(60_000),
  maxOutputTokens: fc.integer({ min: 1, max: 64_000 }),
  inputShare: share,
  cachedShare: share,
  outputShare: share,
})

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

function bill(one: Call, granted: number, cost: Price, spent: Spent): Spent {
  const input = Math.floor(one.promptTokens * 1.3 * one.inputShare)
  const cached = Math.floor(input * one.cachedShare)
  const output = Math.floor(granted * one.outputShare)
  const usd = (input - cached) * cost.input + cached * (cost.cached ?? cost.input) + output * cost.output
  return spend(spent, { input, output, cached }, usd / 1e6)
}

describe('a budget', () => {
  it('is never exceeded by calls that were permitted, whatever they cost within their bounds', () => {
    const limits = fc.record({
      maxTokens: fc.option(fc.nat(500_000)),
      maxUsd: fc.option(fc.double({ min: 0, max: 20, noNaN: true })),
      maxMinutes: fc.constant(null),
    })
    let permitted = 0
    fc.assert(
      fc.property(limits, price, fc.array(call, { maxLength: 30 }), (limit, cost, calls) => {
        let spent = NOTHING_SPENT
        for (const one of calls) {
          const permit = permitCall(limit, spent, 0, one.promptTokens, one.maxOutputTokens, cost)
          if (!permit.ok) continue
          permitted++
          expect(permit.maxOutputTokens).toBeGreaterThanOrEqual(1)
          expect(permit.maxOutputTokens).toBeLessThanOrEqual(one.maxOutputTokens)
          spent = bill(one, permit.maxOutputTokens, cost, spent)
          if (limit.maxTokens !== null)
            expect(spent.usage.input + spent.usage.output).toBeLessThanOrEqual(limit.maxTokens)
          // Sums of floating-point numbers may be off by a billionth of a cent.
          if (limit.maxUsd !== null) expect(spent.usd).toBeLessThanOrEqual(limit.maxUsd + 1e-11)
        }
      }),
      { numRuns: 500 },
    )
    expect(permitted).toBeGreaterThan(500)
  })

  it('permits what fits: without limits, a call as it was asked for', () => {
    expect(permitCall(FREE, NOTHING_SPENT, 1e9, 50_000, 32_000, null)).toEqual({ ok: true, maxOutputTokens: 32_000 })
  })

  it('cuts a long answer down to what is left, and refuses one too short to be of use', () => {
    const limits = { ...FREE, maxTokens: 10_000 }
    expect(permitCall(limits, NOTHING_SPENT, 0, 1_000, 32_000, null)).toEqual({ ok: true, maxOutputTokens: 8_700 })
    const refused = permitCall(limits, NOTHING_SPENT, 0, 7_000, 32_000, null)
    expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('10100 tokens and 10000 of 10000') })
  })

  it('permits a model whose answers are always short', () => {
    const limits = { ...FREE, maxTokens: 10_000 }
    expect(permitCall(limits, NOTHING_SPENT, 0, 100, 512, null)).toEqual({ ok: true, maxOutputTokens: 512 })
  })

  it('reserves the dearest that a prompt can cost', () => {
    const limits = { ...FREE, maxUsd: 1 }
    const refused = permitCall(limits, NOTHING_SPENT, 0, 1_000_000, 32_000, { input: 1, output: 1 })
    expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('$1 ($0.00 spent)') })
  })

  it('leaves a free model its whole answer, also with no money at all', () => {
    const permit = permitCall({ ...FREE, maxUsd: 0 }, NOTHING_SPENT, 0, 5_000, 32_000, { input: 0, output: 0 })
    expect(permit).toEqual({ ok: true, maxOutputTokens: 32_000 })
  })

  it('ends when the minutes are over', () => {
    const limits = { ...FREE, maxMinutes: 10 }
    expect(permitCall(limits, NOTHING_SPENT, 9.99, 1, 1_000, null).ok).toBe(true)
    expect(permitCall(limits, NOTHING_SPENT, 10, 1, 1_000, null)).toMatchObject({ ok: false })
  })
})

describe('what was spent', () => {
  it('is the sum of what was billed', () => {
    const usage = fc.record({ input: fc.nat(1e6), output: fc.nat(1e6), cached: fc.nat(1e6) })
    fc.assert(
      fc.property(fc.array(fc.tuple(usage, fc.nat(1_000))), (bills) => {
        const spent = bills.reduce((sum, [used, usd]) => spend(sum, used, usd), NOTHING_SPENT)
        for (const field of ['input', 'output', 'cached'] as const)
          expect(spent.usage[field]).toBe(bills.reduce((sum, [used]) => sum + used[field], 0))
        expect(spent.usd).toBe(bills.reduce((sum, [, usd]) => sum + usd, 0))
        expect(spent.usdKnown).toBe(true)
      }),
    )
  })

  it('is unknown in dollars from the first billed call without a price; a call that cost nothing changes nothing', () => {
    const some = { input: 10, output: 5, cached: 0 }
    const nothing = { input: 0, output: 0, cached: 0 }
    expect(spend(NOTHING_SPENT, nothing, null).usdKnown).toBe(true)
    const unknown = spend(NOTHING_SPENT, some, null)
    expect(unknown).toMatchObject({ usdKnown: false, usd: 0 })
    expect(spend(unknown, some, 0.5)).toMatchObject({ usdKnown: false, usd: 0.5 })
  })
})
