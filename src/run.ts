import { minutesReached, NOTHING_SPENT, type Spent } from './core/budget.ts'
import { exitCodeOf } from './core/errors.ts'
import type { EventOf, TaskResult } from './core/events.ts'
import { chooseSteering } from './core/prompt/steering.ts'
import { type Chosen, goalOf } from './core/spec/choose.ts'
import { lintSlice } from './core/spec/lint-slice.ts'
import { builtText, sliceHash, sliceOf } from './core/spec/slice.ts'
import type { Diagnostic, Spec, Task } from './core/spec/spec.ts'
import { NO_EVIDENCE } from './core/verdict/judge.ts'
import { withHooks } from './task/hooks.ts'
import { dropLanded, landWaiting, nextChoice } from './task/land-waiting.ts'
import { loadSpecs } from './task/load-specs.ts'
import type { Outcome, Place, Plan, State, Surroundings } from './task/state.ts'
import { runTask } from './task/task.ts'
import type { Head, Tree, World } from './world.ts'

export interface RunOptions {
  /** Only this spec; null: the first with an open task. */
  spec: string | null
  task: string | null
  /** 1 for `next`; null: until nothing is left. */
  most: number | null
  /** The run ends after this task. */
  until: string | null
  keepGoing: boolean
  /** Tasks at work at the same time; left out: one. */
  parallel?: number
  /** Show the task and its prompt, and ask no model. */
  dryRun: boolean
}

export type RunResult = EventOf<'run.result'>

/** A person who wants no further task to be begun for a while. */
export interface Hold {
  held(): boolean
  /** Resolves when nobody holds the run any more. */
  over(): Promise<void>
}

export const NO_HOLD: Hold = { held: () => false, over: async () => {} }

/** How often a commit that was verified is judged again because its branch moved meanwhile. */
const MOST_FOLLOWED = 3

/** The loop over tasks: `next` until nothing is left, a task fails or a limit is met. */
export async function run(
  world: World,
  around: Surroundings,
  options: RunOptions,
  hold: Hold = NO_HOLD,
): Promise<RunResult> {
  const tally = createTally(options)
  let spent = NOTHING_SPENT
  do {
    await hold.over()
    let step = await oneTask(world, around, options, spent, tally.failed)
    // Nobody is there to start it again: what waits because somebody has committed is judged on top of that at once.
    for (let tries = 0; step.outcome.moved && options.most === null && tries < MOST_FOLLOWED; tries++)
      step = await oneTask(world, around, options, step.spent, tally.failed)
    spent = step.spent
    tally.add(step)
  } while (tally.goesOn())
  return tally.result(spent)
}

/** What a step of the loop came to; `result` null: no task was at work. */
export interface Stepped {
  outcome: Outcome
  spent: Spent
  result: TaskResult | null
}

/** After these the next task can be tried; the others would strike it as well. */
const OF_ONE_TASK: Outcome['status'][] = ['failed', 'unverifiable', 'blocked', 'finding']

/** Whether this outcome says nothing about other tasks. */
export function isOfOneTask(status: Outcome['status']): boolean {
  return OF_ONE_TASK.includes(status)
}

export interface Tally {
  /** Keys (`spec/task`) of tasks that were tried and not committed. */
  failed: Set<string>
  add(step: Pick<Stepped, 'outcome' | 'result'>): void
  /** Whether there may be another task after the last one that was added. */
  goesOn(): boolean
  /** `more`: results of tasks whose turn never came. */
  result(spent: Spent, more?: TaskResult[]): RunResult
}

/** Counts what became of the tasks: the first one that was not committed says how the run ends. */
export function createTally(options: RunOptions): Tally {
  const tasks: TaskResult[] = []
  const failed = new Set<string>()
  let first: Outcome | null = null
  let last: Outcome = { status: 'nothing', message: 'Nothing is left to do.' }
  let goesOn = true
  return {
    failed,
    goesOn: () => goesOn,
    add({ outcome, result }) {
      last = outcome
      const good = exitCodeOf(outcome.status) === 0
      if (result) tasks.push(result)
      if (!good) first ??= outcome
      if (!good && result) failed.add(`${result.spec}/${result.task}`)
      const mayGoOn = good || (options.keepGoing && result !== null && isOfOneTask(outcome.status))
      const isLast = options.until !== null && result?.task === options.until
      goesOn = mayGoOn && !isLast && outcome.status !== 'nothing' && tasks.length !== options.most
    },
    result: (spent, more = []) => resultOf([...tasks, ...more], first, last, spent),
  }
}

