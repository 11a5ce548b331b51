import { type Bite, isWeak, scoreInWords, scoreOf, survived } from '../teeth/score.ts'
import { countTests } from './count-tests.ts'
import type { CheckResult, TestResult } from './evidence.ts'
import type { RedJudgement } from './red.ts'

/** What wrong versions of the code that tests cover have shown of the tests. */
export interface Guarding {
  /** Ids of tests that killed at least one. */
  guards: ReadonlySet<string>
  /** Those that some test came by. */
  bites: readonly Bite[]
  /** Why nothing could be judged; null: it could. */
  problem: string | null
  /** What speaks against the whole task being done already, one line each. */
  missing: readonly string[]
}

const MOST_NAMED = 10

/** Tests without a word on a part of the task cannot say that all of it is there: each criterion stands in the name of one. */
export function notThere(names: readonly string[], criteria: readonly string[], stubs: readonly string[]): string[] {
  const named = (id: string) => names.some((name) => wordsOf(name).has(id))
  return [
    ...stubs.map((path) => `No test touches the stub \`${path}\`.`),
    ...criteria.filter((id) => !named(id)).map((id) => `No test's name ends with criterion ${id}.`),
  ]
}

function wordsOf(name: string): Set<string> {
  return new Set(name.split(/[\s,;()[\]]+/))
}

/** Tests of code that is there: green on it, and red on wrong versions of it. */
export function judgeGuards(
  base: CheckResult,
  { guards, bites, problem }: Guarding,
  wanted: 'chaos' | 'property' | 'tests',
): RedJudgement {
  const red = base.tests.filter(({ status }) => status === 'failed')
  const skipped = base.tests.filter(({ status }) => status === 'skipped')
  const blind = base.tests.filter(({ id, status }) => status === 'passed' && !guards.has(id))
  const score = scoreOf(bites)
  const alive = bites.filter(survived).slice(0, MOST_NAMED)
  const lacksProperty = wanted !== 'tests' && !base.tests.some(({ properties }) => properties.length > 0)
  const weak = problem === null && isWeak(score, false)
  const reasons = [
    ...red.map(({ name, error }) => `"${name}" is red on the code as it is: ${error?.message.split('\n')[0] ?? ''}`),
    ...skipped.map(({ name }) => `"${name}" is skipped; every test must run.`),
    ...(problem === null
      ? blind.map(({ name }) => `"${name}" kills no wrong version of the code that it covers.`)
      : []),
    ...(problem === null ? [] : [problem]),
    ...(lacksProperty && base.tests.length > 0 ? ['The task asks for a property, and no test runs one.'] : []),
    ...(base.tests.length === 0 ? ['No test was collected.'] : []),
    ...(weak
      ? [
          `${scoreInWords(score)}. Among those that live:`,
          ...alive.map((one) => `${one.path}:${one.line}: ${one.what}`),
        ]
      : []),
  ]
  return {
    ok: reasons.length === 0,
    improvable: reasons.length > 0,
    summary: `0/${countTests(base.tests.map(({ id }) => id))} red, ${countTests(guards)} guards`,
    red: 0,
    total: base.tests.length,
    satisfied: reasons.length === 0,
    reasons,
  }
}

/** A test that an assertion or a falsified property made red on the code as it is: the code breaks what the test says. */
export function findingIn(base: CheckResult): TestResult | null {
  const red = base.tests.filter(({ status }) => status === 'failed')
  return red.find(isFalsified) ?? red.find(byAssertion) ?? null
}

/** A red test whose assertion or property said no, in the place of any other exception. */
export function byAssertion(test: TestResult): boolean {
  return isFalsified(test) || test.error?.assertion === true
}

function isFalsified({ properties }: TestResult): boolean {
  return properties.some(({ failed, path }) => failed && path !== null)
}
