import type { Spent } from './core/budget.ts'
import { exitCodeOf } from './core/errors.ts'
import type { TaskResult } from './core/event-parts.ts'
import { NO_EVIDENCE } from './core/verdict/judge.ts'
import type { RunOptions, RunResult } from './run-options.ts'
import type { Outcome, State } from './task/state.ts'

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
