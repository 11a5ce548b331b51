import type { PropertyRun } from '../../src/core/verdict/evidence.ts'
import type { Intensity } from '../../src/world.ts'

/** The parts of fast-check's RunDetails that are read. */
export interface Details {
  failed: boolean
  interrupted: boolean
  numRuns: number
  numShrinks: number
  seed: number
  counterexample: unknown
  counterexamplePath: string | null
  errorInstance?: unknown
}

export type Parameters = Record<string, unknown>

export interface Plan {
  intensity: Intensity
  /** What the author passed; only what shapes the generated values survives. */
  author: Parameters
  clock: () => number
  /** Value of `clock` after which no further seed is begun. */
  deadline: number
  /** Called after each seed with the cases of all seeds so far. */
  onRuns(runs: number): void
}

export interface Outcome {
  details: Details
  run: Omit<PropertyRun, 'counterexample'>
  /** The counterexample held when it was run once more alone. */
  vanished: boolean
}

const SHRINK_MS = 10_000
const HISTORY_EVENTS = 30
const SIMULATION = Symbol.for('specproof.sim')

/** Author's settings that would cut a run short, skip cases or hide a failure. */
const FORCED: Parameters = {
  path: '',
  endOnFailure: true,
  verbose: 0,
  reporter: undefined,
  asyncReporter: undefined,
  skipAllAfterTimeLimit: undefined,
  interruptAfterTimeLimit: undefined,
  markInterruptAsFailure: false,
  skipEqualValues: false,
  randomType: undefined,
  unbiased: false,
  ignoreEqualValues: false,
}

/**
 * Yields the parameters of one `fc.check` after the other and takes its details back, so that synchronous and
 * asynchronous properties share the search: all seeds until one fails, then that case alone is shrunk and run again.
 */
export function* search(plan: Plan): Generator<Parameters, Outcome, Details> {
  const seeds: number[] = []
  const examples = examplesOf(plan)
  let runs = 0
  let details: Details | undefined
  for (const seed of eachSeed(plan)) {
    // Cases of the author's own choosing come on top: they must not take the place of generated ones.
    details = yield { ...plan.author, ...FORCED, examples, seed, numRuns: plan.intensity.runs + examples.length }
    seeds.push(seed)
    runs += details.numRuns
    plan.onRuns(runs)
    if (details.failed) break
  }
  if (!details) throw new Error('specproof: a property needs at least one seed')
  const run = { seeds, runs, failed: details.failed, seed: null, path: null, shrinks: 0, history: [] }
  if (!details.failed) return { details, run, vanished: false }
  return yield* explain(plan, details, run)
}

function examplesOf(plan: Plan): unknown[] {
  const { examples } = plan.author
  return Array.isArray(examples) ? examples : []
}

function* explain(plan: Plan, first: Details, run: Outcome['run']): Generator<Parameters, Outcome, Details> {
  const { seed, counterexamplePath } = first
  // Too many rejected values: there is no case to shrink.
  if (counterexamplePath === null) return { details: first, run: { ...run, seed }, vanished: false }
  const one = {
    ...plan.author,
    ...FORCED,
    examples: examplesOf(plan),
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: SHRINK_MS,
  }
  const shrunk = yield { ...one, path: counterexamplePath, endOnFailure: false }
  const smallest = shrunk.failed && shrunk.counterexamplePath !== null ? shrunk : first
  const path = smallest.counterexamplePath
  Reflect.deleteProperty(globalThis, SIMULATION)
  const again = yield { ...one, path }
  return {
    details: { ...smallest, numRuns: first.numRuns },
    run: {
      ...run,
      seed,
      path,
      shrinks: smallest.numShrinks,
      history: simulatedHistory(),
      simulated: Reflect.has(globalThis, SIMULATION),
    },
    vanished: !again.failed || again.counterexamplePath !== path,
  }
}

/** The kit registers each simulation when it is made, so what stands there belongs to the case that ran last. */
function simulatedHistory(): string[] {
  const simulation: { history(last: number): string[] } | undefined = Reflect.get(globalThis, SIMULATION)
  return simulation ? simulation.history(HISTORY_EVENTS) : []
}

function* eachSeed({ intensity, clock, deadline }: Plan): Generator<number> {
  const end = Math.min(clock() + intensity.minMs, deadline)
  yield* intensity.seeds
  const origin = intensity.seeds.at(-1) ?? 0
  for (let n = intensity.seeds.length === 0 ? 0 : 1; n === 0 || clock() < end; n++) yield derivedSeed(origin, n)
}

/** The n-th seed after `origin`; a 32-bit integer, well spread. */
export function derivedSeed(origin: number, n: number): number {
  let x = (origin + Math.imul(n, 0x9e3779b9)) | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) | 0
}
