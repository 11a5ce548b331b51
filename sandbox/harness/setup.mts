/** Runs in each test process before the test file, as one of the project's setup files. */
import * as vitest from 'vitest'
import {
  type CurrentTest,
  createWorkerState,
  type Deadline,
  hint,
  type Task,
  taskId,
  type WorkerState,
} from './worker.mts'

interface Settings {
  intensity: WorkerState['intensity']
  deadlineEpochMs: number
}

type AroundEach = (hook: (run: () => Promise<void>, context: { task: Task }) => Promise<void>, timeout?: number) => void

interface RunnerClass {
  getCurrentTest?(): Task | undefined
  prototype: { extendTaskContext?(context: { task: Task }): unknown }
}

const api = vitest as unknown as {
  aroundEach?: AroundEach
  beforeEach(hook: (context: { task: Task }) => void): void
  inject(key: string): Settings
  TestRunner?: RunnerClass
}

const HOUR = 3_600_000

function install(): void {
  const { intensity, deadlineEpochMs } = api.inject('specproof')
  const state = createWorkerState(intensity, deadlineEpochMs)
  const runner = api.TestRunner
  if (runner) adjustRunner(state, runner)
  if (api.aroundEach) api.aroundEach((run, { task }) => inTest(state, task, run), 24 * HOUR)
  else api.beforeEach(({ task }) => hint({ start: taskId(task) }))
}

async function inTest(state: WorkerState, task: Task, run: () => Promise<void>): Promise<void> {
  const id = taskId(task)
  const current: CurrentTest = { task, deadlines: [] }
  hint({ start: id })
  try {
    await state.current.run(current, run)
  } finally {
    hint({ end: id })
  }
}

/**
 * Reaches what no option reaches: the retries that a test asks for itself, and the time limit that it sets itself,
 * which was meant for the author's number of runs and not for ours.
 */
function adjustRunner(state: WorkerState, runner: RunnerClass): void {
  state.fallback = () => runner.getCurrentTest?.()
  const original = runner.prototype.extendTaskContext
  if (!original) return
  let watched: object | null = null
  runner.prototype.extendTaskContext = function (this: object, context) {
    if (watched !== this) watchDeadlines(state, this)
    watched = this
    context.task.retry = 0
    return original.call(this, context)
  }
}

function watchDeadlines(state: WorkerState, runner: object): void {
  let value: Deadline | undefined
  Object.defineProperty(runner, '_deadline', {
    configurable: true,
    get: () => value,
    set(deadline: Deadline | undefined) {
      value = deadline
      if (deadline) state.current.getStore()?.deadlines.push(deadline)
    },
  })
}

install()
