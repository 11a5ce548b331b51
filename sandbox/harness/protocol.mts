import type { PropertyRun, TestResult } from '../../src/core/verdict/evidence.ts'
import type { Intensity } from '../../src/world.ts'

/** What the harness reads from stdin, as one JSON document. The project is the current folder. */
export interface HarnessRequest {
  /** Unguessable; kept out of the environment and of argv so that a test cannot sign a result of its own. */
  nonce: string
  /** Test files relative to the project; null: the whole suite. */
  files: string[] | null
  intensity: Intensity
  /** Wall clock limit of the whole run, milliseconds. */
  maxMs: number
}

export interface Problem {
  file: string | null
  message: string
}

/** The one signed result of a run. */
export interface HarnessReport {
  tests: TestResult[]
  /** Files that could not be collected, and requested files that the project does not collect. */
  uncollected: Problem[]
  /** Errors outside of any test: rejected promises, dead workers, hooks of a whole file. */
  unhandled: Problem[]
  /** Test files that the runner found. */
  files: number
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

/** What a test process hands to the runner with each test. */
export interface TestMeta {
  properties: PropertyRun[]
}

/** What @fast-check/vitest appends to names; it differs from run to run. */
export const SEED_IN_NAME = / \(with seed=-?\d+\)$/

/** Starts every protocol line. */
export const MARK = '\u001e'

export function resultLine(nonce: string, report: HarnessReport): string {
  return line('specproof-result', `${nonce} ${JSON.stringify(report)}`)
}

export function progressLine(nonce: string, progress: Progress): string {
  return line('specproof-progress', `${nonce} ${JSON.stringify(progress)}`)
}

export function hintLine(hint: Hint): string {
  return line('specproof-hint', JSON.stringify(hint))
}

/** The leading newline ends whatever a test printed without one. */
function line(kind: string, body: string): string {
  return `\n${MARK} ${kind} ${body}\n`
}
