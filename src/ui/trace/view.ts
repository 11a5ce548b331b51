/** What a page or a screen shows of a trace. The same shape as the core's table, which ui does not know. */
export interface TraceView {
  id: string
  dir: string
  rows: readonly TraceViewRow[]
  problems: readonly { kind: string; id: string; file: string; line: number; message: string; suggestion: string }[]
  changes: readonly { task: string; commit: string; part: string; pieces: readonly ViewPiece[] }[]
  remarks: readonly string[]
  summary: string
}

export interface TraceViewRow {
  criterion: string
  text: string
  /** Number, title and text of each. */
  properties: readonly string[]
  /** Those that the task states itself. */
  own: readonly string[]
  task: string
  title: string
  /** The first few, and how many more there are. */
  tests: string
  /** All of them. */
  allTests: readonly string[]
  commit: string
  state: string
  evidence: string
  bad: boolean
}

export interface ViewPiece {
  kind: 'same' | 'removed' | 'added'
  text: string
}

export const NOTHING_TO_TRACE =
  'There is no spec to trace: write specs/<feature>/requirements.md, design.md and tasks.md.'
