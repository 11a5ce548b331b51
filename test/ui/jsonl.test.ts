import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventBody, type StampedEvent } from '../../src/core/events.ts'
import { createJsonlView } from '../../src/ui/jsonl.ts'
import { anySequence, busySequence } from './events.ts'
import { twoAttempts } from './fixture.ts'

function written(events: StampedEvent[]): StampedEvent[] {
  const lines: string[] = []
  const view = createJsonlView((text) => lines.push(text))
  for (const event of events) view(event)
  for (const line of lines) expect(line).toMatch(/^[^\n]*\n$/)
  return lines.map((line) => JSON.parse(line))
}

const untilResult = (events: StampedEvent[]) => {
  const end = events.findIndex((e) => e.type === 'run.result')
  return end < 0 ? events : events.slice(0, end + 1)
}
const isFrequent = (e: StampedEvent) => e.type === 'model.delta' || e.type === 'check.progress'
const chars = (events: StampedEvent[]) =>
  events.reduce((sum, e) => sum + (e.type === 'model.delta' ? e.chars + 7 * (e.hidden ?? 0) : 0), 0)

test('a run is written event by event, as it was told', () => {
  expect(written(twoAttempts)).toEqual(twoAttempts)
})

test('every line parses back to a valid event, and times never go back', () => {
  fc.assert(
    fc.property(fc.oneof(anySequence, busySequence), (events) => {
      let last = 0
      for (const event of written(events)) {
        eventBody.parse(event)
        expect(event.v).toBe(1)
        expect(event.t).toBeGreaterThanOrEqual(last)
        last = event.t
      }
    }),
  )
})

test('no event but the frequent ones is left out, and the result is the last line', () => {
  fc.assert(
    fc.property(anySequence, (events) => {
      const rare = untilResult(events).filter((e) => !isFrequent(e))
      expect(written(events).filter((e) => !isFrequent(e))).toEqual(JSON.parse(JSON.stringify(rare)))
    }),
  )
})

test('no streamed character is lost once the model has finished', () => {
  fc.assert(
    fc.property(busySequence, (events) => {
      const usage = { input: 0, output: 0, cached: 0 }
      const body = {
        type: 'model.finished',
        ok: true,
        message: null,
        usage,
        usd: null,
        model: 'm',
        note: null,
        ms: 1,
      } as const
      const end: StampedEvent = { v: 1, t: events.at(-1)?.t ?? 0, ...body }
      expect(chars(written([...events, end]))).toBe(chars(events))
    }),
  )
})

test('a stream is written at most four times a second', () => {
  const deltas = Array.from(
    { length: 1000 },
    (_, i): StampedEvent => ({ v: 1, t: 10 * i, type: 'model.delta', chars: 3 }),
  )
  const lines = written(deltas)
  expect(lines).toHaveLength(40)
  for (const [i, line] of lines.entries()) expect(line.t - (lines[i - 1]?.t ?? -250)).toBeGreaterThanOrEqual(250)
})

test('of the progress of a stage the newest counts stand, stage by stage', () => {
  const at = (t: number, stage: string, done: number): StampedEvent => ({
    ...{ v: 1, t, type: 'check.progress', stage, done, total: null, runs: 0, failed: 0 },
  })
  const end: StampedEvent = {
    ...{ v: 1, t: 40, type: 'check.finished', stage: 'chaos', status: 'passed', passed: 1, failed: 0 },
    ...{ seeds: [], runs: 3, counterexample: null, message: null, ms: 40 },
  }
  const lines = written([at(0, 'chaos', 1), at(10, 'final', 1), at(20, 'chaos', 2), at(30, 'chaos', 3), end])
  expect(lines.map((e) => (e.type === 'check.progress' ? `${e.stage} ${e.done}` : e.type))).toEqual([
    'chaos 1',
    'final 1',
    'chaos 3',
    'check.finished',
  ])
})

test('nothing follows the result', () => {
  expect(written([...twoAttempts, ...twoAttempts]).at(-1)!.type).toBe('run.result')
  expect(written([...twoAttempts, ...twoAttempts])).toHaveLength(twoAttempts.length)
})
