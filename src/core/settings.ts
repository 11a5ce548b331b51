import type { CommandCheck, Effort, Role } from '../world.ts'
import type { Limits, Price } from './budget.ts'
import type { Calibration } from './calibration.ts'
import type { TeethMode } from './teeth/score.ts'

/** All roles, in the order in which a task asks them. */
export const ROLES = ['author', 'implementer', 'strengthener', 'arbiter', 'migrator'] as const satisfies readonly Role[]

/** How one role is asked. */
export interface RoleSettings {
  /** `provider/model`, the first one first; the others in order when it fails again and again. */
  models: string[]
  /** Tokens of one prompt: what fits each of its models, and those that may stand in for them. */
  promptLimit: number
  /** Tokens of one answer. */
  outputLimit: number
  temperature?: number
  effort?: Effort
}

/** What is known of a model before it is asked. */
export interface ModelFacts {
  /** Null: not known, and then only tokens are counted. */
  price: Price | null
  tokens: Calibration
  /** After so many milliseconds without a word it is asked again, so many times in all. Left out: it has all the time there is. */
  silence?: { ms: number; tries: number }
}

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
  /** Wrong versions of the change, at most. */
  mutants: number
  /** For all of them together. */
  teethMs: number
  /** No stage takes longer. */
  maxMinutes: number
}

/** How hard the properties of a whole suite are judged. */
export interface SuiteLevel {
  /** Seeds per property that no prompt has shown. */
  seeds: number
  /** Generated cases, or schedules, per seed. */
  runs: number
  maxMinutes: number
}

/** Everything a run may be told by flags and agent.yaml, with defaults filled in. */
export interface Settings {
  roles: Record<Role, RoleSettings>
  /** Who answers in place of a model that is out of reach, in this order. */
  fallback: string[]
  /** Of every model that may be asked. */
  models: Record<string, ModelFacts>
  /** Further folders that hold specs. */
  specRoots: readonly string[]
  attempts: number
  /** Of the run. */
  limits: Limits
  /** Of each task. */
  taskLimits: Limits
  /** Of each attempt. */
  level: Level
  levels: {
    /** The last run before a commit. */
    commit: SuiteLevel
    /** A checkpoint, which asks no model. */
    checkpoint: SuiteLevel
  }
  /** Commands that judge beside the test runner; a `Verify:` line may name one. */
  checks: readonly CommandCheck[]
  teeth: TeethMode
  /** Names what the checks run with (build, services and the like): a result holds for these settings alone. */
  checksKey: string
  requireVerified: boolean
  freshTests: boolean
  /** A person's own change is judged: it may touch all but the judge. */
  adopting?: boolean
  reviewTests: boolean
  /** False: the commit stays on a branch of its own. */
  land: boolean
}

export const DEFAULT_LEVEL: Level = {
  seeds: 5,
  runs: 1_000,
  schedules: 2_000,
  chaosMs: 5_000,
  mutants: 40,
  teethMs: 10_000,
  maxMinutes: 10,
}

/** What is judged less often than an attempt may cost more. `nightly`: ticked tasks again, where they are not as in an attempt. */
export const DEFAULT_LEVELS = {
  commit: { seeds: 2, runs: 50 },
  checkpoint: { seeds: 5, runs: 200 },
  nightly: { seeds: 20, schedules: 20_000, maxMinutes: 60 },
} as const

type Told<T> = { [K in keyof T]?: T[K] | undefined }

/** Levels of the whole suite; what is not told has its default, and the minutes of an attempt. */
export function suiteLevels(
  { maxMinutes }: Pick<Level, 'maxMinutes'>,
  told: { commit?: Told<SuiteLevel> | undefined; checkpoint?: Told<SuiteLevel> | undefined } = {},
): Settings['levels'] {
  const of = (name: 'commit' | 'checkpoint'): SuiteLevel => ({
    seeds: told[name]?.seeds ?? DEFAULT_LEVELS[name].seeds,
    runs: told[name]?.runs ?? DEFAULT_LEVELS[name].runs,
    maxMinutes: told[name]?.maxMinutes ?? maxMinutes,
  })
  return { commit: of('commit'), checkpoint: of('checkpoint') }
}

/** The model that a role asks after so many escalations; past the last one it stays the last. */
export function modelAt({ models }: RoleSettings, escalations: number): string {
  return models[Math.min(escalations, models.length - 1)]!
}

/** All models of a run in words: one name, or who is asked by whom. */
export function modelsInWords({ roles, fallback }: Settings): string {
  const byList = Map.groupBy(ROLES, (role) => roles[role].models.join(', then '))
  const lists = [...byList].map(([list, asking]) => (byList.size === 1 ? list : `${asking.join(', ')}: ${list}`))
  const asked = lists.join('; ')
  return fallback.length > 0 ? `${asked}; fallback: ${fallback.join(', ')}` : asked
}
