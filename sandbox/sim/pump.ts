import { Script } from 'node:vm'
import { SimulationError } from './errors.ts'
import { enterSimulation, leaveSimulation, real } from './guard.ts'

/** A run that is driven event by event, each followed by all the promises that it settles. */
export interface Job {
  /** Real ms that one of its events may take. */
  readonly eventLimit: number
  /** Runs the next event. False: the run is over. Throws what the event throws. */
  step(): boolean
  /** Throws what has failed since without being thrown by an event. */
  throwFailure(): void
  /** What is running now, for messages. */
  event(): string | null
  fail(error: unknown): void
  /** It was ended in the middle of an event. */
  abandon(): void
}

interface Queued {
  job: Job
  resolve(): void
  reject(error: unknown): void
}

/** Real ms after which the event loop has its turn, so that a time limit of the test runner can strike. */
const SLICE_MS = 20
/** Events between two looks at the real clock. A power of two. */
const LOOK_EVERY = 256

const queue: Queued[] = []
let pumping = false
/** The one whose event is running, and how to undo what was set up for it. */
let current: Queued | null = null
let restore: () => void = () => {}

/** Runs a job, after those before it, outside of any promise. Rejects with what it throws. */
export function pump(job: Job): Promise<void> {
  return new Promise((resolve, reject) => {
    queue.push({ job, resolve, reject })
    if (pumping) return
    pumping = true
    real.setImmediate(runSlice)
  })
}

/**
 * Runs everything that settled promises have left to do, before it returns. `_tickCallback` is what Node itself calls after
 * each callback from outside; undocumented, hence tried before it is relied on. It works only outside of a promise's own
 * callback, therefore the pump hands over to its jobs from a turn of the event loop.
 */
const drain: () => void = (process as unknown as { _tickCallback?: () => void })._tickCallback ?? (() => {})

let drains: boolean | null = null

function canDrain(): boolean {
  if (drains !== null) return drains
  let settled = false
  void Promise.resolve().then(() => {
    settled = true
  })
  drain()
  drains = settled
  return drains
}

function runSlice(): void {
  if (!canDrain()) {
    void runSlowly()
    return
  }
  try {
    underWatch()
  } finally {
    if (queue.length > 0) real.setImmediate(runSlice)
    else pumping = false
  }
}

/** Jobs one after the other, and whatever the test does between them, until the slice of time is used up. */
function slice(): void {
  const end = real.now() + SLICE_MS
  drain()
  while (queue.length > 0 && real.now() < end) {
    current = queue[0]!
    const { job, resolve, reject } = current
    try {
      if (!runJob(job, end)) return
      queue.shift()
      resolve()
    } catch (error) {
      queue.shift()
      reject(error)
    } finally {
      current = null
    }
    drain()
  }
}

/** False: the slice ended before the job. */
function runJob(job: Job, end: number): boolean {
  watchRejections(job)
  enterSimulation(job)
  try {
    drain()
    for (let count = 1; job.step(); count += 1) {
      drain()
      job.throwFailure()
      if ((count & (LOOK_EVERY - 1)) === 0 && real.now() >= end) return false
    }
    drain()
    job.throwFailure()
    return true
  } finally {
    restore()
  }
}

/** Nobody else is told of promises that the job's code leaves rejected: they are its failure, and shrinking repeats it. */
function watchRejections(job: Job): void {
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => job.fail(unhandled(error, job.event())))
  restore = () => {
    leaveSimulation()
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
    restore = () => {}
  }
}

function unhandled(error: unknown, event: string | null): SimulationError {
  const message = error instanceof Error ? error.message : String(error)
  return new SimulationError('rejected', `a promise was rejected and nobody handled it: ${message}`, event, {
    cause: error,
  })
}

/** Where promises cannot be drained at will: a turn of the event loop after each event. Right as well, and slow. */
async function runSlowly(): Promise<void> {
  for (;;) {
    const next = queue.shift()
    if (next === undefined) break
    const { job, resolve, reject } = next
    try {
      await turn()
      while (await stepSlowly(job)) job.throwFailure()
      job.throwFailure()
      resolve()
    } catch (error) {
      reject(error)
    }
    await turn()
  }
  pumping = false
}

async function stepSlowly(job: Job): Promise<boolean> {
  enterSimulation(job)
  try {
    return job.step()
  } finally {
    leaveSimulation()
    await turn()
  }
}

/** Ends after a turn of the event loop: what follows is no part of a slice, and nobody watches how long it takes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => real.setImmediate(resolve))
}

const ENTRY = Symbol.for('specproof.sim.slice')
const outside = new Script('globalThis').runInThisContext() as object
const entry = new Script('globalThis[Symbol.for("specproof.sim.slice")]()')

/**
 * A loop without end, in an event or in a promise, never gives control back. Only code that `vm` runs can be ended from
 * outside; that costs a thread for each call, hence one call for a whole slice.
 */
function underWatch(): void {
  Object.defineProperty(outside, ENTRY, { configurable: true, value: slice })
  const limit = Math.max(...queue.map(({ job }) => job.eventLimit))
  try {
    entry.runInThisContext({ timeout: SLICE_MS + limit })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    // Nothing that was interrupted has cleaned up behind itself.
    restore()
    const stuck = current
    current = null
    const what = stuck === null ? 'the test, between two runs,' : 'one event'
    const message = `${what} has run for ${limit / 1000} s of real time: a loop that never ends?`
    const problem = new SimulationError('stuck', message, stuck?.job.event() ?? null)
    if (stuck === null) throw problem
    queue.splice(queue.indexOf(stuck), 1)
    stuck.job.abandon()
    stuck.reject(problem)
  }
}

/** Runs `fn`, which builds a simulation before it runs, where the pump runs its jobs. What it awaits must need no time. */
export async function runOnce(fn: () => unknown, eventLimit: number): Promise<void> {
  let failure: { error: unknown } | null = null
  let settled = true
  let begun = false
  const fail = (error: unknown) => {
    failure ??= { error }
  }
  await pump({
    eventLimit,
    step() {
      if (begun) return false
      begun = true
      const result = fn()
      if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return false
      settled = false
      ;(result as PromiseLike<unknown>).then(() => {
        settled = true
      }, fail)
      return true
    },
    throwFailure() {
      if (failure !== null) throw failure.error
    },
    event: () => 'before the first event',
    fail,
    abandon() {},
  })
  if (settled) return
  throw new SimulationError(
    'stuck',
    'the scenario awaits something that needs simulated time, which begins when the scenario has ended: put it into sim.client(...)',
  )
}
