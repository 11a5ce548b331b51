/** What a test process of node:test writes to its descriptor, one JSON document a line. */
import type { SentError } from '../errors.mts'

/** Descriptors of a test process beside the usual three. */
export const SETTINGS_FD = 3
export const RESULTS_FD = 4

export type Line =
  /** The function of a test was called; `path` holds the names of its suites and its own. */
  | { kind: 'start'; path: string[] }
  | {
      kind: 'test'
      path: string[]
      state: 'passed' | 'failed' | 'skipped'
      durationMs: number
      error: SentError | null
      /** It was not run, because something around it failed. */
      cancelled: boolean
    }
  /** A suite or hook that failed by itself. */
  | { kind: 'suite'; path: string[]; error: SentError }
  /** What the harness saw of a test, under the name of its seal. */
  | { kind: 'seen'; name: string; sealed: unknown }
  | { kind: 'warning'; message: string }
  /** The last test has ended, and so has the file. */
  | { kind: 'end'; sealed: unknown }
