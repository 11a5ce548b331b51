import { minutesReached, NOTHING_SPENT, type Spent } from './core/budget.ts'
import type { EventOf } from './core/events.ts'
import { chooseSteering } from './core/prompt/steering.ts'
import type { Chosen } from './core/spec/choose.ts'
import { lintSlice } from './core/spec/lint-slice.ts'
import { builtText, sliceHash, sliceOf } from './core/spec/slice.ts'
import type { Diagnostic, Spec, Task } from './core/spec/spec.ts'
import { loadSpecs } from './task/load-specs.ts'
import type { Outcome, Place, Plan, State, Surroundings } from './task/state.ts'
import type { Head, Tree, World } from './world.ts'

/** The base as it is now, and the specs in it. */
export interface Base {
  head: Head
  tree: Tree
  specs: Spec[]
  withoutTasks: string[]
}

/** What HEAD holds; an outcome where nothing can be done on it. */
export async function lookAtBase(world: World, around: Surroundings): Promise<Base | { stop: Outcome }> {
  if (world.signal.aborted) return { stop: { status: 'interrupted', message: 'interrupted' } }
  const head = await world.head()
  if (head.branch === null && around.settings.land) {
    const message = 'HEAD is detached: check out a branch, or use --no-land to leave the commit on a branch of its own.'
    return { stop: { status: 'git', message } }
  }
  const tree = await world.tree(head.commit)
  return { head, tree, ...(await loadSpecs(tree, around.settings.specRoots)) }
}

/** The state in which a task begins on a base; an outcome where the spec or a limit is against it. */
export async function begin(
  world: World,
  around: Surroundings,
  { head, tree }: Base,
  { spec, task }: Chosen,
  spent: Spent,
): Promise<State | { stop: Outcome }> {
  const state = await stateOn(world, around, { head, tree }, { spec, task }, spent)
  if (state.outcome) return { stop: state.outcome }
  const refused = await refuse(world, state.plan)
  if (refused) return { stop: refused }
  const { maxMinutes } = around.settings.limits
  if (maxMinutes !== null && world.now() / 60_000 >= maxMinutes)
    return { stop: { status: 'budget', message: minutesReached('run', maxMinutes) } }
  return state
}

const AT_THE_TOP: Place = { dir: '', around: {}, settings: {} }

/** The same, whatever is against it; where it works in no place that there is, with that outcome. */
export async function stateOn(
  world: World,
  around: Surroundings,
  { head, tree }: Pick<Base, 'head' | 'tree'>,
  { spec, task }: Chosen,
  spent: Spent,
): Promise<State> {
  const placed = (await around.place?.(spec, task, tree)) ?? AT_THE_TOP
  const { dir, around: words, settings } = 'problem' in placed ? AT_THE_TOP : placed
  const here = { ...around, ...words, settings: { ...around.settings, ...settings } }
  const plan = await planOf(spec, task, tree, around.steering, dir)
  const state = initialState(here, plan, head, tree, spent, world.now())
  return 'problem' in placed ? { ...state, outcome: { status: 'usage', message: placed.problem } } : state
}

/** `asked`: names of steering from agent.yaml. `dir`: folder of the package that the task works in. */
export async function planOf(
  spec: Spec,
  task: Task,
  tree: Pick<Tree, 'read' | 'paths'>,
  asked: readonly string[] = [],
  dir = '',
): Promise<Plan> {
  const slice = sliceOf(spec, task.id)
  const tasksPath = `${spec.dir}/tasks.md`
  const file = await tree.read(tasksPath)
  const delivers = task.kind === 'test' ? 'tests' : /^refactor/i.test(task.class ?? '') ? 'refactoring' : 'code'
  return {
    spec,
    task,
    slice,
    steering: chooseSteering(spec, slice, builtText(spec, task), tree.paths, asked),
    sliceHash: sliceHash(spec, slice),
    delivers,
    judgedBy: judgedBy(task, delivers),
    dir,
    tasksPath,
    tasksText: file.kind === 'text' ? file.text : '',
  }
}

/** A task that delivers tests may say in its title which. */
function judgedBy({ test, title }: Task, delivers: Plan['delivers']): Plan['judgedBy'] {
  const kind = test?.kind ?? (delivers === 'tests' && /\bpropert(y|ies)\b/i.test(title) ? 'property' : null)
  return kind === 'chaos' || kind === 'property' ? kind : 'tests'
}

/** Reasons of the spec itself not to start: errors in this slice, or changes of it that are not committed. */
async function refuse(world: World, plan: Plan): Promise<Outcome | null> {
  const errors = lintSlice(plan.spec, plan.task.id).filter((diagnostic) => diagnostic.severity === 'error')
  if (errors.length > 0) return { status: 'usage', message: errors.map(describeDiagnostic).join('\n') }
  const steering = plan.spec.steering.map((file) => file.path)
  const changed = await world.uncommitted([plan.spec.dir, ...steering])
  if (changed.length > 0) {
    return {
      status: 'git',
      message: `The spec is read from HEAD, and these files differ from it: ${changed.join(', ')}. Commit them first.`,
    }
  }
  return null
}

export function describeDiagnostic(diagnostic: Diagnostic): string {
  return `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}: ${diagnostic.severity}: ${diagnostic.message} ${diagnostic.suggestion} (${diagnostic.code})`
}

function initialState(
  around: Surroundings,
  plan: Plan,
  head: Head,
  tree: Tree,
  spent: Spent,
  startedMs: number,
): State {
  return {
    around,
    plan,
    head,
    tree,
    baseline: null,
    frozen: null,
    untestable: null,
    satisfied: null,
    attempt: 0,
    escalations: 0,
    candidate: null,
    commit: null,
    models: [],
    spent,
    startedMs,
    spentHere: NOTHING_SPENT,
    outcome: null,
  }
}

const MOST_CRITERIA = 3

/** The criteria that the task validates, each in a line with its id where there are several; else its own text. */
function mustHold({ spec, slice, task }: State['plan']): Pick<EventOf<'task.selected'>, 'requirement' | 'criteria'> {
  const criteria = slice.requirements.flatMap((one) => one.criteria).map(({ id, text }) => ({ id, text }))
  if (criteria.length < 2) return { requirement: criteria[0]?.text ?? task.statements[0] ?? null }
  const shown = criteria.slice(0, MOST_CRITERIA).map(({ id, text }) => `${id} ${text.replace(/\s+/g, ' ')}`)
  // With where they stand: a bare number at the end reads as if a parser had lost its words.
  const files = Map.groupBy(criteria.slice(MOST_CRITERIA), ({ id }) => fileOf(spec, id))
  const more = [...files].map(([file, left]) => `(and ${left.map(({ id }) => id).join(', ')}, in ${file})`)
  return { requirement: [...shown, ...more].join('\n'), criteria }
}

/** Name of the file that a criterion stands in. */
function fileOf({ requirements, dir }: Spec, id: string): string {
  const file = requirements.find(({ criteria }) => criteria.some((one) => one.id === id))?.file ?? dir
  return file.slice(file.lastIndexOf('/') + 1)
}

export function tellSelected(world: World, { plan, around }: State): void {
  world.tell({
    type: 'task.selected',
    spec: plan.spec.id,
    task: plan.task.id,
    title: plan.task.title,
    ...mustHold(plan),
    test: plan.task.test?.text ?? null,
    attempts: around.settings.attempts,
    file: plan.tasksPath,
    line: plan.task.line,
  })
}
