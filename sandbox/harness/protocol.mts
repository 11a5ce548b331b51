import type { MutantRun, PropertyRun, TestResult } from '../../src/core/verdict/evidence.ts'
import type { Intensity, TeethRequest } from '../../src/world.ts'

/** The test runners that the harness can drive; each is the project's own, never ours. */
export type HarnessRunner = 'vitest' | 'node:test' | 'jest' | 'pytest' | 'go'

/** One counterexample to be run again: the property of this test draws it from seed and path, and nothing else. */
export interface Replay {
  /** Id of the test, as a report gave it. */
  test: string
  seed: number
  path: string
}

/** What the harness reads from stdin, as one JSON document. The project is the current folder. */
export interface HarnessRequest {
  /** Unguessable; kept out of the environment and of argv so that a test cannot sign a result of its own. */
  nonce: string
  runner: HarnessRunner
  /** Further options of Node for test processes, and where tests are looked for; used with `node:test` only. */
  node: { flags: string[]; globs: string[] }
  /** With pytest: modules are found by what the project says alone, as its own `pytest` finds them. Left out: at its top and in `src` too. */
  plain?: boolean
  /** Test files relative to the project; null: the whole suite. */
  files: string[] | null
  intensity: Intensity
  /** Left out: all properties run on seeds. */
  replay?: Replay
  /** Wall clock limit of the whole run, milliseconds. */
  maxMs: number
  teeth?: TeethRequest
}

export interface Problem {
  file: string | null
  message: string
}

/** The one signed result of a run. */
export interface HarnessReport {
  tests: TestResult[]
  /** Only of a run on wrong versions. */
  mutants?: MutantRun[]
  /** Files that could not be collected, and requested files that the project does not collect. */
  uncollected: Problem[]
  /** Errors outside of any test: rejected promises, dead workers, hooks of a whole file. */
  unhandled: Problem[]
  /** Why results are not believed: an assertion that says yes to everything, a file that was not watched to its end. */
  doubts: Problem[]
  /** Test files that the runner found. */
  files: number
  /** The runner itself did not start, and `uncollected` says why; left out: it did. */
  unstarted?: true
}

export interface Progress {
  done: number
  /** Tests collected so far; null before the first file was collected. */
  total: number | null
  /** Generated cases of the tests that have ended. */
  runs: number
  failed: number
  /** Test or file that is running, as far as the runner has heard; null between files. */
  running: string | null
}

/**
 * Written by the test processes themselves, unsigned. Only a display and the name of a hanging test depend on it:
 * a test that blocks its process at once is never announced through the runner.
 */
export type Hint = { start: string } | { end: string } | { runs: number; of: string }

/** What every test process is told before anything of the project is loaded in it. */
export interface ProcessSettings {
  intensity: Intensity
  replay: Replay | null
  /** When properties begin no further seed: milliseconds of the machine's monotonic clock, the same in all processes. */
  seedEnd: number
  /** On a wrong version: a case of a property that takes or waits this long does not end. */
  waitMs?: number
  /** The wrong version at work, and the global that tells the code so. Left out: none, or the harness changes between them itself. */
  wrong?: { key: string; mutant: number }
  /** Signs what the harness sees in there; only the test process and the runner's process know it. */
  key: string
}

/** What the harness saw of one test in the process that ran it. */
export interface Seen {
  /** Its function ended without an error, each time that it was called. */
  held: boolean
  /** The test is marked as one that has to fail. */
  inverted: boolean
  /** What its function threw first. */
  error: { name: string; message: string; assertion: boolean } | null
  properties: PropertyRun[]
  /** Assertions that said no. */
  refused: number
  /** What the tests of its file said of one wrong version: on a test that does nothing but carry it. */
  mutant?: MutantRun
}

/** What the harness saw of one test file after its last test. */
export interface SeenFile {
  /** What is wrong with the means of assertion, one sentence each. */
  doubts: string[]
}

/** What @fast-check/vitest and @fast-check/jest append to names; it differs from run to run. */
export const SEED_IN_NAME = / \(with seed=-?\d+\)$/

/** Names of the suites that stand around the tests of a file in a run on wrong versions, and of the test that carries the outcome. */
export const SUITE = 'specproof: wrong version '
export const TESTS = 'specproof: tests'
export const CARRIER = 'specproof: outcome'

/** Starts every protocol line. */
export const MARK = '\u001e'

export function resultLine(nonce: string, report: HarnessReport): string {
  return line('specproof-result', `${nonce} ${asLine(report)}`)
}

export function progressLine(nonce: string, progress: Progress): string {
  return line('specproof-progress', `${nonce} ${asLine(progress)}`)
}

export function hintLine(hint: Hint): string {
  return line('specproof-hint', asLine(hint))
}

/** JSON that has no line end for anybody: many readers take these two for one, and JSON leaves them as they are. */
export function asLine(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'))
}

/** The leading newline ends whatever a test printed without one. */
function line(kind: string, body: string): string {
  return `\n${MARK} ${kind} ${body}\n`
}
