import { isAddedName } from '../patch/added-name.ts'
import { propertyWords } from '../spec/contract.ts'
import { type Change, excerpt } from './changes.ts'
import type { Problem, SpecTrace, TracedCriterion, TracedProperty, TracedTask, TracedTest } from './matrix.ts'
import type { Piece } from './word-diff.ts'

/** One way through the matrix, in words; empty where there is nothing. */
export interface TraceRow {
  /** Id of the criterion; empty where the row goes on with the one above. */
  criterion: string
  /** Its words. */
  text: string
  /** Number, title and text of each. */
  properties: string[]
  /** Those that the task states itself. */
  own: string[]
  task: string
  title: string
  /** The first few, and how many more there are. */
  tests: string
  /** All of them. */
  allTests: string[]
  /** First seven digits. */
  commit: string
  state: string
  evidence: string
  /** Whether something is missing here. */
  bad: boolean
}

export interface TraceTable {
  id: string
  dir: string
  rows: TraceRow[]
  problems: Problem[]
  /** Changed words of tasks that are stale. */
  changes: { task: string; commit: string; part: string; pieces: Piece[] }[]
  remarks: string[]
  /** `12 of 14 criteria shown (10 verified, 2 tested), 2 open; 1 problem`. */
  summary: string
}

const BAD = new Set(['uncovered', 'untested', 'by-hand', 'stale'])
const MOST_NAMES = 3

/** The matrix as rows of a table: each criterion with each of its tasks, then the tasks that link to no criterion. */
export function tableOf(trace: SpecTrace): TraceTable {
  const tasks = new Map(trace.tasks.map((task) => [task.id, task]))
  const properties = new Map(trace.properties.map((one) => [one.n, one]))
  const linked = new Set(trace.criteria.flatMap((one) => one.tasks))
  const loose = trace.tasks.filter(({ id, state }) => !linked.has(id) && state !== 'parts' && state !== 'struck')
  return {
    id: trace.id,
    dir: trace.dir,
    rows: [
      ...trace.criteria.flatMap((one) => criterionRows(one, tasks, properties)),
      ...loose.map((task) => taskRow(task, task.tests)),
    ],
    problems: trace.problems,
    changes: trace.tasks.flatMap(changedWords),
    remarks: trace.remarks,
    summary: summaryOf(trace),
  }
}

function criterionRows(
  criterion: TracedCriterion,
  tasks: ReadonlyMap<string, TracedTask>,
  properties: ReadonlyMap<number, TracedProperty>,
): TraceRow[] {
  const told = criterion.properties.map((n) => {
    const property = properties.get(n)
    return property === undefined ? String(n) : `${n} ${propertyWords(property)}`.trim()
  })
  const first = { criterion: criterion.id, text: criterion.text, properties: told }
  const rows = criterion.tasks.map((id) => {
    const task = tasks.get(id)!
    const own = new Set(task.tests.map(keyOf))
    const both = criterion.tests.filter((test) => own.has(keyOf(test)))
    return taskRow(task, both.length > 0 ? both : task.tests)
  })
  const [head = EMPTY, ...rest] = rows
  const state = rows.length > 0 ? head.state : criterion.state
  const tests = rows.length > 0 ? head : testsOf(criterion.tests)
  return [
    { ...head, ...first, state, tests: tests.tests, allTests: tests.allTests, bad: head.bad || BAD.has(state) },
    ...rest,
  ]
}

const EMPTY: TraceRow = {
  ...{ criterion: '', text: '', task: '', title: '', tests: '', commit: '', state: '', evidence: '' },
  properties: [],
  own: [],
  allTests: [],
  bad: false,
}

function taskRow(task: TracedTask, tests: readonly TracedTest[]): TraceRow {
  return {
    ...EMPTY,
    task: task.id,
    title: task.title,
    own: task.own,
    ...testsOf(tests),
    commit: task.evidence?.commit.slice(0, 7) ?? '',
    state: task.state,
    evidence: task.evidence?.evidence ?? '',
    bad: BAD.has(task.state),
  }
}

function keyOf({ path, name }: TracedTest): string {
  return `${path}::${name ?? ''}`
}

function testsOf(tests: readonly TracedTest[]): Pick<TraceRow, 'tests' | 'allTests'> {
  const named = tests.filter(
    ({ path, name }) => name !== null || !tests.some((one) => one.path === path && one.name !== null),
  )
  // Three are shown: those that the author wrote, before those that were added to them.
  const ordered = [...named].sort((a, b) => Number(isAddedName(a.path)) - Number(isAddedName(b.path)))
  const words = ordered.map(
    ({ path, name, found }) => `${path}${name === null ? '' : `::${name}`}${found ? '' : ' (missing)'}`,
  )
  const left = words.length - MOST_NAMES
  return {
    tests: words.slice(0, MOST_NAMES).join('; ') + (left > 0 ? ` and ${left} more` : ''),
    allTests: words,
  }
}

function changedWords(task: TracedTask): TraceTable['changes'] {
  if (task.state !== 'stale') return []
  const { changes, commit } = task.evidence!
  const told: Change[] = changes ?? [
    { part: 'what it was', pieces: [{ kind: 'same', text: 'cannot be read from the commit' }] },
  ]
  return told.map(({ part, pieces }) => ({ task: task.id, commit: commit.slice(0, 7), part, pieces: excerpt(pieces) }))
}

/** A line for each way a criterion can stand, in words. */
export function countStates(trace: Pick<SpecTrace, 'criteria'>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state } of trace.criteria) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

function summaryOf(trace: SpecTrace): string {
  const states = Object.entries(countStates(trace)).map(([state, count]) => `${count} ${state}`)
  const criteria = trace.criteria.length === 1 ? '1 criterion' : `${trace.criteria.length} criteria`
  const problems = trace.problems.length === 1 ? '1 problem' : `${trace.problems.length || 'no'} problems`
  return `${trace.id}: ${criteria}${states.length > 0 ? ` (${states.join(', ')})` : ''}, ${problems}`
}
