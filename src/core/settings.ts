import type { Limits, Price } from './budget.ts'

/** How hard an attempt is judged. */
export interface Level {
  /** Fresh seeds per property. */
  seeds: number
  /** Generated cases per seed of a property test. */
  runs: number
  /** Fault schedules per property of a chaos test, over all seeds. */
  schedules: number
  /** A chaos stage that is faster goes on to this many milliseconds. */
  chaosMs: number
  /** No stage takes longer. */
  maxMinutes: number
}

/** Everything a run may be told by flags and agent.yaml, with defaults filled in. */
export interface Settings {
  model: string
  /** Further folders that hold specs. */
  specRoots: readonly string[]
  attempts: number
  /** Of the run. */
  limits: Limits
  /** Of each task. */
  taskLimits: Limits
  price: Price | null
  /** Tokens of one prompt. */
  promptLimit: number
  /** Tokens of one answer. */
  outputLimit: number
  level: Level
  /** Names what the checks run with (build, services and the like): a result holds for these settings alone. */
  checksKey: string
  requireVerified: boolean
  freshTests: boolean
  reviewTests: boolean
  /** False: the commit stays on a branch of its own. */
  land: boolean
}

export const DEFAULT_LEVEL: Level = { seeds: 5, runs: 1_000, schedules: 2_000, chaosMs: 5_000, maxMinutes: 10 }
