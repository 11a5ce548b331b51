import { AsyncLocalStorage } from 'node:async_hooks'
import { relative } from 'node:path'
import type { PropertyRun } from '../../src/core/verdict/evidence.ts'
import type { Intensity } from '../../src/world.ts'
import { hintLine, SEED_IN_NAME, type TestMeta } from './protocol.mts'

/** The parts of a vitest task that the harness reads; the same in vitest 3 to 5. */
export interface Task {
  name: string
  type: string
  meta: object
  retry?: unknown
  file: { filepath: string }
  suite?: Task | undefined
}

/** A time limit that vitest has armed for a test; only vitest 5 shows it. */
export interface Deadline {
  endTime: number
  clear(): void
}

/** The test that the current asynchronous call chain belongs to. */
export interface CurrentTest {
  task: Task
  deadlines: Deadline[]
}

/** State of one test process, shared by the setup file and the fast-check shim through a global. */
export interface WorkerState {
  intensity: Intensity
  /** Milliseconds of `clock` after which no further seed is begun. */
  deadline: number
  /** Real time, also while a test fakes its timers. */
  clock: () => number
  current: AsyncLocalStorage<CurrentTest>
  /** Answers for runners without `aroundEach`; mixes up concurrent tests. */
  fallback: () => Task | undefined
}

const KEY = Symbol.for('specproof.harness')

export function createWorkerState(intensity: Intensity, deadlineEpochMs: number): WorkerState {
  const now = performance.now.bind(performance)
  const state: WorkerState = {
    intensity,
    deadline: now() + (deadlineEpochMs - Date.now()),
    clock: now,
    current: new AsyncLocalStorage(),
    fallback: () => undefined,
  }
  Reflect.set(globalThis, KEY, state)
  return state
}

/** Throws when the setup file did not run, which is our own bug. */
export function workerState(): WorkerState {
  const state: WorkerState | undefined = Reflect.get(globalThis, KEY)
  if (!state) throw new Error('specproof: the harness was not set up in this test process')
  return state
}

export function currentTask(state: WorkerState): Task | undefined {
  return state.current.getStore()?.task ?? state.fallback()
}

/** Notes what a property did on the test it belongs to. Without a test, as in a collected file, there is no one to tell. */
export function record(task: Task | undefined, run: PropertyRun): void {
  if (!task) return
  const meta = task.meta as { specproof?: TestMeta }
  meta.specproof ??= { properties: [] }
  meta.specproof.properties.push(run)
}

/** `file > suite > name`. */
export function taskId(task: Task): string {
  const names: string[] = []
  for (let step: Task | undefined = task; step; step = step.suite) names.unshift(step.name.replace(SEED_IN_NAME, ''))
  return [relative(process.cwd(), task.file.filepath).replaceAll('\\', '/'), ...names].join(' > ')
}

const write = process.stdout.write.bind(process.stdout)

export function hint(message: Parameters<typeof hintLine>[0]): void {
  write(hintLine(message))
}
