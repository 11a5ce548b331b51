import type { TaskOutcomeStatus } from '../event-parts.ts'
import { didYouMean } from '../nearest.ts'
import { nextTask } from './next.ts'
import type { Spec, Task } from './spec.ts'

/** Which tasks a run is about. */
export interface Wanted {
  /** Only this spec, by name or folder; null: all. */
  spec: string | null
  /** Only this task; null: the next one. */
  task: string | null
}

export interface Chosen {
  spec: Spec
  task: Task
}

/** Why no task is chosen. */
export interface Reason {
  status: TaskOutcomeStatus
  message: string
}

export type Choice = Chosen | { outcome: Reason }

/** Why a run to `--until` ends before it begins; null: it does not. */
export function goalOf(specs: Spec[], { spec, until }: { spec: string | null; until: string | null }): Reason | null {
  if (until === null) return null
  const wanted = specs.filter((one) => spec === null || one.id === spec || one.dir === spec)
  const tasks = wanted.flatMap((one) => one.tasks).filter((task) => task.id === until)
  if (tasks.length === 0) return { status: 'usage', message: `There is no task "${until}" to run until.` }
  return tasks.every((task) => task.status === 'done') ? { status: 'nothing', message: `Task ${until} is done.` } : null
}

/** Which task is next, or in words why none is. */
export function choose(
  specs: Spec[],
  withoutTasks: string[],
  options: Wanted,
  failed: Set<string> = new Set(),
): Choice {
  const stop = (status: Reason['status'], message: string): Choice => ({ outcome: { status, message } })
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
      `There is no spec "${options.spec}" at HEAD; there are: ${specs.map((spec) => spec.id).join(', ')}.${didYouMean(
        options.spec ?? '',
        specs.map(({ id }) => id),
      )}`,
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
    outcome: {
      status: 'usage',
      message: `There is no task "${id}"; there are: ${known.join(', ') || 'none'}.${didYouMean(id, known)}`,
    },
  }
}

/**
 * Keys (`spec/task`) of the tasks that would come after the chosen one, in work order, if all before them were done; up to
 * the one that the run ends after, and not past a checkpoint or what needs a person.
 */
export function workOrder(
  specs: Spec[],
  options: Wanted & { until: string | null },
  failed: Set<string>,
  most: number,
): string[] {
  const order: string[] = []
  for (let now = specs; order.length < most; ) {
    const choice = choose(now, [], options, failed)
    if ('outcome' in choice || needsPerson(choice.task)) break
    order.push(keyOf(choice))
    if (choice.task.id === options.until) break
    now = now.map((spec) =>
      spec.id === choice.spec.id && spec.dir === choice.spec.dir ? done(spec, choice.task) : spec,
    )
  }
  return order
}

/** Tasks that could begin on these specs as they are, in work order: none waits for another one of them. */
export function readyTasks(specs: Spec[], options: Wanted, failed: Set<string>, most: number): Chosen[] {
  const ready: Chosen[] = []
  const passed = new Set(failed)
  while (ready.length < most) {
    const choice = choose(specs, [], options, passed)
    if ('outcome' in choice || needsPerson(choice.task)) break
    // A checkpoint judges all that stands before it, and nothing that comes after it can be counted on before.
    if (choice.task.kind === 'checkpoint') {
      if (ready.length === 0) ready.push(choice)
      break
    }
    ready.push(choice)
    passed.add(keyOf(choice))
  }
  return ready
}

export function keyOf({ spec, task }: Chosen): string {
  return `${spec.id}/${task.id}`
}

function needsPerson({ kind, status, blocked }: Task): boolean {
  return kind === 'human' || status === 'blocked' || blocked !== null
}

function done(spec: Spec, task: Task): Spec {
  return { ...spec, tasks: spec.tasks.map((one) => (one === task ? { ...one, status: 'done' } : one)) }
}
