import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/io/models/clock.ts'
import { type Trouble, troubleOf } from '../../../src/io/models/failure.ts'
import { createGate } from '../../../src/io/models/gate.ts'
import { PATIENCE, waitBefore } from '../../../src/io/models/retry.ts'

const trouble = (waitMs: number | null, again = true): Trouble => ({ failure: 'outage', message: '', again, waitMs })
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the wait before a question is asked again', () => {
  it('is never shorter than the service says, and neither tries nor waits exceed their bound', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ told: fc.option(fc.nat(90_000)), random: chance })), (answers) => {
        let waited = 0
        let asks = 1
        for (const { told, random } of answers) {
          const wait = waitBefore(trouble(told), asks, waited, PATIENCE, random)
          if (wait === null) break
          expect(wait).toBeGreaterThanOrEqual(told ?? (PATIENCE.pauseMs * 2 ** (asks - 1)) / 2)
          waited += wait
          asks++
        }
        expect(asks).toBeLessThanOrEqual(PATIENCE.tries)
        expect(waited).toBeLessThanOrEqual(PATIENCE.totalMs)
      }),
    )
  })

  it('is none where the same question would fail again', () => {
    expect(waitBefore(trouble(10, false), 1, 0, PATIENCE, 0)).toBeNull()
    expect(waitBefore(trouble(PATIENCE.longestMs + 1), 1, 0, PATIENCE, 0)).toBeNull()
  })
})

describe('a failure of a service', () => {
  const failed = (status: number, more: object, headers: Record<string, string> = {}) =>
    troubleOf(Object.assign(new Error('x'), { status, headers: new Headers(headers), ...more }))

  it.each([
    ['seconds', { 'retry-after': '2' }, 2_000],
    ['a moment of the past', { 'retry-after': 'Mon, 01 Jan 2024 00:00:00 GMT' }, 0],
    ['milliseconds', { 'retry-after-ms': '70', 'retry-after': '2' }, 70],
    ['words', { 'retry-after': 'soon' }, null],
  ])('names its wait in %s', (_how, headers, waitMs) => {
    expect(failed(429, {}, headers as Record<string, string>)).toMatchObject({ again: true, waitMs })
  })

  it('says itself whether it may be asked again; a quota that is used up may not', () => {
    expect(failed(500, {}, { 'x-should-retry': 'false' }).again).toBe(false)
    expect(failed(400, {}, { 'x-should-retry': 'true' }).again).toBe(true)
    expect(failed(429, { code: 'insufficient_quota' })).toMatchObject({ failure: 'rate-limit', again: false })
    expect(failed(404, {}).again).toBe(false)
  })
})

describe('a gate', () => {
  it('lets nobody pass before the last hold is over, and ends with the signal', async () => {
    let now = 0
    const wait = async (ms: number) => {
      now += ms
    }
    const clock: Clock = { now: () => now, random: () => 0, wait }
    const gate = createGate(clock)
    gate.hold(100)
    gate.hold(50)
    const told: number[] = []
    const passing = gate.pass(new AbortController().signal, (ms) => {
      if (told.push(ms) === 1) gate.hold(300)
    })
    expect(await passing).toBe(300)
    expect(now).toBe(300)
    expect(told).toEqual([100, 200])
    gate.hold(100)
    expect(await gate.pass(AbortSignal.abort(), () => {})).toBe(0)
  })
})
