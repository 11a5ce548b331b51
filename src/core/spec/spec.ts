/** What a spec folder says, as data. Lines and columns are 1-based; every `line` is the line in the file it was read from. */

import type { Requirement } from './requirement.ts'
import type { SetTime } from './times.ts'

export type TaskStatus = 'open' | 'done' | 'doing' | 'blocked'
export type TaskKind = 'code' | 'test' | 'checkpoint' | 'human'
/** How a task asks to be judged: `Test: Chaos test with network partition`. */
export type TestKind = 'property' | 'chaos' | 'integration' | 'unit' | 'example' | 'other'

export interface TestWish {
  kind: TestKind
  text: string
  /** The fault a chaos test must inject, as the line names it ("network partition"); null where none is named. */
  fault: string | null
  /** `path::name` or a path, where the line names the expert's own test. */
  path: string | null
}

export interface Task {
  /**
   * `2`, `2.1`, `T012`, or for a task without a number its parent's id and its position: `2/3`. Unique in the spec: the
   * second `1.1` of a file is `1.1#2`.
   */
  id: string
  title: string
  status: TaskStatus
  line: number
  /**
   * Offset in UTF-16 code units of the one character between the brackets of the checkbox, in tasks.md; null for a task
   * that is a heading without a checkbox.
   */
  boxOffset: number | null
  parent: string | null
  optional: boolean
  /** `[P]` or `(P)`: needs nothing from its neighbours. */
  parallel: boolean
  /** `US1` of a `[US1]` mark. */
  story: string | null
  /** The heading that it stands below; null above the first. */
  phase: string | null
  /** Struck through: no work is left in it, whatever its box says. */
  struck: boolean
  /** Components of a `_Boundary:_` line. */
  boundary: string[]
  /** Reason of a `_Blocked:_` line. */
  blocked: string | null
  kind: TaskKind
  /** `refactor` and the like, from a `Class:` line; null where there is none. */
  class: string | null
  /** Ids of tasks that must be done first: from `Depends:` lines, a wave graph and words such as "depends on T012". */
  depends: readonly string[]
  /** Ids of criteria (`3.3`) and requirements (`3`) that exist in requirements.md. */
  requirements: string[]
  /** References as written that name nothing in this spec. */
  unresolved: string[]
  /** Numbers of properties of design.md that the task names. */
  properties: number[]
  /** The task's own `Property:` lines. */
  statements: string[]
  test: TestWish | null
  /** The command of a `Verify:` line. */
  verify: string | null
  /** Globs of an `Allows:` line: protected paths that this task may touch. */
  allows: string[]
  /** Folder of a `Dir:` line, as written: the package that the task works in; left out: the spec says. */
  dir?: string
  /** Source text of the task with its annotation lines, as written. */
  text: string
}

export interface Property {
  n: number
  title: string
  text: string
  /** Ids of criteria or requirements. */
  validates: string[]
  line: number
  /** `DesignSection.path` of the section it stands in. */
  section: string
}

/** A heading of design.md with its own text, without that of its sub-sections. */
export interface DesignSection {
  /** Headings from the top, joined by ' > '. */
  path: string
  title: string
  depth: number
  line: number
  /** File that it stands in. */
  file: string
  /** Heading line and own text, as written. */
  text: string
  /** Criteria and requirements named by `Validates:` lines in its own text. */
  validates: string[]
}

/** An entry of a coordination protocol: `**Leader Election**: Use Raft ...` with the lines below it. */
export interface ProtocolEntry {
  name: string
  /** What follows the name. */
  text: string
  /** Its `Property:` lines. */
  statements: string[]
  /** The first time that these lines or its text set; null: none. */
  time: SetTime | null
  validates: string[]
  line: number
  /** `DesignSection.path` of the section it stands in. */
  section: string
}

/** A decision on record. Parts that the record does not have are null. */
export interface Decision {
  /** `1` of "Decision 1: ..."; null where it has no number. */
  n: number | null
  title: string
  decision: string | null
  context: string | null
  rationale: string | null
  tradeoffs: string | null
  alternatives: string | null
  line: number
  /** `DesignSection.path` of the section it stands in. */
  section: string
}

/** A row of a test plan: which property is tested where. */
export interface PropertyLayer {
  property: number
  /** Test layer as written (`unit`, `property`, `E2E`), null where the table has no such column. */
  layer: string | null
  /** File of the test, null where the table names none. */
  path: string | null
  /** The other cells. */
  text: string
  line: number
}

export interface Steering {
  /** Path from the repository's root, with forward slashes. */
  path: string
  inclusion: 'always' | 'fileMatch' | 'manual' | 'auto'
  /** Glob for `fileMatch`. */
  pattern: string | null
  /** What `#name` asks for; null: the file's name. */
  name: string | null
  /** When it applies, for `auto`. */
  description: string | null
  /** Paths that it pulls in by `#[[file:path]]`, as written. */
  files: string[]
  text: string
}

export interface GlossaryTerm {
  term: string
  text: string
}

export type Severity = 'error' | 'warning' | 'info'

export interface Diagnostic {
  file: string
  line: number
  column: number
  /** Stable kebab-case name: `broken-link`, `duplicate-id`, ... */
  code: string
  severity: Severity
  /** What was found. */
  message: string
  /** What to write instead. */
  suggestion: string
}

export type Dialect = 'specproof' | 'kiro' | 'cc-sdd' | 'spec-kit' | 'openspec'

/** A part of tasks.md below a heading of its own that holds tasks. */
export interface Phase {
  title: string
  line: number
  /** Text of its `**Checkpoint**: ...` line. */
  checkpoint: string | null
  /** Value of its `**Dependencies**: ...` line. */
  depends: string | null
}

export interface Spec {
  /** Name of the folder. */
  id: string
  /** Folder from the repository's root, with forward slashes. */
  dir: string
  dialect: Dialect
  /** `dir` of the front matter of tasks.md, as written: the package that its tasks work in; left out: there is none. */
  workDir?: string
  /** An archived change of OpenSpec: nothing in it is open work. */
  archived: boolean
  /** First heading and text before the first section of requirements.md. */
  introduction: string
  tasks: Task[]
  phases: Phase[]
  requirements: Requirement[]
  properties: Property[]
  sections: DesignSection[]
  protocol: ProtocolEntry[]
  decisions: Decision[]
  layers: PropertyLayer[]
  glossary: GlossaryTerm[]
  steering: Steering[]
  diagnostics: Diagnostic[]
}
