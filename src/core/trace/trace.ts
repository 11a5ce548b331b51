import { isTestPath } from '../patch/test-paths.ts'
import { hasContract, ownStatements } from '../spec/contract.ts'
import { sliceHash, sliceOf } from '../spec/slice.ts'
import type { Spec, Task } from '../spec/spec.ts'
import { wordsOf } from '../spec/words.ts'
import { changesOf, steeringChanges } from './changes.ts'
import { type Coverage, coverage } from './coverage.ts'
import type { TaskCommit, TaskHistory } from './evidence.ts'
import type { SpecTrace, TaskState, TracedEvidence, TracedTask, TracedTest } from './matrix.ts'
import { problemsOf } from './problems.ts'
import { namedTests, plannedTests, type TestFiles, type TestLinks, testLinks, unique } from './tests.ts'

export interface TraceInput {
  spec: Spec
  /** The commits of its tasks, by task. */
  history: ReadonlyMap<string, TaskHistory>
  /** The spec as it was in a commit; null where it cannot be read. Asked for commits that `toCompare` names. */
  before(commit: string): Spec | null
  files: TestFiles
  /** Folders that the spec may name its tests from; the root alone where it is not said. */
  dirs?: readonly string[]
  /** Whether it is the only spec of its repository. */
  alone: boolean
}

/** Everything that shows what a spec asks for, and what is missing. Pure; total for every spec that was parsed. */
export function traceSpec(input: TraceInput): SpecTrace {
  const { spec, files } = input
  const own = new Set([...input.history.values()].flatMap(({ current }) => (current ? testsOf(current) : [])))
  const links = testLinks(spec, files.all, own, input.alone)
  const covers = coverage(spec)
  const planned = new Map(spec.properties.map(({ n }) => [n, plannedTests(spec, n, files, input.dirs)]))
  const restates = restating(spec)
  const parents = new Set(spec.tasks.flatMap(({ parent }) => parent ?? []))
  const tasks = spec.tasks.map((task): TracedTask => {
    const { current = null, reverted = [] } = input.history.get(task.id) ?? {}
    const evidence = current === null || task.status !== 'done' ? null : evidenceOf(input, task, current)
    const named = namedTests(task, files, input.dirs)
    const tests = unique([
      ...named,
      ...(evidence === null ? [] : committed(current!, files)),
      ...tagged(task, links, planned),
    ])
    return {
      ...{ id: task.id, title: task.title, line: task.line, status: task.status },
      state: stateOf(task, evidence, named, parents.has(task.id), shownByTags(task, links, planned)),
      requirements: task.requirements,
      properties: task.properties,
      own: ownStatements(task).filter((text) => !restates(text)),
      tests,
      evidence,
      reverted: reverted.map((one) => ({ commit: one.hash, by: one.revertedBy! })),
    }
  })
  return assembled(spec, tasks, covers, links, planned)
}

/** Whether a line of a task says what a property of the design says. */
function restating({ properties }: Spec): (text: string) => boolean {
  const known = new Set(properties.flatMap(({ title, text }) => [wordsOf(title), wordsOf(text)]))
  return (text) => known.has(wordsOf(text))
}

function assembled(
  spec: Spec,
  tasks: TracedTask[],
  covers: Coverage,
  links: TestLinks,
  planned: ReadonlyMap<number, TracedTest[]>,
): SpecTrace {
  const parts = settledParents(spec, tasks)
  const properties = covers.properties(tasks, parts, (n) =>
    unique([...(planned.get(n) ?? []), ...(links.properties.get(n) ?? [])]),
  )
  const criteria = covers.criteria(tasks, parts, properties, links)
  const changed = new Map(
    tasks.flatMap(({ evidence }) => (evidence?.steering ?? []).map(({ part }) => [part, part] as const)),
  )
  const trace = { id: spec.id, dir: spec.dir, dialect: spec.dialect, criteria, properties, tasks }
  const remarks = [
    ...[...changed.keys()].map((part) => `${part} changed since tasks were verified; their own words did not.`),
    ...links.strange,
  ]
  return { ...trace, problems: problemsOf(trace), remarks }
}

function evidenceOf({ spec, before }: TraceInput, task: Task, commit: TaskCommit): TracedEvidence {
  const { hash, date, verdict, evidence, specHash, model, run } = commit
  const told = { commit: hash, date, verdict, evidence, specHash, model, run }
  if (specHash === `sha256:${sliceHash(spec, sliceOf(spec, task.id))}`) return { ...told, changes: [], steering: [] }
  const was = before(hash)
  if (was === null || !was.tasks.some(({ id }) => id === task.id)) return { ...told, changes: null, steering: [] }
  return { ...told, changes: changesOf(was, spec, task.id), steering: steeringChanges(was, spec) }
}

function stateOf(
  task: Task,
  evidence: TracedEvidence | null,
  named: readonly TracedTest[],
  parent: boolean,
  byTags: boolean,
): TaskState {
  if (task.struck) return 'struck'
  if (parent && !hasContract(task) && evidence === null) return 'parts'
  if (task.status !== 'done') return 'open'
  if (evidence !== null) return evidence.changes?.length === 0 ? evidence.verdict : 'stale'
  if (named.length > 0 ? named.every(({ found }) => found) : byTags) return 'tested'
  return task.kind === 'human' && named.length === 0 ? 'person' : 'by-hand'
}

/** Test files that a commit changed. */
function testsOf(commit: TaskCommit): string[] {
  return commit.files.filter(isTestPath)
}

function committed(commit: TaskCommit, files: TestFiles): TracedTest[] {
  return testsOf(commit).map((path) => ({
    path,
    name: null,
    source: 'commit',
    found: files.exists(path),
    criteria: [],
  }))
}

type Planned = ReadonlyMap<number, TracedTest[]>

/** Tests of the properties that a task names itself, and of its criteria. */
function tagged(task: Task, links: TestLinks, planned: Planned): TracedTest[] {
  return [
    ...task.properties.flatMap((n) => [...(planned.get(n) ?? []), ...(links.properties.get(n) ?? [])]),
    ...task.requirements.flatMap((id) => links.criteria.get(id) ?? []),
  ]
}

/** Whether each property that a task names, else each criterion, has a test that is there. */
function shownByTags(task: Task, links: TestLinks, planned: Planned): boolean {
  const there = (tests: readonly TracedTest[] = []) => tests.some(({ found }) => found)
  if (task.properties.length > 0)
    return task.properties.every((n) => there(planned.get(n)) || there(links.properties.get(n)))
  return task.requirements.length > 0 && task.requirements.every((id) => there(links.criteria.get(id)))
}

/** Leaves below each task that has no contract but its parts, by its id. */
function settledParents(spec: Spec, tasks: readonly TracedTask[]): ReadonlyMap<string, TracedTask[]> {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const leaves = new Map<string, TracedTask[]>()
  for (const { id, parent } of [...spec.tasks].reverse()) {
    const task = byId.get(id)!
    if (parent === null || parent === id) continue
    const below = task.state === 'parts' ? (leaves.get(id) ?? []) : [task]
    leaves.set(parent, [...below, ...(leaves.get(parent) ?? [])])
  }
  return leaves
}
