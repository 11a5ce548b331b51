import { expect, it } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { waitLines } from '../../src/ui/life-signs.ts'
import { plainText } from '../../src/ui/line.ts'
import { initialState, reduce } from '../../src/ui/state.ts'

it('tests that were added against wrong versions run under a name of their own, until these are through', () => {
  const progress = { type: 'check.progress', stage: 'added tests', done: 2, total: 3, runs: 0, failed: 0 }
  const running = reduce(initialState(), { v: 0, t: 1_000, ...progress } as StampedEvent)
  const said = waitLines(running, 5_000, { width: 100, unicode: true }).map(plainText).join(' ')
  expect(said).toMatch(/added tests +2 of 3 tests, 0 failed/)
  const through = reduce(running, { v: 0, t: 6_000, type: 'teeth.finished', ms: 5_000 } as StampedEvent)
  expect(through.running).toEqual([])
})
