/** Runs in each test process before anything of the project, as the first of its setup files. */
import { relative } from 'node:path'
import * as vitest from 'vitest'
import { OFFER, overridden } from '../fast-check.mts'
import { type ProcessSettings, SEED_IN_NAME } from '../protocol.mts'
import { fileSeal } from '../report.mts'
import { assertCanaries, type Expect, expectCanaries, sentinel } from '../sentinel.mts'
import {
  createTestProcess,
  type Deadline,
  hint,
  lockProperty,
  runningTest,
  type TestProcess,
  type Watch,
  watch,
  watched,
} from '../test-process.mts'
import { seal } from '../witness.mts'
import { SEALED, sealOfTask } from './results.mts'
import { beginTeeth, Teeth, type TeethSettings } from './teeth-process.mts'

/** The parts of a vitest task that are read and written. */
interface Task {
  id: string
  name: string
  type: string
  meta: object
  fails?: boolean
  retry?: unknown
  tasks?: Task[]
  file: { filepath: string }
  suite?: Task | undefined
}

interface FileTask extends Task {
  filepath: string
}

interface Worker {
  providedContext: object
  ctx: { providedContext: object }
}

interface Runner {
  importFile(path: string, source: string): unknown
  extendTaskContext?(context: { task: Task }): unknown
  onCollected?(files: FileTask[]): unknown
  onAfterRunTask?(test: Task): unknown
  onAfterRunSuite?(suite: Task): unknown
  runTask?(test: Task): Promise<void>
}

type GetTestFn = (task: Task) => () => Promise<void>

const api = vitest as unknown as {
  expect: Expect
  chai: { Assertion: { prototype: { assert(...args: unknown[]): unknown } } }
  inject(key: string): Settings
  TestRunner: { prototype: Runner; getTestFn: GetTestFn; getCurrentTest?(): Task | undefined }
}

const { apply } = Reflect
const DECLARERS = ['it', 'test', 'describe', 'suite', 'beforeAll', 'beforeEach', 'afterEach', 'afterAll']

type Settings = ProcessSettings & { teeth: TeethSettings | null }

interface Watching {
  state: TestProcess
  key: string
  /** Function and watcher of each collected test. */
  tests: Map<Task, { run: () => Promise<void>; seer: Watch }>
}

function install(): void {
  const { key, teeth, ...settings } = taken()
  const state = createTestProcess(settings)
  const watching: Watching = { state, key, tests: new Map() }
  state.canaries.push(...assertCanaries(), ...expectCanaries(api.expect))
  countRefusals(state)
  adjustRunner(watching)
  if (teeth) beginTeeth(new Teeth(teeth, state, (task) => watching.tests.get(task as Task)?.seer.seen()))
  const offer = (real: object) => overridden(real, state)
  Object.defineProperty(globalThis, Symbol.for(OFFER), { value: offer, configurable: true })
}

/** All assertions of vitest end in this one method of chai, which throws where they say no. */
function countRefusals(state: TestProcess): void {
  const { prototype } = api.chai.Assertion
  const original = prototype.assert
  prototype.assert = function (this: unknown, ...args) {
    try {
      return apply(original, this, args)
    } catch (error) {
      runningTest(state)?.refuse()
      throw error
    }
  }
}

/** What was provided to this process, which nobody after us shall find. */
function taken(): Settings {
  const settings = api.inject('specproof')
  const worker: Worker = Reflect.get(globalThis, '__vitest_worker__')
  for (const context of [worker.providedContext, worker.ctx.providedContext])
    Reflect.deleteProperty(context, 'specproof')
  return settings
}

/**
 * Whoever declares tests after this declares them by the real functions: with other ones a test of the same name could
 * hold nothing. What setup files of the project have put there is kept.
 */
function lockDeclarers(): void {
  for (const name of DECLARERS) {
    const declarer = Reflect.get(vitest, name) as { fn?: object } | undefined
    if (declarer?.fn) Object.freeze(declarer.fn)
    if (declarer) Object.freeze(declarer)
    if (name in globalThis) lockProperty(globalThis, name)
  }
  lockProperty(globalThis, 'expect')
}

/**
 * Runs each test's function ourselves, which is what the runner's own contract offers, and seals what was seen. Also
 * reaches what no option reaches: the retries that a test asks for itself, and the time limit that it sets itself,
 * which was meant for the author's number of runs and not for ours.
 */
function adjustRunner(watching: Watching): void {
  const { prototype, getCurrentTest, getTestFn } = api.TestRunner
  const { state, tests } = watching
  const { importFile } = prototype
  prototype.importFile = function (this: Runner, path, source) {
    if (source === 'collect') lockDeclarers()
    return importFile.call(this, path, source)
  }
  state.fallback = () => tests.get(getCurrentTest?.() as Task)?.seer
  const original = prototype.extendTaskContext
  let adjusted: Runner | null = null
  // The first that is seen of the runner itself: a test is being declared.
  prototype.extendTaskContext = function (this: Runner, context) {
    if (adjusted !== this) adjustInstance(watching, this, getTestFn)
    adjusted = this
    context.task.retry = 0
    return original?.call(this, context)
  }
}

function adjustInstance({ state, tests, key }: Watching, runner: Runner, getTestFn: GetTestFn): void {
  const { onCollected, onAfterRunTask, onAfterRunSuite } = runner
  watchDeadlines(state, runner)
  runner.onCollected = async (files) => {
    for (const task of files.flatMap(testsOf)) {
      tests.set(task, { run: getTestFn(task), seer: watch(taskId(task), task.fails === true) })
    }
    await onCollected?.call(runner, files)
  }
  runner.runTask = async (task) => {
    const found = tests.get(task)
    if (!found) throw new Error('this test was added after the tests of its file were collected')
    hint({ start: found.seer.id })
    try {
      await watched(state, found.seer, found.run)
    } finally {
      hint({ end: found.seer.id })
    }
  }
  runner.onAfterRunTask = async (task) => {
    const found = tests.get(task)
    if (found) Object.assign(task.meta, { [SEALED]: seal(key, sealOfTask(task.id), found.seer.seen()) })
    await onAfterRunTask?.call(runner, task)
  }
  runner.onAfterRunSuite = async (suite) => {
    await onAfterRunSuite?.call(runner, suite)
    if (!('filepath' in suite)) return
    const doubts = await sentinel(state.canaries)
    Object.assign(suite.meta, { [SEALED]: seal(key, fileSeal(fileOf(suite as FileTask)), { doubts }) })
  }
}

function testsOf(task: Task): Task[] {
  return task.type === 'test' ? [task] : (task.tasks ?? []).flatMap(testsOf)
}

function fileOf({ filepath }: { filepath: string }): string {
  return relative(process.cwd(), filepath).replaceAll('\\', '/')
}

/** `file > suite > name`. */
function taskId(task: Task): string {
  const names: string[] = []
  for (let step: Task | undefined = task; step; step = step.suite) names.unshift(step.name.replace(SEED_IN_NAME, ''))
  return [fileOf(task.file), ...names].join(' > ')
}

/** Only vitest 5 shows the time limits that it arms. */
function watchDeadlines(state: TestProcess, runner: object): void {
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
