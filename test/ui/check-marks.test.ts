import { expect, it } from 'vitest'
import type { EventOf } from '../../src/core/events.ts'
import { casesSoFar, checkWords, markOfCheck } from '../../src/ui/check-lines.ts'
import { propertyWords } from '../../src/ui/summary.ts'

const finished = (stage: EventOf<'check.finished'>['stage'], status: EventOf<'check.finished'>['status']) =>
  markOfCheck({
    ...{ type: 'check.finished', stage, status, passed: 8, failed: 2, seeds: [], runs: 0 },
    ...{ counterexample: null, message: null, ms: 1 },
  })

it('red tests of the whole suite are a warning, since those of before are not judged; of the task they are a failure', () => {
  expect(finished('final', 'failed')).toBe('warn')
  expect(finished('final', 'broken')).toBe('bad')
  expect(finished('tests', 'failed')).toBe('bad')
  expect(finished('final', 'passed')).toBe('good')
})

it('nothing to build is nothing to warn of; no tests are', () => {
  expect(finished('build', 'empty')).toBe('good')
  expect(finished('tests', 'empty')).toBe('warn')
})

it('the cases of all properties and those of the least drawn one are named apart, the latter as a verdict counts them', () => {
  const words = (stage: string, runs: number, least?: number) =>
    checkWords({
      ...{ type: 'check.finished', stage, status: 'passed', passed: 12, failed: 0, seeds: [1, 2, 3, 4, 5], runs },
      ...{ counterexample: null, message: null, ms: 1 },
      ...(least === undefined ? {} : { least }),
    })
  expect(words('property', 48_609, 3_609)).toBe(
    '12 tests passed; 48,609 cases over 5 seeds, at least 3,609 of each property',
  )
  expect(propertyWords({ seeds: 5, runs: 3_609 })).toBe('5 seeds, at least 3,609 cases of each property')
  expect(words('chaos', 2_000, 2_000)).toBe('12 tests passed; 2,000 schedules over 5 seeds')
  expect(words('property', 5_000)).toBe('12 tests passed; 5,000 cases over 5 seeds')
})

it('the screen tells how many cases there were where a verdict rests on them, the report tells it of each stage', () => {
  const e: EventOf<'check.finished'> = {
    ...{ type: 'check.finished', stage: 'final', status: 'failed', passed: 11, failed: 1, seeds: [1, 2], runs: 800 },
    ...{ counterexample: null, message: null, ms: 1 },
  }
  expect(checkWords(e, false)).toBe('the whole suite: 1 of 12 tests failed; 2 held-out seeds')
  expect(checkWords(e)).toBe('the whole suite: 1 of 12 tests failed; 800 cases over 2 held-out seeds')
  // Without a property a seed does nothing.
  expect(checkWords({ ...e, runs: 0 }, false)).toBe('the whole suite: 1 of 12 tests failed')
  expect(checkWords({ ...e, stage: 'guards' })).toBe('1 of 12 tests failed; 800 cases over 2 seeds')
  const chaos = { ...e, stage: 'chaos', status: 'passed', passed: 1, failed: 0, runs: 2_000 }
  expect(checkWords(chaos, false)).toBe('1 test passed; 2,000 schedules over 2 seeds')
})

it('what has run so far is called by its name: cases, schedules of a simulation, and nothing where wrong versions run', () => {
  const running = {
    ...{ label: '', since: 0, chars: 0, hidden: 0, heard: 0, asked: 0, round: 1, waiting: null, silence: null },
    ...{ done: 2, total: 9, runs: 1_200, planned: null, failed: 0 },
  }
  expect(casesSoFar({ ...running, key: 'property' })).toBe(', 1,200 cases so far')
  expect(casesSoFar({ ...running, key: 'chaos' })).toBe(', 1,200 schedules so far')
  expect(casesSoFar({ ...running, key: 'teeth' })).toBe('')
  expect(casesSoFar({ ...running, key: 'chaos', runs: 2 })).toBe('')
})
