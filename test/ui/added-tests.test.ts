import { expect, it } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { lifeSign, waitLines } from '../../src/ui/life-signs.ts'
import { plainText } from '../../src/ui/line.ts'
import { liveLines } from '../../src/ui/live.ts'
import { initialState, reduce } from '../../src/ui/state.ts'

it('tests that were added against wrong versions run under a name of their own, until these are through', () => {
  const progress = { type: 'check.progress', stage: 'added tests', done: 2, total: 3, runs: 0, failed: 0 }
  const running = reduce(initialState(), { v: 0, t: 1_000, ...progress } as StampedEvent)
  const said = waitLines(running, 5_000, { width: 100, unicode: true }).map(plainText).join(' ')
  expect(said).toMatch(/added tests +2 of 3 tests, 0 failed/)
  const through = reduce(running, { v: 0, t: 6_000, type: 'teeth.finished', ms: 5_000 } as StampedEvent)
  expect(through.running).toEqual([])
})

it('the wrong versions that are tried against them, and the right ones after these, have a progress of their own', () => {
  const look = { width: 120, unicode: true }
  const task = { type: 'task.selected', spec: 'q', task: '1', title: 'Queue', requirement: null, attempts: 3 }
  const of = { type: 'check.progress', runs: 0 }
  const added = { ...of, stage: 'added tests', done: 5, total: 5, runs: 25_000, failed: 0 }
  const teeth = (done: number) => ({
    ...of,
    stage: 'teeth',
    done: 33,
    total: 33,
    failed: 31,
    added: { done, total: 8 },
  })
  const right = { ...of, stage: 'right versions', done: 1, total: 2, failed: 0 }
  let state = initialState()
  let t = 0
  const shown = (event: object) => {
    t += 1_000
    const stamped = { v: 0, t, ...event } as StampedEvent
    const lines = stamped.type === 'check.progress' ? lifeSign(stamped, t, state, look) : []
    state = reduce(state, stamped)
    const live = liveLines(state, t, look).map((spans) => plainText({ kind: 'step', spans }))
    const waited = waitLines(state, t, look).map(plainText)
    return { lines: lines.map(plainText).join(' '), waited: waited.join(' '), live: live.join('\n') }
  }
  shown(task)
  shown({ type: 'check.started', stage: 'teeth', tests: 33, seeds: 1, runs: 1 })
  expect(shown(added).live).not.toContain('33')
  shown(teeth(0))
  const tried = shown(teeth(3))
  const words = '3 of 8 wrong versions tried against the added tests, 31 killed in all'
  expect(tried.lines).toContain(words)
  expect(tried.waited).toContain(words)
  expect(tried.live).toContain(words)
  expect(tried.live).not.toMatch(/25,000|33 of 33/)
  const last = shown(right)
  for (const text of Object.values(last)) {
    expect(text).toContain('1 of 2 other right versions tried, 0 refused')
    expect(text).not.toContain('wrong versions')
  }
  expect(shown({ type: 'teeth.finished', ms: 5_000 }).live).not.toContain('tried')
  expect(state.running).toEqual([])
})
