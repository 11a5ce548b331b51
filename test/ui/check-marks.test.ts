import { expect, it } from 'vitest'
import type { EventOf } from '../../src/core/events.ts'
import { checkWords, markOfCheck } from '../../src/ui/check-lines.ts'
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
  expect(words('property', 48_609, 3_609)).toBe('12 passed; 48,609 runs over 5 seeds, at least 3,609 of each property')
  expect(propertyWords({ seeds: 5, runs: 3_609 })).toBe('5 seeds, at least 3,609 runs of each property')
  expect(words('chaos', 2_000, 2_000)).toBe('12 passed; 2,000 schedules over 5 seeds')
  expect(words('property', 5_000)).toBe('12 passed; 5,000 runs over 5 seeds')
})
