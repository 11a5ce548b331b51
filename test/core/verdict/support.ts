import type { CheckResult, PropertyRun, TestResult } from '../../../src/core/verdict/evidence.ts'

type Outcome = 'passed' | 'failed' | 'skipped' | 'assertion'

/** A test by its id; `assertion` fails because an assertion said no, `failed` by any other exception. */
export function test(id: string, outcome: Outcome, more: Partial<TestResult> = {}): TestResult {
  const failed = outcome === 'failed' || outcome === 'assertion'
  const [file = '', name = ''] = id.split(' > ')
  return {
    id,
    file,
    name: name || id,
    status: outcome === 'assertion' ? 'failed' : outcome,
    durationMs: 1,
    error: failed ? { name: 'Error', message: `${id} is red`, assertion: outcome === 'assertion' } : null,
    properties: [],
    ...more,
  }
}

export function property(more: Partial<PropertyRun> = {}): PropertyRun {
  const held = { seed: null, path: null, counterexample: null, shrinks: 0, history: [] }
  return { seeds: [1], runs: 100, failed: false, ...held, ...more }
}

export const FALSIFIED = property({
  failed: true,
  seed: -12,
  path: '3:1:0',
  counterexample: '[{"kind":"crash","at":10}]',
  shrinks: 7,
  history: ['0 start w1', '10 crash w1'],
})

/** Results of a run, with the status that they would have unless another is given. */
export function result(tests: TestResult[], more: Partial<CheckResult> = {}): CheckResult {
  const red = tests.some(({ status }) => status === 'failed')
  const green = tests.some(({ status }) => status === 'passed')
  return {
    stage: 'tests',
    status: red ? 'failed' : green ? 'passed' : 'empty',
    tests,
    problems: [],
    running: null,
    limit: null,
    output: '',
    durationMs: 1,
    ...more,
  }
}
