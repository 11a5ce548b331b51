import { countTests, countWithout } from './count-tests.ts'
import type { CheckResult, PropertyRun, TestResult } from './evidence.ts'
import { type Guarding, judgeGuards } from './guards.ts'

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
  /** Nothing is red, and every test guards what is there: the behaviour exists. */
  satisfied: boolean
  /** What to tell the author, one line each. */
  reasons: string[]
}

/**
 * Tests are red when each fails against a stub that throws or, by assertion, against one that returns empty values.
 * A test that is green on both never touches what it is meant to judge, unless it guards what is there: then it kills wrong
 * versions of the base's code. One that is green on the empty stub alone passes on a program that does nothing.
 */
export function judgeRed(
  throwing: CheckResult,
  empty: CheckResult,
  wanted: 'chaos' | 'property' | 'tests',
  guarding: Guarding | null = null,
): RedJudgement {
  const onThrowing = unusableReasons(throwing, 'the stub that throws')
  // What cannot run on one stub seldom runs on the other: said once.
  const unusable = onThrowing.length > 0 ? onThrowing : unusableReasons(empty, 'the stub that returns empty values')
  const total = throwing.tests.length
  const nothing = { red: 0, total, satisfied: false }
  if (unusable.length > 0)
    return { ok: false, improvable: true, summary: 'not runnable', ...nothing, reasons: unusable }
  const onEmpty = new Map(empty.tests.map((test) => [test.id, test]))
  const verdicts = throwing.tests.map((test) => ({ test, onEmpty: onEmpty.get(test.id) }))
  const asserted = verdicts.filter((entry) => byAssertion(entry.onEmpty))
  const green = verdicts.filter((entry) => entry.test.status !== 'failed' && !byAssertion(entry.onEmpty))
  const untouched = green.filter(({ test }) => !guarding?.guards.has(test.id))
  const guards = green.length - untouched.length
  if (guards > 0 && guards === total) return alreadyThere(throwing, wanted, guarding!)
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
  // Parts of a Go test are judged one by one, and told as the test that its author wrote.
  const [all, greens] = [verdicts, green].map((entries) => entries.map(({ test }) => test.id))
  const isGreen = new Set(greens)
  const reds = all!.filter((id) => !isGreen.has(id))
  const red = countWithout(
    reds,
    untouched.map(({ test }) => test.id),
  )
  const [told, said] = [countTests(all!), countTests(asserted.map(({ test }) => test.id))]
  const onGuard = guards > 0 ? countWithout(greens!, reds) : 0
  return {
    ok: untouched.length === 0 && skipped.length === 0 && asserted.length > 0 && missing === null,
    improvable: reasons.length > 0,
    summary: `${red}/${told} red, ${said} by assertion${onGuard > 0 ? `, ${onGuard} on guard` : ''}`,
    red,
    total: told,
    satisfied: false,
    reasons,
  }
}

const ALL_THERE =
  'All tests pass on the code as it is, and each kills wrong versions of it: what they demand is there already. If nothing of the task is missing, answer with the same files; else test what is missing.'

/** No test is red and all guard: the task is done already, which is believed when it is said twice. */
function alreadyThere(base: CheckResult, wanted: 'chaos' | 'property' | 'tests', guarding: Guarding): RedJudgement {
  const judgement = judgeGuards(base, guarding, wanted)
  const reasons = [...judgement.reasons, ...guarding.missing]
  const satisfied = reasons.length === 0
  return { ...judgement, ok: satisfied, satisfied, improvable: true, reasons: satisfied ? [ALL_THERE] : reasons }
}

/** What the task asks for and the tests that say no do not have; null: nothing. */
function missingProperty(wanted: 'chaos' | 'property' | 'tests', failing: PropertyRun[]): string | null {
  if (wanted === 'tests') return null
  if (failing.length === 0) {
    return 'No property fails by an assertion on a program that returns empty values, and the task asks for one: run it through `fc.assert(fc.property(...))`, `@given` in Python, or `rapid.Check` or `prop.ForAll` in Go.'
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
