import type { TestResult } from './evidence.ts'

type Outcome = Pick<TestResult, 'id' | 'status'>

/** A test function of Go, and what `t.Run` runs within it. */
const PART = /^(.*?_test\.go > .*?) > /s

/** The test that an id belongs to: parts of a Go test (`t.Run`) have ids of their own, and their author wrote one test. */
const testOf = (id: string): string => PART.exec(id)?.[1] ?? id

/** How many tests these are, for people to read: parts are judged one by one, and count with the test that they belong to. */
export function countTests(ids: Iterable<string>): number {
  return testsOf(ids).size
}

function testsOf(ids: Iterable<string>): Set<string> {
  return new Set([...ids].map(testOf))
}

const idsOf = (tests: readonly Outcome[], wanted: Outcome['status']) =>
  tests.flatMap(({ id, status }) => (status === wanted ? [id] : []))

/** Tests that failed, and those that passed with all of their parts. */
export function countOutcomes(tests: readonly Outcome[]): { passed: number; failed: number } {
  return { passed: countWithout(idsOf(tests, 'passed'), idsOf(tests, 'failed')), failed: countFailed(tests) }
}

/** Where red is what is hoped for: a test of which a part has passed is not red. */
export function countReds(tests: readonly Outcome[]): { passed: number; failed: number } {
  const passed = idsOf(tests, 'passed')
  return { passed: countTests(passed), failed: countWithout(idsOf(tests, 'failed'), passed) }
}

/** A test has failed where a part of it has. */
export function countFailed(tests: readonly Outcome[]): number {
  return countTests(idsOf(tests, 'failed'))
}

/** How many tests have one of these ids, and none of the others. */
export function countWithout(ids: Iterable<string>, others: Iterable<string>): number {
  const left = testsOf(others)
  return [...testsOf(ids)].filter((test) => !left.has(test)).length
}

/** How many there are with their parts, where there are any. */
export function withParts(ids: readonly string[]): { withParts?: number } {
  return ids.length > countTests(ids) ? { withParts: ids.length } : {}
}

/** How many run a property, and how many are examples: a property that draws one case is no more than one. */
export function kindsOf(tests: readonly Pick<TestResult, 'id' | 'properties'>[]): {
  properties: number
  examples: number
} {
  const draws = ({ properties }: Pick<TestResult, 'properties'>) => properties.some(({ distinct }) => distinct !== 1)
  const drawing = tests.filter(draws).map(({ id }) => id)
  const all = tests.map(({ id }) => id)
  return { properties: countTests(drawing), examples: countWithout(all, drawing) }
}
