import type { Requirement } from '../spec/requirement.ts'
import { linkedRequirements } from '../spec/slice.ts'
import type { Property, Spec } from '../spec/spec.ts'
import type {
  CriterionState,
  PropertyState,
  TaskState,
  TracedCriterion,
  TracedProperty,
  TracedTask,
  TracedTest,
} from './matrix.ts'
import { type TestLinks, unique } from './tests.ts'

/** Leaves of tasks that are no more than their parts. */
export type Leaves = ReadonlyMap<string, readonly TracedTask[]>

export interface Coverage {
  properties(tasks: readonly TracedTask[], leaves: Leaves, tests: (n: number) => TracedTest[]): TracedProperty[]
  criteria(
    tasks: readonly TracedTask[],
    leaves: Leaves,
    properties: readonly TracedProperty[],
    links: TestLinks,
  ): TracedCriterion[]
}

/** Who links to what in a spec. A link to a requirement is a link to all that stands below it. */
export function coverage(spec: Spec): Coverage {
  const validates = new Map(spec.properties.map((one) => [one.n, one.validates]))
  const linkedBy = (task: TracedTask) =>
    task.requirements.length > 0 ? task.requirements : task.properties.flatMap((n) => validates.get(n) ?? [])
  return {
    properties(tasks, leaves, tests) {
      const byId = index(tasks, linkedBy)
      const byNumber = index(tasks, ({ properties }) => properties.map(String))
      return spec.properties.map((one) => propertyOf(spec, one, { byId, byNumber, leaves, tests: tests(one.n) }))
    },
    criteria(tasks, leaves, properties, links) {
      const byId = index(tasks, linkedBy)
      const validating = index(properties, (one) => one.validates)
      return rowsOf(spec).map(({ requirement, ...row }) => {
        const ids = [row.id, ...above(row.id), requirement]
        const linked = dedupe(ids.flatMap((id) => byId.get(id) ?? []))
        const held = dedupe(ids.flatMap((id) => validating.get(id) ?? []))
        const settled = settle(linked, leaves)
        const near = unique([...(links.criteria.get(row.id) ?? []), ...held.flatMap((one) => one.tests)])
        const own = [...near, ...[...linked, ...settled].flatMap((one) => one.tests)]
        const closest = near.filter(isFor(ids))
        const tests = closest.some(({ found }) => found) ? closest : unique(own).filter(isFor(ids))
        const state = criterionState(settled, held)
        return {
          ...row,
          requirement,
          // Where people name tests criterion by criterion, one without any has slipped through.
          state: state === 'tested' && !tests.some(({ found }) => found) ? 'untested' : state,
          properties: held.map(({ n }) => n),
          tasks: linked.map(({ id }) => id),
          tests,
        }
      })
    },
  }
}

function isFor(ids: readonly string[]): (test: TracedTest) => boolean {
  return ({ criteria }) => criteria.length === 0 || criteria.some((id) => ids.includes(id))
}

/** `3.1.2` stands below `3.1` and `3`. */
function above(id: string): string[] {
  const parts = id.split('.')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'))
}

function index<T>(values: readonly T[], keys: (value: T) => readonly string[]): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const value of values)
    for (const key of new Set(keys(value))) {
      const list = found.get(key)
      if (list === undefined) found.set(key, [value])
      else list.push(value)
    }
  return found
}

function dedupe<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}

/** Tasks in place of parents that only hold them; without those that are struck through. */
function settle(tasks: readonly TracedTask[], leaves: Leaves): TracedTask[] {
  const all = tasks.flatMap((task) => (task.state === 'parts' ? (leaves.get(task.id) ?? []) : [task]))
  return dedupe(all).filter(({ state }) => state !== 'struck')
}

/** What must be met: criteria, and requirements that are one themselves. What an older state did, or a delta removes, demands nothing. */
function rowsOf(spec: Spec): Pick<TracedCriterion, 'id' | 'requirement' | 'file' | 'line' | 'text'>[] {
  const groups = new Set(spec.requirements.flatMap(({ id }) => above(id)))
  return spec.requirements.flatMap((one: Requirement) => {
    if (one.kind === 'defect' || one.change === 'removed') return []
    const { id: requirement, file } = one
    const rules = one.criteria.filter(({ kind }) => kind === 'statement')
    if (rules.length > 0) return rules.map(({ id, line, text }) => ({ id, requirement, file, line, text }))
    // Examples of a story stand for the story; a heading above other requirements stands for nothing.
    return groups.has(one.id) ? [] : [{ id: one.id, requirement, file, line: one.line, text: one.title }]
  })
}

function propertyOf(
  spec: Spec,
  property: Property,
  around: {
    byId: ReadonlyMap<string, TracedTask[]>
    byNumber: ReadonlyMap<string, TracedTask[]>
    leaves: Leaves
    tests: TracedTest[]
  },
): TracedProperty {
  const { n, title, text, line, validates } = property
  const below = linkedRequirements(spec.requirements, new Set(validates)).flatMap(({ criteria }) =>
    criteria.map(({ id }) => id),
  )
  const ids = [...validates.flatMap((id) => [id, ...above(id)]), ...below]
  const linked = dedupe([...(around.byNumber.get(String(n)) ?? []), ...ids.flatMap((id) => around.byId.get(id) ?? [])])
  const tasks = settle(linked, around.leaves)
  return {
    n,
    title,
    text,
    line,
    validates,
    state: propertyState(tasks, around.tests),
    tasks: linked.map(({ id }) => id),
    tests: around.tests,
  }
}

function propertyState(tasks: readonly TracedTask[], tests: readonly TracedTest[]): PropertyState {
  if (tests.some(({ found }) => found)) return 'tested'
  // What a run froze as tests was written from the property; what a person names as a test of the task is said to show it.
  if (tasks.some(({ state }) => state === 'verified' || state === 'tested' || state === 'stale')) return 'tested'
  return tasks.some(({ state }) => state === 'open') ? 'open' : 'untested'
}

const WEAKEST_FIRST = ['stale', 'by-hand', 'person', 'checked', 'tested', 'verified'] as const satisfies TaskState[]

function criterionState(tasks: readonly TracedTask[], properties: readonly TracedProperty[]): CriterionState {
  if (tasks.length === 0) {
    if (properties.length === 0) return 'uncovered'
    if (properties.some(({ state }) => state === 'untested')) return 'untested'
    return properties.every(({ state }) => state === 'tested') ? 'tested' : 'open'
  }
  const weakest = WEAKEST_FIRST.find((state) => tasks.some((task) => task.state === state))
  if (weakest === undefined) return 'open'
  if (weakest === 'stale' || weakest === 'by-hand') return weakest
  return tasks.some(({ state }) => state === 'open') ? 'partly' : weakest
}
