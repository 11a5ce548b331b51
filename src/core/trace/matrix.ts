/** What `agent trace` knows of a spec: each criterion with what validates it, what builds it, and what shows that it holds. */
import type { Dialect, TaskStatus } from '../spec/spec.ts'
import type { Change } from './changes.ts'

/**
 * `verified`, `checked`: a commit of a run says so, for today's words. `tested`: a person ticked it, and the tests that it names (or
 * those of the properties and criteria that it names) exist. `person`: ticked, and a task for people. `stale`: a commit says so, for
 * other words. `by-hand`: ticked, and nothing shows it. `parts`: has no contract but its parts. `open`, `struck`: nothing to show yet,
 * or any more.
 */
export type TaskState = 'verified' | 'checked' | 'tested' | 'person' | 'stale' | 'by-hand' | 'parts' | 'open' | 'struck'

/** `tested`: there is a test for it. `open`: its tasks are not done. `untested`: they are, and there is none. */
export type PropertyState = 'tested' | 'open' | 'untested'

/**
 * The weakest of its tasks; `partly`: some are open. `untested`: none of the tests that there are is for it. `uncovered`: neither task
 * nor property links to it.
 */
export type CriterionState =
  | 'verified'
  | 'checked'
  | 'tested'
  | 'person'
  | 'partly'
  | 'open'
  | 'by-hand'
  | 'stale'
  | 'untested'
  | 'uncovered'

export interface TracedTest {
  path: string
  /** As its file names it; null: the file as a whole. */
  name: string | null
  /** `commit`: the commit of a task changed the file. `named`: by a `Test:` line. `plan`: by a table of the design. `tag`: it says so itself. */
  source: 'commit' | 'named' | 'plan' | 'tag'
  /** Whether it is there, in the files as they are now. */
  found: boolean
  /** The only criteria of its property that it is for, where a table of the design says so; else empty. */
  criteria: string[]
}

export interface TracedEvidence {
  commit: string
  date: string
  verdict: 'verified' | 'checked'
  evidence: string
  specHash: string | null
  model: string | null
  run: string | null
  /** Words of the spec that changed since; empty: none. Null: they changed, and what they were cannot be read. */
  changes: Change[] | null
  /** Steering that changed since. */
  steering: Change[]
}

export interface TracedTask {
  id: string
  title: string
  line: number
  status: TaskStatus
  state: TaskState
  requirements: string[]
  properties: number[]
  /** Its own `Property:` lines, but for those that only name a property of the design. */
  own: string[]
  tests: TracedTest[]
  evidence: TracedEvidence | null
  /** Commits of this task that were reverted. */
  reverted: { commit: string; by: string }[]
}

export interface TracedProperty {
  n: number
  title: string
  text: string
  line: number
  state: PropertyState
  validates: string[]
  tasks: string[]
  tests: TracedTest[]
}

/** A criterion, or a requirement that has none. */
export interface TracedCriterion {
  id: string
  requirement: string
  file: string
  line: number
  text: string
  state: CriterionState
  properties: number[]
  tasks: string[]
  tests: TracedTest[]
}

export type ProblemKind =
  | 'uncovered'
  | 'untested'
  | 'untested-property'
  | 'by-hand'
  | 'stale'
  | 'missing-test'
  | 'tests-gone'

/** Something that is not covered, or no longer. `id`: of the criterion, `Property 3` or the task. */
export interface Problem {
  kind: ProblemKind
  id: string
  file: string
  line: number
  message: string
  suggestion: string
}

export interface SpecTrace {
  id: string
  dir: string
  dialect: Dialect
  criteria: TracedCriterion[]
  properties: TracedProperty[]
  tasks: TracedTask[]
  problems: Problem[]
  /** Worth a word, and nothing to mend: steering that changed, tags that name nothing. */
  remarks: string[]
}
