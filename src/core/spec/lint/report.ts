import type { Doc } from '../markdown.ts'
import type { Criterion, Requirement } from '../requirement.ts'
import type { SpecSource } from '../source.ts'
import type { Diagnostic, Severity, Spec, Task } from '../spec.ts'
import type { TasksFile } from '../tasks.ts'

/** What the rules look at: a spec that is read, and the texts that it was read from. */
export interface Reading {
  source: SpecSource
  /** The spec as it was read; its own `diagnostics` are no concern of the rules. */
  spec: Omit<Spec, 'diagnostics'>
  /** The documents that were opened as Markdown. */
  docs: readonly Doc[]
  /** Those of them that requirements are looked for in. */
  requirementDocs: readonly Doc[]
  tasksDoc: Doc | null
  tasksFile: TasksFile
}

/** Every code that a diagnostic of a spec can have. Scripts rely on them: they are never renamed. */
export const CODES = [
  'unreadable-file',
  'unreadable',
  'not-utf8',
  'file-too-large',
  'symbolic-link',
  'same-name',
  'spec-json',
  'not-approved',
  'steering-front-matter',
  'tasks-missing',
  'no-tasks',
  'requirements-missing',
  'no-requirements',
  'unbalanced-fence',
  'duplicate-id',
  'criterion-without-shall',
  'criterion-two-shalls',
  'vague-word',
  'requirement-without-criteria',
  'contradictory-bounds',
  'failure-mode-open',
  'broken-link',
  'unknown-reference',
  'requirement-without-task',
  'criterion-without-task',
  'property-not-read',
  'property-without-validates',
  'property-without-test',
  'section-without-task',
  'bound-not-in-property',
  'looks-like-a-task',
  'checkbox-in-text',
  'unknown-status',
  'task-without-text',
  'task-without-checkbox',
  'dependency-cycle',
  'wave-graph',
  'wave-order',
  'wave-missing',
  'task-without-contract',
  'unknown-test-kind',
  'chaos-without-fault',
  'unknown-label',
  'allows-proposed',
  'needs-a-person',
  'invisible-character',
  'order-to-the-tool',
  'encoded-text',
] as const
export type Code = (typeof CODES)[number]

export interface Place {
  file: string
  line: number
  column?: number
}

/** A diagnostic at a place; column 1 where none is given. */
export function problem(place: Place, code: Code, severity: Severity, message: string, suggestion: string): Diagnostic {
  return { file: place.file, line: place.line, column: place.column ?? 1, code, severity, message, suggestion }
}

/** Path of a file of the spec's folder from the repository's root. */
export function inFolder(spec: Pick<Spec, 'dir'>, name: string): string {
  return spec.dir === '' ? name : `${spec.dir}/${name}`
}

export function tasksPath({ spec }: Reading): string {
  return inFolder(spec, 'tasks.md')
}

export function designPath({ spec }: Reading): string {
  return inFolder(spec, 'design.md')
}

// A hard-wrapped criterion goes on for a few lines.
const REACH = 12

/** Where a word stands in a text that starts at `line` of a file; column 1 of that line where it is not found. */
export function placeOf({ docs }: Reading, file: string, line: number, word: string): Place {
  const doc = docs.find((one) => one.file === file)
  for (let at = line - 1; doc !== undefined && at < Math.min(doc.lines.length, line + REACH); at++) {
    const column = doc.lines[at]!.indexOf(word)
    if (column >= 0) return { file, line: at + 1, column: column + 1 }
  }
  return { file, line }
}

export interface Demand {
  requirement: Requirement
  criterion: Criterion
}

/**
 * Statements that are meant to oblige. Not the description of a defect, a success criterion, a scenario, or what a delta takes
 * away.
 */
export function demandsOf({ spec }: Pick<Reading, 'spec'>): Demand[] {
  return spec.requirements.flatMap((requirement) => {
    const { kind, change } = requirement
    if (kind === 'defect' || kind === 'success' || change === 'removed') return []
    return requirement.criteria
      .filter((criterion) => criterion.kind === 'statement')
      .map((criterion) => ({ requirement, criterion }))
  })
}

/** Numbers of the properties that tasks name. */
export function namedProperties(tasks: readonly Task[]): Set<number> {
  const named = new Set<number>()
  for (const { properties } of tasks) for (const n of properties) named.add(n)
  return named
}

/** The first few of a list, and how many more: `1, 2, 3 and 4 more`. */
export function few(ids: readonly string[], most = 6): string {
  return ids.length > most + 1 ? `${ids.slice(0, most).join(', ')} and ${ids.length - most} more` : ids.join(', ')
}
