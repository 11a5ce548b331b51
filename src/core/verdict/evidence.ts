/** What was run and what came out. All durations are milliseconds of real time unless said otherwise. */

export type Stage =
  | 'baseline'
  | 'red-throwing'
  | 'red-empty'
  | 'red-base'
  | 'build'
  | 'tests'
  /** Tests that were added against wrong versions, on the right one. */
  | 'added tests'
  | 'property'
  | 'chaos'
  | 'verify'
  | 'hooks'
  | 'teeth'
  | 'guards'
  | 'final'

/** One `fc.assert` as the harness ran it. */
export interface PropertyRun {
  /** Seeds used, in order, all of them 32-bit integers. */
  seeds: number[]
  /** Generated cases over all seeds, shrinking not counted. */
  runs: number
  /** Different cases among the first 20; left out: not counted. */
  distinct?: number
  /** The generator can draw no more cases than were run; left out: it can. */
  exhausted?: boolean
  /** Its time was over before it had all cases that were asked for; left out: it had them. */
  cut?: boolean
  failed: boolean
  /** Seed and path that replay the shrunk counterexample; null when it held. */
  seed: number | null
  path: string | null
  /** Shrunk counterexample as fast-check prints it. */
  counterexample: string | null
  shrinks: number
  /** Last events of the simulation that ran the counterexample, oldest first; empty without a simulation. */
  history: string[]
  /** The same run as a space-time picture, a line each; left out when what ran it draws none. */
  picture?: string[]
  /** And as an SVG document, as the tests' process made it: not to be put into a page but as an image. */
  svg?: string
  /** Whether the counterexample ran in a simulation; one in which nothing happened has no history. */
  simulated?: boolean
  /** The shrunk case run again alone; left out where there is none. */
  repeated?: {
    failed: number
    of: number
    /**
     * Where two simulations of the same case first took another course: number of the event, counted from the oldest one
     * that was compared, and what happened; null: no simulation, or all did the same.
     */
    leak: { event: number; was: string | null; is: string | null } | null
  }
}

export interface TestError {
  name: string
  message: string
  /** True when an assertion said no; false for any other exception. */
  assertion: boolean
}

export interface TestResult {
  /** `file > suite > name`, unique in a run. */
  id: string
  file: string
  name: string
  status: 'passed' | 'failed' | 'skipped'
  durationMs: number
  error: TestError | null
  properties: PropertyRun[]
  /** How often a plain test that failed has failed, of all times it was run; left out: it was run once. */
  repeated?: { failed: number; of: number }
  /** Assertions that said no while the test passed all the same, because something caught what they threw; left out: none. */
  swallowed?: number
}

/** What the tests said of one wrong version. */
export interface MutantRun {
  mutant: number
  /**
   * `killed`: an assertion or a property said no. `unreached`: no test ran the place that is wrong. `error`: what was red threw
   * something else, or could not be collected. `timeout`: it did not end. `not-run`: there was no time left, or it
   * was over before one case of a property was through. `refused`: it does not compile, which shows only now.
   */
  status: 'killed' | 'survived' | 'unreached' | 'error' | 'timeout' | 'not-run' | 'refused'
  /** Name of the test that was red first, and what it said; null where none was. */
  test: string | null
  message: string | null
  /** Ids of all tests that killed it, where all were asked for. */
  killers?: string[]
}

/** Limits of a box, each reported by its name when it strikes. */
export type LimitName =
  | 'wall-clock'
  | 'output'
  | 'cancelled'
  | 'cpu-time'
  | 'file-size'
  | 'processes'
  | 'memory'
  | 'disk'

/** What may end a run that is no doing of the code: the box, the kernel, or a machine that had no time. */
export type Infrastructure = 'box' | 'killed' | 'load'

export interface CheckResult {
  stage: Stage
  /**
   * `passed`: something ran and all of it held. `empty`: nothing to build or collect. `broken`: it could not be
   * collected or compiled. `stopped`: a limit struck. `no-results`: the runner ended without a readable report.
   */
  status: 'passed' | 'failed' | 'empty' | 'broken' | 'stopped' | 'no-results'
  tests: TestResult[]
  /** Of a run on wrong versions, whose `tests` are those of the right one; left out: there were none. */
  mutants?: MutantRun[]
  /** Files that could not be collected, and compiler diagnostics. */
  problems: { file: string | null; message: string }[]
  /** What befell services that the tests need, one message each, which `problems` holds too; left out: nothing. */
  services?: string[]
  /** The machine may be at fault; left out: nothing points to it. A check that has it is tried once more, apart. */
  infrastructure?: Infrastructure
  /** What was to run could not be started (runner, services, command), and `problems` says why; left out: it was started. */
  unstarted?: true
  /** It ran in an earlier run, which this one goes on with; left out: it did not. */
  earlier?: true
  /** Why a first try was given up and counted for nothing, in words; left out: there was one try. */
  retried?: string
  /** The test or file that was running when a limit struck; null when unknown. */
  running: string | null
  limit: LimitName | null
  /** Last part of what was printed, at most 4,000 characters. */
  output: string
  durationMs: number
}
