/** What a spec demands, as data. Lines are 1-based. */

/**
 * `conditional` is an IF with a WHEN inside it ("IF c, WHEN e, THE s SHALL r"); any other mix of keywords is `complex`. `none`: nothing
 * in the sentence obliges.
 */
export type EarsPattern =
  | 'ubiquitous'
  | 'event'
  | 'state'
  | 'optional'
  | 'unwanted'
  | 'complex'
  | 'conditional'
  | 'none'

/** What must hold before a response is due: WHEN is an `event`, WHILE a `state`, WHERE `optional`, IF `unwanted`. */
export interface Condition {
  kind: 'event' | 'state' | 'optional' | 'unwanted'
  text: string
}

/** `within 45 s`: value 45, unit 's', relation 'within', text 'within 45 s'. */
export interface Bound {
  value: number
  /** `ns us ms s min h d week month year`, `B KB ... TiB`, `%`, `times`, else the noun as written (`executions`, `jobs/second`). */
  unit: string
  /** `within`, `at most`, `at least`, `exactly`, `below`, `above`, `every`, `for`, `after`, `before`; `is` where none is named. */
  relation: string
  /** As written. */
  text: string
}

export interface Criterion {
  id: string
  line: number
  pattern: EarsPattern
  text: string
  bounds: Bound[]
  /** What must respond, without its article; null where the sentence does not say. */
  system: string | null
  conditions: Condition[]
  /** The first event, else the first other condition. */
  trigger: string | null
  response: string | null
  /** Words of obligation as written: `SHALL`, `SHALL NOT`, `必须`. More than one: more than one demand. */
  modals: string[]
  /** Sub-heading or scenario name it stands under; null below the plain criteria heading. */
  section: string | null
  /** A `scenario` is an example in steps (Given/When/Then), not a rule. */
  kind: 'statement' | 'scenario'
}

/**
 * What sort of section it was read from. `defect` describes how things are and demands nothing (Kiro's bugfix.md); `removed` is what an
 * OpenSpec delta takes away.
 */
export type RequirementKind =
  | 'requirement'
  | 'story'
  | 'functional'
  | 'non-functional'
  | 'success'
  | 'defect'
  | 'expected'
  | 'unchanged'

export interface Requirement {
  /** `3`, `3.3`, `FR-001`, `US1`, or for a requirement with a name only the name in lower case with dashes. */
  id: string
  title: string
  line: number
  /** The user story, where one stands. */
  story: string | null
  criteria: Criterion[]
  kind: RequirementKind
  /** `P1`, where the spec gives one. */
  priority: string | null
  /** What an OpenSpec delta does with it; null elsewhere. */
  change: 'added' | 'modified' | 'removed' | 'renamed' | null
  /** The name it had before a rename. */
  formerly: string | null
  /** File that it and its criteria stand in. */
  file: string
}
