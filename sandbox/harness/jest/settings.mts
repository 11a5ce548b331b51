import type { ProcessSettings } from '../protocol.mts'

/** What the test runner of a worker finds among the options of the test environment, which no test sees. */
export interface JestSettings extends ProcessSettings {
  /** Path of jest-circus' own runner. */
  circus: string
  /** Folder of the project, from which paths of files count. */
  root: string
  /** After which a test that says nothing else is given up. */
  patienceMs: number
}

export const OPTION = 'specproof'

/** What a worker adds to the result of a file. */
export interface Sealings {
  tests: Record<string, unknown>
  file: unknown
}
