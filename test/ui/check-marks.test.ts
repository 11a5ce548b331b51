import { expect, it } from 'vitest'
import type { EventOf } from '../../src/core/events.ts'
import { markOfCheck } from '../../src/ui/check-lines.ts'

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