function resultOf(tasks: TaskResult[], first: Outcome | null, last: Outcome, spent: Spent): RunResult {
  const committed = tasks.filter((task) => task.status === 'verified' || task.status === 'checked')
  const latest = committed.at(-1)
  const done = committed.length === 1 ? '1 task is' : `${committed.length} tasks are`
  const outcome =
    first ??
    (latest && last.status === 'nothing' ? { status: latest.status, message: `${done} done. ${last.message}` } : last)
  return {
    type: 'run.result',
    status: outcome.status,
    exitCode: exitCodeOf(outcome.status),
    message: outcome.message,
    tokens: spent.usage,
    usd: spent.usdKnown ? spent.usd : null,
    journal: null,
    tasks,
  }
}

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

async function oneTask(
  world: World,
  around: Surroundings,
  options: RunOptions,
  spent: Spent,
  failed: Set<string>,
): Promise<Stepped> {
  const stop = (outcome: Outcome): Stepped => ({ outcome, spent, result: null })
  const base = await lookAtBase(world, around)
  if ('stop' in base) return stop(base.stop)
  if (!options.dryRun) await dropLanded(world, base.tree, base.specs)
  const goal = goalOf(base.specs, options)
  if (goal) return stop(goal)
  const lands = around.settings.land && !options.dryRun
  const choice = await nextChoice(world, base, options, failed, lands)
  if ('outcome' in choice) return stop(choice.outcome)
  const state = await begin(world, around, base, choice, spent)
  if ('stop' in state) return stop(state.stop)
  const settings = { ...around.settings, land: lands }
  const waiting = await landWaiting(world, { ...state, around: { ...around, settings } })
  if (options.dryRun) {
    const { dryRun } = await import('./task/dry-run.ts')
    return stop(waiting?.outcome ?? (await dryRun(world, state)))
  }
  if (!waiting) tellSelected(world, state)
  return stepOf(waiting ?? (await withHooks(world, state, (begun) => runTask(world, begun))))
}

/** What a task has come to. */
export function stepOf(done: State): Stepped {
  const { plan, spent } = done
  const outcome = done.outcome ?? { status: 'bug', message: 'the task ended without an outcome' }
  // A commit that waits already is no result of this run.
  if (outcome.status === 'nothing') return { outcome, spent, result: null }
  const result: TaskResult = {
    spec: plan.spec.id,
    task: plan.task.id,
    status: outcome.status,
    commit: done.commit,
    // Before the tests are frozen nobody was asked to implement anything.
    attempts: done.frozen || done.untestable ? done.attempt : 0,
    evidence: done.candidate?.evidence ?? NO_EVIDENCE,
  }
  return { outcome, spent, result }
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

/** The criteria that the task validates, each with its id where there are several; else its own text. */
function mustHold({ spec, slice, task }: State['plan']): Pick<EventOf<'task.selected'>, 'requirement' | 'criteria'> {
  const criteria = slice.requirements.flatMap((one) => one.criteria).map(({ id, text }) => ({ id, text }))
  if (criteria.length < 2) return { requirement: criteria[0]?.text ?? task.statements[0] ?? null }
  const shown = criteria.slice(0, MOST_CRITERIA).map(({ id, text }) => `${id} ${text}`)
  // With where they stand: a bare number at the end reads as if a parser had lost its words.
  const files = Map.groupBy(criteria.slice(MOST_CRITERIA), ({ id }) => fileOf(spec, id))
  const more = [...files].map(([file, left]) => `(and ${left.map(({ id }) => id).join(', ')}, in ${file})`)
  return { requirement: [...shown, ...more].join(' '), criteria }
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
