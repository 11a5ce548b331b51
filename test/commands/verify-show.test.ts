import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createVerifyShow } from '../../src/commands/verify-show.ts'
import type { Verified } from '../../src/ui/verify.ts'

const HELD: Verified = {
  ...{ spec: 'queue', task: '1', title: 'Slugs', commit: '1a2b3c4d', standing: 'holds', reason: null },
  ...{ tests: 3, runs: 1_500, seeds: { pinned: 2, fresh: 1 }, counterexample: null, since: null, changed: [], ms: 21 },
}

let printed = ''

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  // As in a log: nothing is drawn anew, and no marks beyond ASCII.
  vi.stubEnv('CI', '1')
  vi.stubEnv('LC_ALL', 'C')
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** What has been printed since the last look, in short. */
function fresh(): string[] {
  const lines = printed.split('\n').map((line) => line.trim().replace(/ +/g, ' '))
  printed = ''
  return lines.filter((line) => line !== '')
}

const show = (quiet = false) => createVerifyShow({ cwd: '/', json: false, quiet, color: false })

it('agent verify tells every 30 s what it is at, with the cases so far, and nothing between two tasks', () => {
  const view = show()
  view.start('queue', '1')
  vi.advanceTimersByTime(29_999)
  expect(fresh()).toEqual([])
  vi.advanceTimersByTime(1)
  expect(fresh()).toEqual(['queue/1 still at work 30 s'])
  view.progress({ stage: 'tests', done: 0, total: 3, runs: 1_200, failed: 0 })
  // A test that begins anew does not take back what has run.
  view.progress({ stage: 'tests', done: 0, total: 3, runs: 40, failed: 0 })
  vi.advanceTimersByTime(30_000)
  expect(fresh()).toEqual(['queue/1 1,200 cases so far 1 min 00 s'])
  view.task(HELD)
  fresh()
  vi.advanceTimersByTime(60_000)
  expect(fresh()).toEqual([])
  view.start('queue', '2')
  vi.advanceTimersByTime(30_000)
  expect(fresh()).toEqual(['queue/2 still at work 30 s'])
  view.end([HELD], '1a2b3c4d')
  fresh()
  vi.advanceTimersByTime(60_000)
  expect(fresh()).toEqual([])
})

it('agent verify --quiet gives no such signs', () => {
  const view = show(true)
  view.start('queue', '1')
  vi.advanceTimersByTime(60_000)
  expect(fresh()).toEqual([])
  view.end([], '1a2b3c4d')
})
