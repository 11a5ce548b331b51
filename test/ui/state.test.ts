import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { plainText } from '../../src/ui/line.ts'
import { liveLines } from '../../src/ui/live.ts'
import { initialState, reduce } from '../../src/ui/state.ts'
import { displayWidth } from '../../src/ui/text.ts'
import { anySequence } from './events.ts'
import { twoAttempts } from './fixture.ts'

const stateAfter = (events: StampedEvent[]) => events.reduce(reduce, initialState())
const stateAt = (t: number) => stateAfter(twoAttempts.filter((e) => e.t <= t))
const live = (t: number, width = 80) =>
  liveLines(stateAt(t), t, { width, unicode: true }).map((spans) => plainText({ kind: 'step', spans }))
const barStyles = (t: number) =>
  liveLines(stateAt(t), t, { width: 80, unicode: true })
    .flat()
    .filter((span) => span.text.includes('█'))
    .map((span) => span.style)

test('the tests being written while the base is checked are two things that run', () => {
  expect(stateAt(2000).running.map((r) => [r.label, r.since])).toEqual([
    ['baseline', 230],
    ['author', 250],
  ])
})

test('streamed characters are added up for the call that runs', () => {
  expect(stateAt(18_000).running).toMatchObject([{ label: 'author', chars: 5700 }])
  expect(stateAt(31_500).running).toMatchObject([{ label: 'implementer', chars: 4120 }])
})

test('tokens and money are the sum of the finished calls', () => {
  const { tokens, usd, priced } = stateAfter(twoAttempts)
  expect(tokens).toEqual({ input: 7330, output: 5810, cached: 2330 })
  expect(usd).toBeCloseTo(0.1031, 10)
  expect(priced).toBe(true)
})

test('one call without a price makes the sum a lower bound', () => {
  const unpriced = twoAttempts.map((e) => (e.type === 'model.finished' && e.t > 40_000 ? { ...e, usd: null } : e))
  const state = stateAfter(unpriced.filter((e) => e.t < 68_000))
  expect(state.priced).toBe(false)
  expect(liveLines(state, 68_000, { width: 80, unicode: false }).at(-1)![0]!.text).toContain('at least $0.0713')
})

test('the counterexample of an attempt stays until the task is verified', () => {
  expect(stateAt(43_000).found).toMatchObject({ attempt: 1, stage: 'chaos' })
  expect(live(61_000).join('\n')).toContain('attempt 1 failed  reassigns the jobs of a worker that is cut off')
  expect(live(68_260).join('\n')).not.toContain('failed  reassigns')
})

test('the bar turns red the moment one schedule fails', () => {
  expect(barStyles(38_600)).toEqual(['good'])
  expect(barStyles(39_200)).toEqual(['bad'])
  expect(barStyles(62_500)).toEqual(['good'])
})

test('the live area tells the task, the attempt, what runs and what it cost so far', () => {
  expect(live(64_500)).toMatchInlineSnapshot(`
    [
      "job-queue/2  Implement failure detection and reassignment",
      "WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed an…",
      "attempt 2 of 3  chaos  4 s of about 4 s",
      "██████████████████░░  1,800 of 2,000 tests, 0 failed",
      "attempt 1 failed  reassigns the jobs of a worker that is cut off: [{"kind":"par…",
      "1 min 04 s   13,140 tokens   $0.1031",
    ]
  `)
})

test('after the last event nothing is live', () => {
  expect(live(70_000)).toEqual([])
  expect(stateAfter(twoAttempts).running).toEqual([])
})

test('reducing any events in any order never fails, and every frame fits the screen', () => {
  fc.assert(
    fc.property(
      anySequence,
      fc.integer({ min: 20, max: 100 }),
      fc.integer({ min: 1, max: 12 }),
      (events, width, rows) => {
        let state = initialState()
        for (const event of events) {
          const before = structuredClone(state)
          const next = reduce(state, event)
          expect(state).toEqual(before)
          state = next
          const lines = liveLines(state, event.t, { width, unicode: true }, rows)
          expect(lines.length).toBeLessThanOrEqual(rows)
          for (const spans of lines) {
            const text = spans.map((s) => s.text).join('')
            expect(displayWidth(text)).toBeLessThanOrEqual(width)
            expect(text).not.toMatch(/\p{Cc}/u)
          }
        }
      },
    ),
    { numRuns: 100 },
  )
})
