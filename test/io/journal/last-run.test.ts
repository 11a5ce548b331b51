import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lastRun } from '../../../src/io/journal/last-run.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'specproof-last-run-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(id: string, result: object | null, described: object | null = { wanted: {} }): void {
  const dir = join(root, '.agent/runs', id)
  mkdirSync(dir, { recursive: true })
  if (described !== null) writeFileSync(join(dir, 'run.json'), JSON.stringify(described))
  const event = result === null ? { type: 'run.started' } : { type: 'run.result', tasks: [], ...result }
  writeFileSync(join(dir, 'events.jsonl'), `${JSON.stringify({ v: 1, t: 1, ...event })}\n`)
}

const task = { spec: 'limits', task: '1', status: 'verified' }
const DONE = { status: 'verified', tasks: [task] }
const NOTHING = { status: 'nothing' }

it('is the last that did something, past those that had nothing to do, dry runs and replays', async () => {
  write('1', DONE)
  write('2', NOTHING)
  write('3', DONE, { wanted: { dryRun: true } })
  write('4', DONE, { wanted: {}, replays: '1' })
  expect(await lastRun(root)).toBe('1')
  write('5', { status: 'nothing', tasks: [task] })
  expect(await lastRun(root)).toBe('5')
})

it('is one that was killed, that did not get far, or that failed', async () => {
  write('1', DONE)
  for (const [id, result, described] of [
    ['2', null, { wanted: {} }],
    ['3', { status: 'isolation' }, null],
    ['4', { status: 'failed', tasks: [task] }, { wanted: {} }],
  ] as const) {
    write(id, result, described)
    expect(await lastRun(root)).toBe(id)
  }
})

it('is the last of all where none did anything, and none where there is none', async () => {
  expect(await lastRun(root)).toBeNull()
  write('1', NOTHING)
  write('2', NOTHING)
  expect(await lastRun(root)).toBe('2')
})
