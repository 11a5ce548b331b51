import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { createJsonlView } from '../../src/ui/jsonl.ts'
import { plainText } from '../../src/ui/line.ts'
import { initialView, liveView, reduceView } from '../../src/ui/many.ts'
import { createPlainView } from '../../src/ui/plain.ts'
import { displayWidth } from '../../src/ui/text.ts'
import { anySequence } from './events.ts'
import { twoAttempts } from './fixture.ts'

const OF = ['limits/1', 'limits/22', 'sums/3']
const marked = (events: StampedEvent[], of: string) =>
  events.filter(({ type }) => type !== 'run.started' && type !== 'run.result').map((event) => ({ ...event, of }))

function shown(events: StampedEvent[]): string[] {
  let out = ''
  const view = createPlainView({ write: (text) => (out += text), color: false, quiet: false, unicode: true })
  for (const event of events) view(event)
  return out.split('\n')
}

/** Several tasks, their events in any order that keeps each one's own. */
const woven = fc
  .tuple(
    fc.array(fc.nat({ max: 2 }), { minLength: 60, maxLength: 200 }),
    fc.tuple(anySequence, anySequence, anySequence),
  )
  .map(([order, sequences]) => {
    const queues = sequences.map((events, at) => marked(events, OF[at]!))
    const all: StampedEvent[] = []
    for (const which of order) {
      const event = queues[which]!.shift()
      if (event) all.push({ ...event, t: all.length })
    }
    return all
  })

test('lines of a task are those that it has alone, each with its name, whatever others do between them', () => {
  fc.assert(
    fc.property(woven, (events) => {
      const lines = shown(events)
      // The names are as wide as the longest that is known, so it is known from the start here.
      const wide: StampedEvent = { v: 1, t: 0, type: 'model.delta', chars: 0, of: OF[1]! }
      for (const of of OF) {
        const own = shown([wide, ...events.filter((event) => event.of === of)]).filter((line) => line.startsWith(of))
        const among = shown([wide, ...events]).filter((line) => line.startsWith(of))
        // Signs of life are shown now and then, and what is now and then depends on all.
        const lasting = (line: string) => !/tokens? so far|first token|\d+ (of \d+, )?.*(failed|red)/.test(line)
        expect(among.filter(lasting)).toEqual(own.filter(lasting))
      }
      for (const line of lines) {
        expect(line === '' || OF.some((of) => line.startsWith(of))).toBe(true)
        expect(displayWidth(line)).toBeLessThanOrEqual(100)
      }
    }),
  )
})

test('the live area has one line for each task at work, and the sums of all', () => {
  const events = OF.flatMap((of, at) =>
    marked(
      twoAttempts.filter(({ t }) => t <= 32_000 + 10_000 * at),
      of,
    ),
  )
  const view = [twoAttempts[0]!, ...events].reduce(reduceView, initialView())
  const lines = (rows?: number) =>
    liveView(view, 60_000, { width: 78, unicode: true }, rows).map((spans) => plainText({ kind: 'step', spans }))
  expect(lines()).toMatchInlineSnapshot(`
    [
      "limits/1  │ attempt 1  implementer  36 s  about 1,030 tokens so far, none for…",
      "limits/22 │ attempt 1  chaos  22 s  418 of 2,000 tests  1 failed",
      "sums/3    │ attempt 2  implementer  17 s of about 13 s  about 700 tokens so f…",
      "1 min 00 s   18,690 tokens   $0.1837",
    ]
  `)
  expect(lines(3)).toHaveLength(3)
  expect(lines(3)[1]).toBe('and 2 more')
})

test('JSON lines of several tasks are rated for each, and what is held back comes before what ends it', () => {
  let out = ''
  const view = createJsonlView((text) => (out += text))
  const delta = (t: number, of: string): StampedEvent => ({ v: 1, t, type: 'model.delta', chars: 5, of })
  for (const event of [delta(0, 'a/1'), delta(1, 'b/1'), delta(2, 'a/1'), delta(3, 'b/1')]) view(event)
  const ended = twoAttempts.find(({ type }) => type === 'model.finished')!
  view({ ...ended, t: 4, of: 'b/1' })
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ of, type, chars }) => [of, type, chars])).toEqual([
    ['a/1', 'model.delta', 5],
    ['b/1', 'model.delta', 5],
    ['b/1', 'model.delta', 5],
    ['b/1', 'model.finished', undefined],
  ])
})
