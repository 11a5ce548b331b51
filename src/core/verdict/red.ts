import type { CheckResult, PropertyRun, TestResult } from './evidence.ts'

/** What the two stubs say about tests that were just written. */
export interface RedJudgement {
  /** Tests that are usable as a judge. */
  ok: boolean
  /** Something the author could do better, worth one more question even when the tests are usable. */
  improvable: boolean
  /** `3/3 red, 3 by assertion`. */
  summary: string
  red: number
  total: number
  /** What to tell the author, one line each. */
  reasons: string[]
}

/**
 * Tests are red when each fails against a stub that throws or, by assertion, against one that returns empty values.
 * A test that is green on both never touches what it is meant to judge. One that is green on the empty stub alone
 * passes on a program that does nothing.
 */
export function judgeRed(
  throwing: CheckResult,
  empty: CheckResult,
  wanted: 'chaos' | 'property' | 'tests',
): RedJudgement {
  const onThrowing = unusableReasons(throwing, 'the stub that throws')
  // What cannot run on one stub seldom runs on the other: said once.
  const unusable = onThrowing.length > 0 ? onThrowing : unusableReasons(empty, 'the stub that returns empty values')
  if (unusable.length > 0) {
    return {
      ok: false,
      improvable: true,
      summary: 'not runnable',
      red: 0,
      total: throwing.tests.length,
      reasons: unusable,
    }
  }
  const onEmpty = new Map(empty.tests.map((test) => [test.id, test]))
  const verdicts = throwing.tests.map((test) => ({ test, onEmpty: onEmpty.get(test.id) }))
  const asserted = verdicts.filter((entry) => byAssertion(entry.onEmpty))
  const untouched = verdicts.filter((entry) => entry.test.status !== 'failed' && !byAssertion(entry.onEmpty))
  const vacuous = verdicts.filter((entry) => entry.test.status === 'failed' && entry.onEmpty?.status !== 'failed')
  const skipped = throwing.tests.filter((test) => test.status === 'skipped')
  // A property counts when it is what says no: one beside the point would pass on any program.
  const failing = asserted.flatMap((entry) => entry.onEmpty?.properties ?? []).filter((run) => run.failed)
  const reasons = [
    ...skipped.map((test) => `"${test.name}" is skipped; every test must run.`),
    ...untouched
      .filter((entry) => entry.test.status !== 'skipped')
      .map(
        (entry) =>
          `"${entry.test.name}" passes although nothing is implemented: it does not test the missing behaviour.`,
      ),
    ...vacuous.map(
      (entry) =>
        `"${entry.test.name}" passes on a program whose functions do nothing and return empty values: also assert that something did happen.`,
    ),
  ]
  if (asserted.length === 0)
    reasons.push('No test fails by an assertion on a program that returns empty values; all fail by other exceptions.')
  const missing = missingProperty(wanted, failing)
  if (missing) reasons.push(missing)
  return {
    ok: untouched.length === 0 && skipped.length === 0 && asserted.length > 0 && missing === null,
    improvable: reasons.length > 0,
    summary: `${verdicts.length - untouched.length}/${verdicts.length} red, ${asserted.length} by assertion`,
    red: verdicts.length - untouched.length,
    total: verdicts.length,
    reasons,
  }
}

/** What the task asks for and the tests that say no do not have; null: nothing. */
function missingProperty(wanted: 'chaos' | 'property' | 'tests', failing: PropertyRun[]): string | null {
  if (wanted === 'tests') return null
  if (failing.length === 0) {
    return 'No property fails by an assertion on a program that returns empty values, and the task asks for one: run it through `fc.assert(fc.property(...))`.'
  }
  if (wanted === 'chaos' && failing.every((run) => run.simulated !== true)) {
    return 'No property that fails uses a `Simulation` of `specproof/sim`, and the task asks for faults that are injected by one.'
  }
  return null
}

function byAssertion(test: TestResult | undefined): boolean {
  return test?.status === 'failed' && test.error?.assertion === true
}

function unusableReasons(result: CheckResult, where: string): string[] {
  switch (result.status) {
    case 'broken':
      return result.problems.map(
        (problem) => `${problem.file ?? 'A test file'} cannot be run against ${where}: ${problem.message}`,
      )
    case 'empty':
      if (result.tests.length > 0) return ['All tests are skipped; every test must run.']
      return ['No test was collected: tests must be in a file that the runner includes, and call `it` or `test`.']
    case 'stopped':
      return [`A limit (${result.limit}) struck while running ${result.running ?? 'the tests'} against ${where}.`]
    case 'no-results':
      return [`The runner ended without results against ${where}: ${result.output.slice(-500)}`]
    default:
      return []
  }
}
