import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { censusOf, specsBelow } from '../../../bench/census.ts'
import { readMarkdown } from '../../../src/core/spec/markdown.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import type { Task } from '../../../src/core/spec/spec.ts'
import { readTasks } from '../../../src/core/spec/tasks.ts'
import { tick } from '../../../src/core/spec/tick.ts'
import { source } from './fixture.ts'

/** Real specs of other people, which are not part of this repository: SPECPROOF_CORPUS names a folder of them. */
const corpus = process.env['SPECPROOF_CORPUS']
const own = join(import.meta.dirname, '../../fixtures/specs')

describe.each([
  ['the fixtures', own],
  [corpus === undefined ? 'a corpus (left out: SPECPROOF_CORPUS names none)' : 'the corpus', corpus],
])('%s', (_, dir) => {
  const tasksFiles = async () =>
    (await specsBelow(dir!)).map(({ root, spec }) => readFileSync(join(root, spec.dir, 'tasks.md'), 'utf8'))

  it.skipIf(dir === undefined)(
    'ticking any open task changes one unit a box, and the file then differs in those statuses alone',
    async () => {
      for (const text of await tasksFiles()) {
        const before = tasksOf(text)
        for (const task of sample(before.filter(({ status, boxOffset }) => status === 'open' && boxOffset !== null))) {
          const ticked = tick(text, task)
          if (!ticked.ok) throw new Error(ticked.reason)
          const changed = [...text].length === [...ticked.text].length ? differences(text, ticked.text) : null
          const done = new Set(ticked.ticked)
          expect(changed).toEqual(before.filter(({ id }) => done.has(id)).map(({ boxOffset }) => boxOffset))
          const expected = before.map((one) => ({ ...one, text: '', status: done.has(one.id) ? 'done' : one.status }))
          expect(tasksOf(ticked.text).map((one) => ({ ...one, text: '' }))).toEqual(expected)
        }
      }
    },
  )

  it.skipIf(dir === undefined)('reading is total on mutated files and on their bytes read wrongly', async () => {
    const texts = await tasksFiles()
    const change = fc.tuple(
      fc.nat(),
      fc.nat(40),
      fc.constantFrom('', '\n', '```\n', '- [ ] ', '  ', '\t', '<!--', '\0', '1.1 ', '_'),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(change, { maxLength: 5 }),
        fc.boolean(),
        (text, changes, bytes) => {
          let now = bytes ? Buffer.from(text.slice(0, 5_000)).toString('latin1') : text.slice(0, 20_000)
          for (const [at, cut, put] of changes) {
            const place = at % (now.length + 1)
            now = now.slice(0, place) + put + now.slice(place + cut)
          }
          expect(parseSpec(source({ tasks: now, requirements: now, design: now })).id).toBe('job-queue')
        },
      ),
      { numRuns: 60 },
    )
  })
})

it.skipIf(corpus === undefined)(
  'the corpus is understood as its census says, and every checkbox is accounted for',
  async () => {
    const census = await censusOf(corpus!)
    const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'census.json'), 'utf8'))
    expect(census).toEqual(recorded.folders)
    for (const [name, { tasks, boxes, odd }] of Object.entries(census))
      expect(tasks + odd, name).toBeGreaterThanOrEqual(boxes)
  },
)

function tasksOf(text: string): Task[] {
  return readTasks(readMarkdown('tasks.md', text)).tasks.map(({ task }) => task)
}

/** About twelve of them, from all over the file, or all in a full run: ticking reads the file anew each time. */
function sample<T>(all: T[]): T[] {
  const step = process.env['SPECPROOF_FULL'] === '1' ? 1 : Math.max(1, Math.floor(all.length / 12))
  return all.filter((_, index) => index % step === 0)
}

function differences(a: string, b: string): number[] {
  const found: number[] = []
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) found.push(at)
  return found
}
