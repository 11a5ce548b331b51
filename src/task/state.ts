import type { Spent } from '../core/budget.ts'
import type { EvidenceSummary, TaskOutcomeStatus } from '../core/event-parts.ts'
import type { FileChange } from '../core/patch/patch.ts'
import type { CountTokens, Templates } from '../core/prompt/prompt.ts'
import type { SteeringChoice } from '../core/prompt/steering.ts'
import type { Settings } from '../core/settings.ts'
import type { Slice } from '../core/spec/slice.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import type { CommandCheck, Head, Tree, Usage, World } from '../world.ts'
import type { GuardScore } from './guards.ts'
import type { Ledger } from './ledger.ts'

/** What the task must satisfy and how it will be judged. Made once, never changed. */
export interface Plan {
  spec: Spec
  task: Task
  slice: Slice
  steering: SteeringChoice
  /** Names the text of the task, all it links to and the steering of every task: the `Spec-Hash` of its commit. */
  sliceHash: string
  /** New behaviour; or tests of code that is there; or the same behaviour by other code. */
  delivers: 'code' | 'tests' | 'refactoring'
  /** `property` and `chaos` tasks must run properties; the rest is judged by whatever tests the author writes. */
  judgedBy: 'chaos' | 'property' | 'tests'
  /** Folder of the package that it works in; '' is the whole repository. */
  dir: string
  /** tasks.md of the base, for the tick. */
  tasksPath: string
  tasksText: string
}

/** Tests that nobody may change any more, and the stub they were red on. */
export interface Frozen {
  files: FileChange[]
  stubs: FileChange[]
  /** Ids of all tests that must pass. */
  ids: string[]
  names: string[]
  /** `3/3 red, 3 by assertion`. */
  red: string
  redCount: number
  /** Tests of behaviour that is there, and what they have killed; left out: none. */
  guards?: GuardScore
  /** The expert's own test file, which stays as it is, and those of its tests that are not about this task; left out: none. */
  own?: { path: string; notJudged: string[] }
  /** Existing tests among them that were moved to a new interface, and how many of their tests went; left out: none. */
  moved?: { tests: number; dropped: number }
  /** How many of them were added when they were frozen already, and never red on the base; left out: none. */
  added?: number
  /** They replace tests that were kept for the very same text; left out: they do not. */
  anew?: boolean
  /** What the author said beside the files. */
  remarks: string
  author: string
}

/** A command of the expert that judges the task, and what it said of the base. */
export interface VerifyJudge {
  check: CommandCheck
  /** Ids of the tests that it named on the base as passed. */
  green: string[]
}

/** The best that is known after an attempt: a tree that passed everything. */
export interface Candidate {
  commit: string
  tree: string
  changes: FileChange[]
  evidence: EvidenceSummary
  seeds: number[]
  status: 'verified' | 'checked'
  final: CheckResult
}

export interface Outcome {
  status: TaskOutcomeStatus
  message: string
  /** A commit that waits does not fit or hold on the base as it is now, and never will; left out: it is not about that. */
  outdated?: boolean
  /** The commit waits only because the user's branch has moved meanwhile; left out: something else is in the way. */
  moved?: boolean
}

/** Fixed surroundings of a run. */
export interface Surroundings {
  run: string
  settings: Settings
  templates: Templates
  /** By one vocabulary for all: for sizes that must not depend on the model. */
  count: CountTokens
  /** By the model's own vocabulary where it is public; left out: as `count`. */
  countFor?: (model: string) => CountTokens
  /** Tokens beyond which parts of a prompt take their short form. */
  promptAim: number
  /** Names of steering that agent.yaml asks for. */
  steering: readonly string[]
  /** Files whose contents no model may see. */
  deny(path: string): boolean
  /** One paragraph for the test author on runner and property library. */
  framework: string
  /** The account that all workers of a run share; left out: there is one worker, and `State.spent` is its account. */
  ledger?: Ledger
  /** Baselines that are being made, by key, for all workers; null: it came to nothing. Left out: there is one worker. */
  baselines?: Map<string, Promise<CheckResult | null>>
  /** The package that a task works in, with what differs there; left out: all work at the top. */
  place?(spec: Spec, task: Task, tree: Tree): Promise<Place | { problem: string }>
  /** Whether single test files can be run; false: only commands judge the project. */
  singleFiles: boolean
}

/** Where a task works. */
export interface Place {
  /** '' is the whole repository. */
  dir: string
  /** What is told and judged otherwise there. */
  around: Partial<Pick<Surroundings, 'templates' | 'framework' | 'singleFiles'>>
  settings: Partial<Pick<Settings, 'level' | 'levels' | 'checks' | 'checksKey'>>
}

export interface State {
  around: Surroundings
  plan: Plan
  head: Head
  tree: Tree
  baseline: CheckResult | null
  /** Measures the baseline: the same state with it, or with what is in its way. Left out: that is known. */
  measure?(): Promise<State>
  frozen: Frozen | null
  /** The task's own command, which is the judge; left out: there is none. */
  verify?: VerifyJudge
  /** Reason of the author why nothing can be tested. */
  untestable: string | null
  /** Why no implementer is asked: all that is to land are the tests. */
  satisfied: string | null
  attempt: number
  /** How often the role at work was given to the next model of its list. */
  escalations: number
  candidate: Candidate | null
  /** The verified commit, once made. */
  commit: string | null
  models: string[]
  spent: Spent
  /** When this task began, milliseconds since the start of the run. */
  startedMs: number
  /** Of this task alone. */
  spentHere: Spent
  /** What earlier runs were billed for answers to this task that this one took over; left out: nothing. */
  earlier?: Usage
  /** The commit on which the tests were red, where it is another one than the base; left out: the base. */
  redAt?: string
  outcome: Outcome | null
}

/** What a prompt is made from. */
export type Scene = Pick<State, 'around' | 'plan' | 'tree'> & Pick<World, 'symbols'>

export function end(state: State, status: TaskOutcomeStatus, message: string): State {
  return { ...state, outcome: { status, message } }
}

/** Folders that no patch may touch: the spec's and those of steering. */
export function protectedDirs(spec: Spec): string[] {
  const steering = spec.steering.map((file) => file.path.slice(0, file.path.lastIndexOf('/')))
  return [...new Set([spec.dir, ...steering])]
}
