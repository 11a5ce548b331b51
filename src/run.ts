import { NOTHING_SPENT, type Spent } from './core/budget.ts'
import { exitCodeOf } from './core/errors.ts'
import type { EventOf, TaskResult } from './core/events.ts'
import { chooseSteering } from './core/prompt/steering.ts'
import { lintSlice } from './core/spec/lint.ts'
import { nextTask } from './core/spec/next.ts'
import { builtText, sliceHash, sliceOf } from './core/spec/slice.ts'
import type { Diagnostic, Spec, Task } from './core/spec/spec.ts'
import { NO_EVIDENCE } from './core/verdict/judge.ts'
import { dryRun } from './task/dry-run.ts'
import { landWaiting } from './task/land-waiting.ts'
import { loadSpecs } from './task/load-specs.ts'
import type { Outcome, Plan, State, Surroundings } from './task/state.ts'
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
  /** Show the task and its prompt, and ask no model. */
  dryRun: boolean
}

export type RunResult = EventOf<'run.result'>

/** The loop over tasks: `next` until nothing is left, a task fails or a limit is met. */
export async function run(world: World, around: Surroundings, options: RunOptions): Promise<RunResult> {
  const tasks: TaskResult[] = []
  let spent = NOTHING_SPENT
  let first: Outcome | null = null
  let last: Outcome = { status: 'nothing', message: 'Nothing is left to do.' }
  const failed = new Set<string>()
  while (options.most === null || tasks.length < options.most) {
    const step = await oneTask(world, around, options, spent, failed)
    last = step.outcome
    spent = step.spent
    if (step.result) tasks.push(step.result)
    if (exitCodeOf(last.status) !== 0) first ??= last
    if (step.result && exitCodeOf(last.status) !== 0) failed.add(`${step.result.spec}/${step.result.task}`)
    if (options.until !== null && step.result?.task === options.until) break
    const goOn =
      options.keepGoing &&
      step.result !== null &&
      ['failed', 'unverifiable', 'blocked', 'finding'].includes(last.status)
    if (last.status === 'nothing' || (exitCodeOf(last.status) !== 0 && !goOn)) break
  }
  return resultOf(tasks, first, last, spent)
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

interface Stepped {
  outcome: Outcome
  spent: Spent
  result: TaskResult | null
}

async function oneTask(
  world: World,
  around: Surroundings,
  options: RunOptions,
  spent: Spent,
  failed: Set<string>,
): Promise<Stepped> {
  const stop = (outcome: Outcome): Stepped => ({ outcome, spent, result: null })
  if (world.signal.aborted) return stop({ status: 'interrupted', message: 'interrupted' })
  const head = await world.head()
  if (head.branch === null && around.settings.land) {
    return stop({
      status: 'git',
      message: 'HEAD is detached: check out a branch, or use --no-land to leave the commit on a branch of its own.',
    })
  }
  const tree = await world.tree(head.commit)
  const { specs, withoutTasks } = await loadSpecs(tree, around.settings.specRoots)
  const goal = goalOf(specs, options)
  if (goal) return stop(goal)
  const choice = choose(specs, withoutTasks, options, failed)
  if ('outcome' in choice) return stop(choice.outcome)
  const plan = await planOf(choice.spec, choice.task, tree, around.steering)
  const refused = await refuse(world, plan)
  if (refused) return stop(refused)
  const state = initialState(around, plan, head, tree, spent, world.now())
  if (options.dryRun) return stop(await dryRun(world, state))
  const { maxMinutes } = around.settings.limits
  if (maxMinutes !== null && world.now() / 60_000 >= maxMinutes) {
    return stop({ status: 'budget', message: `the limit of ${maxMinutes} minutes is reached` })
  }
  const waiting = await landWaiting(world, state)
  if (!waiting) tellSelected(world, plan, around)
  const done = waiting ?? (await runTask(world, state))
  const outcome = done.outcome ?? { status: 'bug', message: 'the task ended without an outcome' }
  // A commit that waits already is no result of this run.
  if (outcome.status === 'nothing') return { outcome, spent: done.spent, result: null }
  return {
    outcome,
    spent: done.spent,
    result: {
      spec: plan.spec.id,
      task: plan.task.id,
      status: outcome.status,
      commit: done.commit,
      // Before the tests are frozen nobody was asked to implement anything.
      attempts: done.frozen || done.untestable ? done.attempt : 0,
      evidence: done.candidate?.evidence ?? NO_EVIDENCE,
    },
  }
}

/** Why a run to `--until` ends before it begins; null: it does not. */
function goalOf(specs: Spec[], { spec, until }: RunOptions): Outcome | null {
  if (until === null) return null
  const wanted = specs.filter((one) => spec === null || one.id === spec || one.dir === spec)
  const tasks = wanted.flatMap((one) => one.tasks).filter((task) => task.id === until)
  if (tasks.length === 0) return { status: 'usage', message: `There is no task "${until}" to run until.` }
  return tasks.every((task) => task.status === 'done') ? { status: 'nothing', message: `Task ${until} is done.` } : null
}

type Choice = { spec: Spec; task: Task } | { outcome: Outcome }

/** Which task is next, or in words why none is. */
export function choose(
  specs: Spec[],
  withoutTasks: string[],
  options: Pick<RunOptions, 'spec' | 'task'>,
  failed: Set<string> = new Set(),
): Choice {
  const stop = (status: Outcome['status'], message: string): Choice => ({ outcome: { status, message } })
  if (specs.length === 0) {
    const near = withoutTasks.length > 0 ? ` ${withoutTasks.join(', ')} has no tasks.md.` : ''
    return stop(
      'usage',
      `No spec found at HEAD.${near} Write specs/<feature>/requirements.md, design.md and tasks.md, and commit them.`,
    )
  }
  const wanted =
    options.spec === null ? specs : specs.filter((spec) => spec.id === options.spec || spec.dir === options.spec)
  if (wanted.length === 0)
    return stop(
      'usage',
      `There is no spec "${options.spec}" at HEAD; there are: ${specs.map((spec) => spec.id).join(', ')}.`,
    )
  if (options.task !== null) return namedTask(wanted, options.task)
  const empty = wanted.filter((spec) => spec.tasks.length === 0)
  let blocked: { spec: Spec; task: Task } | null = null
  for (const spec of wanted) {
    const tried = spec.tasks.map((task) => task.id).filter((id) => failed.has(`${spec.id}/${id}`))
    const next = nextTask(spec, new Set(tried))
    if (next.task) return { spec, task: next.task }
    if (next.blocked) blocked ??= { spec, task: next.blocked }
  }
  if (blocked) return blocked
  if (empty.length === wanted.length)
    return stop(
      'usage',
      `${empty.map((spec) => `${spec.dir}/tasks.md`).join(', ')} holds no task: write each as \`- [ ] 1. title\`.`,
    )
  return stop('nothing', 'Nothing is left to do.')
}

function namedTask(specs: Spec[], id: string): Choice {
  const found = specs.flatMap((spec) => spec.tasks.filter((task) => task.id === id).map((task) => ({ spec, task })))
  const first = found.find(({ spec, task }) => task.status !== 'done' && !spec.archived) ?? found[0]
  if (first?.task.status === 'done')
    return { outcome: { status: 'nothing', message: `Task ${id} of ${first.spec.id} is ticked already.` } }
  if (first?.task.status === 'doing') {
    const where = `${first.spec.dir}/tasks.md:${first.task.line}`
    const message = `Task ${id} is marked as in progress (${where}). Write \`[ ]\` and commit it to have it done here.`
    return { outcome: { status: 'usage', message } }
  }
  const usage = (message: string): Choice => ({ outcome: { status: 'usage', message } })
  if (first?.spec.archived) return usage(`Task ${id} belongs to an archived change: ${first.spec.dir}.`)
  if (first?.task.boxOffset === null) {
    const where = `${first.spec.dir}/tasks.md:${first.task.line}`
    return usage(
      `Task ${id} is a heading without a checkbox (${where}). Write it as \`- [ ] ${id}. ${first.task.title}\`.`,
    )
  }
  if (first) return first
  const known = specs.flatMap((spec) => spec.tasks.map((task) => `${spec.id}/${task.id}`)).slice(0, 20)
  return {
    outcome: { status: 'usage', message: `There is no task "${id}"; there are: ${known.join(', ') || 'none'}.` },
  }
}

/** `asked`: names of steering from agent.yaml. */
export async function planOf(
  spec: Spec,
  task: Task,
  tree: Pick<Tree, 'read' | 'paths'>,
  asked: readonly string[] = [],
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

function tellSelected(world: World, plan: Plan, around: Surroundings): void {
  world.tell({
    type: 'task.selected',
    spec: plan.spec.id,
    task: plan.task.id,
    title: plan.task.title,
    requirement: plan.slice.requirements[0]?.criteria[0]?.text ?? plan.task.statements[0] ?? null,
    test: plan.task.test?.text ?? null,
    attempts: around.settings.attempts,
  })
}
