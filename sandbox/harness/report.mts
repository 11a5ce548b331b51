/** From what a runner says and what the harness saw in the test processes to the one report of a run. */
import type { TestResult } from '../../src/core/verdict/evidence.ts'
import { messageOf, type SentError, toTestError } from './errors.mts'
import { type HarnessReport, type Problem, SEED_IN_NAME, type Seen, type SeenFile } from './protocol.mts'
import { unseal } from './witness.mts'

/** One test as its runner reports it. */
export interface RunnerTest {
  /** `file > suite > name`; made unique here. */
  id: string
  name: string
  /** The name under which the harness sealed what it saw; unique in a run. */
  sealedAs: string
  sealed: unknown
  state: 'passed' | 'failed' | 'skipped'
  durationMs: number
  /** Undefined: what the harness itself saw says more. */
  errors: readonly SentError[] | undefined
}

/** One test file as its runner reports it. */
export interface RunnerFile {
  /** Path from the project's folder, with forward slashes. */
  file: string
  tests: RunnerTest[]
  /** What went wrong outside of single tests. */
  errors: string[]
  /** The seal of the whole file; undefined: the file was not run to its end. */
  sealed: unknown
}

const NOT_COLLECTED = "the project's test configuration does not collect this file, or it does not exist"

/** What a file's own seal is called. */
export function fileSeal(file: string): string {
  return `file ${file}`
}

/** What the seal of a test is called: `nth` counts tests of the same id in order of their declaration, from 1. */
export function testSeal(id: string, nth: number): string {
  return `test ${nth} ${id}`
}

/** `requested` files that no file of the run came from are problems. */
export function buildReport(
  files: readonly RunnerFile[],
  unhandled: readonly unknown[],
  requested: string[] | null,
  key: string,
): HarnessReport {
  const wanted = files.filter(({ file }) => !requested || requested.includes(file))
  wanted.sort((a, b) => (a.file < b.file ? -1 : 1))
  const report: HarnessReport = { tests: [], uncollected: [], unhandled: [], doubts: [], files: wanted.length }
  for (const file of wanted) addFile(report, file, key)
  makeUnique(report.tests)
  for (const error of unhandled) report.unhandled.push({ file: null, message: messageOf(error) })
  const found = new Set(wanted.map(({ file }) => file))
  for (const file of requested ?? []) {
    if (!found.has(file)) report.uncollected.push({ file, message: NOT_COLLECTED })
  }
  return report
}

function addFile(report: HarnessReport, { file, tests, errors, sealed }: RunnerFile, key: string): void {
  report.tests.push(...tests.map((test) => toResult(file, test, key)))
  const into = tests.length === 0 ? report.uncollected : report.unhandled
  into.push(...errors.map((message) => ({ file, message })))
  // Only a file in which something passed makes a claim that could be doubted.
  if (tests.some(({ state }) => state === 'passed')) report.doubts.push(...doubtsOf(file, sealed, key))
}

function doubtsOf(file: string, sealed: unknown, key: string): Problem[] {
  const seen = unseal<SeenFile>(key, fileSeal(file), sealed)
  if (seen) return seen.doubts.map((message) => ({ file, message }))
  return [{ file, message: 'the harness did not see this file to its end, so its passed tests are not believed' }]
}

function toResult(file: string, test: RunnerTest, key: string): TestResult {
  const seen = unseal<Seen>(key, test.sealedAs, test.sealed)
  const unbelieved = test.state === 'passed' ? whyNotBelieved(seen) : null
  const failed = test.state === 'failed' || unbelieved !== null
  return {
    id: test.id,
    file,
    name: test.name.replace(SEED_IN_NAME, ''),
    status: failed ? 'failed' : test.state,
    durationMs: Math.round(test.durationMs),
    error: unbelieved ?? (failed ? errorOf(test, seen) : null),
    properties: seen?.properties ?? [],
    ...swallowed(test, seen),
  }
}

/** A property catches what its cases throw, and says so itself. */
function swallowed({ state }: RunnerTest, seen: Seen | null): Pick<TestResult, 'swallowed'> {
  const refused = seen?.refused ?? 0
  if (state !== 'passed' || refused === 0 || seen?.properties.some(({ failed }) => failed)) return {}
  return { swallowed: refused }
}

function errorOf({ errors }: RunnerTest, seen: Seen | null): TestResult['error'] {
  return errors || !seen?.error ? toTestError(errors) : seen.error
}

/** A test that passed for its runner alone did not pass. */
function whyNotBelieved(seen: Seen | null): TestResult['error'] {
  if (seen && (seen.inverted ? seen.error !== null : seen.held)) return null
  if (!seen?.error) {
    const message = 'its runner says that it passed, and the harness did not see it pass'
    return { name: 'NotBelieved', message, assertion: false }
  }
  const message = `${seen.error.message}\n\nIts runner says that it passed: it was tried again, or its result was changed.`
  return { ...seen.error, message }
}

function makeUnique(tests: TestResult[]): void {
  const seen = new Map<string, number>()
  for (const test of tests) {
    const count = (seen.get(test.id) ?? 0) + 1
    seen.set(test.id, count)
    if (count > 1) test.id += ` (${count})`
  }
}
