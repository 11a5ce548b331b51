import { AsyncLocalStorage } from 'node:async_hooks'
import { types } from 'node:util'
import type { MutantRun, PropertyRun } from '../../src/core/verdict/evidence.ts'
import type { Intensity } from '../../src/world.ts'
import { monotonicMs } from './clock.mts'
import { type SentError, toTestError } from './errors.mts'
import { createPace, ENDLESS } from './pace.mts'
import { type Hint, hintLine, type ProcessSettings, type Replay, type Seen } from './protocol.mts'
import type { Canary } from './sentinel.mts'

/** A time limit that is armed for a test. */
export interface Deadline {
  endTime: number
  clear(): void
}

/** The test that the current asynchronous call chain belongs to. */
export interface RunningTest {
  /** `file > suite > name`, as hints and a replay name it. */
  id: string
  deadlines: Deadline[]
  record(run: PropertyRun): void
  /** An assertion said no; whoever called it may catch that. */
  refuse(): void
  /** What the tests of its file said of one wrong version. */
  carry?(mutant: MutantRun): void
}

/** State of one test process. Nothing of it is reachable from a global: code under test is in the same process. */
export interface TestProcess {
  intensity: Intensity
  replay: Replay | null
  /** The global object of the tests. */
  world: object
  /** Milliseconds of `clock` after which no further seed is begun. */
  deadline: number
  /** Real time, also while a test fakes its timers or sets the clock. */
  clock: () => number
  current: AsyncLocalStorage<RunningTest>
  /** Answers where the chain of calls is lost; mixes up concurrent tests. */
  fallback: () => RunningTest | undefined
  /** What must say no when the tests of this process have run. */
  canaries: Canary[]
  /** On wrong versions: whether a property fails is all that is asked of it, and none of its cases may go on for ever. */
  brief: Brief | null
}

export interface Brief {
  /** A test, or a case of a property. */
  begins(): void
  inTime<T>(waiting: Promise<T>): Promise<T>
}

export function createTestProcess(
  { intensity, replay, seedEnd, waitMs, wrong }: Omit<ProcessSettings, 'key'>,
  world: object = globalThis,
): TestProcess {
  const clock = performance.now.bind(performance)
  const current = new AsyncLocalStorage<RunningTest>()
  const deadline = clock() + seedEnd - monotonicMs()
  const brief = waitMs === undefined ? null : briefly(waitMs, clock, world, wrong)
  return { intensity, replay, world, deadline, clock, current, fallback: () => undefined, canaries: [], brief }
}

function briefly(waitMs: number, clock: () => number, world: object, wrong: ProcessSettings['wrong']): Brief {
  const pace = createPace(waitMs, clock)
  const tick = () => {
    if (pace.tick()) throw new Error(ENDLESS)
  }
  if (wrong) {
    const value = Object.freeze({ is: (id: number) => id === wrong.mutant, tick })
    Object.defineProperty(world, wrong.key, { value, configurable: true })
  }
  return { begins: () => pace.begins(), inTime: (waiting) => waitFor(waiting, waitMs) }
}

export function runningTest(state: TestProcess): RunningTest | undefined {
  return state.current.getStore() ?? state.fallback()
}

/** What is seen of a test while its function runs. One failure stays: no later call can undo it. */
export interface Watch extends RunningTest {
  begin(): void
  held(): void
  failed(error: unknown): void
  seen(): Seen
}

/** Closures, because methods on a prototype could be exchanged by the code that is judged. */
export function watch(id: string, inverted: boolean): Watch {
  const properties: PropertyRun[] = []
  let mutant: MutantRun | null = null
  let begun = 0
  let held = 0
  let thrown: { error: unknown } | null = null
  let refused = 0
  return {
    id,
    deadlines: [],
    record(run) {
      properties[properties.length] = run
    },
    carry(outcome) {
      mutant = outcome
    },
    refuse() {
      refused++
    },
    begin() {
      begun++
    },
    held() {
      held++
    },
    failed(error) {
      thrown ??= { error }
    },
    seen: () => ({
      held: begun > 0 && held === begun && thrown === null,
      inverted,
      error: thrown ? toTestError([sent(thrown.error)]) : null,
      properties,
      refused,
      ...(mutant ? { mutant } : {}),
    }),
  }
}

const { apply } = Reflect
const { isPromise } = types
const originalThen = Promise.prototype.then

/** What a promise comes to, also one of another realm, without asking a method that the code under test may have changed. */
export function settled<T>(value: T | Promise<T>): Promise<T> {
  if (!isPromise(value)) return (async () => value)()
  return new Promise<T>((resolve, reject) => {
    apply(originalThen, value, [resolve, reject])
  })
}

/** Nobody can put something else in the place of what is there. */
export function lockProperty(holder: object, name: string): void {
  if (!(name in holder)) return
  Object.defineProperty(holder, name, { value: Reflect.get(holder, name), writable: false, configurable: false })
}

/** Runs the function of a test and sees how it ends. */
export async function watched<T>(state: TestProcess, seer: Watch, run: () => T | Promise<T>): Promise<T> {
  seer.begin()
  state.brief?.begins()
  try {
    const value = await settled(state.current.run(seer, run))
    seer.held()
    return value
  } catch (error) {
    seer.failed(error)
    throw error
  }
}

const { setTimeout, clearTimeout, performance } = globalThis
const now = performance.now.bind(performance)

/**
 * Runs the function of a test within the author's time limit, until a property begins in it: the limit was meant for the
 * author's number of runs. Milliseconds.
 */
export function limited(call: () => unknown, ms: number, test: RunningTest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`test timed out after ${ms} ms`)), ms)
    const clear = () => clearTimeout(timer)
    test.deadlines[test.deadlines.length] = { endTime: now() + ms, clear }
    const run = async () => {
      try {
        resolve(await settled(call()))
      } catch (error) {
        reject(error)
      } finally {
        clear()
      }
    }
    void run()
  })
}

/** Rejects when nothing has come after so many milliseconds, and says so before. */
export function waitFor<T>(waiting: Promise<T>, ms: number, over: () => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      over()
      reject(new Error(ENDLESS))
    }, ms)
    waiting.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** An error of any realm, or whatever else was thrown. */
function sent(error: unknown): SentError {
  if (typeof error === 'object' && error !== null) return error as SentError
  return { name: 'Error', message: String(error) }
}

const write = process.stdout.write.bind(process.stdout)

/** Tells whoever shows the run; nothing is decided by it. */
export function hint(message: Hint): void {
  write(hintLine(message))
}
