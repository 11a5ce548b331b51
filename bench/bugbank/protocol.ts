/** What a test process is told, once, as its first message. */
export interface Order {
  /** Folder of the system: `src`, `test`, `examples`. */
  root: string
  /** Contents that stand in place of files, by path from the root. */
  contents: Record<string, string>
  trials: Trial[]
}

export interface Trial {
  name: string
  folder: 'test' | 'examples'
  /** Cases of each property and campaign, one number for each round over all tests. */
  rounds: number[]
  /** CPU time after which no further case is begun. */
  maxMs: number
  seed: number
  /** Tests whose title begins with one of these come first. */
  first: string[]
}

export interface Shrunk {
  counterexample: string
  /** Null where the test draws no fault schedule. */
  faults: number | null
  /** The space-time picture; empty where nothing was simulated. */
  picture: string[]
}

/** What one trial came to, as a message of the test process. */
export interface TrialResult {
  name: string
  /** Tests that ran. */
  tests: number
  killed: boolean
  /** Title of the test that was red, and what it said. */
  by: string | null
  message: string | null
  /** Cases that this test had drawn by then; 0 for an example. */
  cases: number
  /** Cases that all tests have drawn. */
  drawn: number
  /** CPU time to the kill, or in all. */
  ms: number
  shrunk: Shrunk | null
}

export type Message = { begin: string } | { result: TrialResult } | { broken: string }
