import type { PropertyRun } from '../../src/core/verdict/evidence.ts'
import type { Intensity } from '../../src/world.ts'
import type { Replay } from './protocol.mts'

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
  /** The one case to run; null: cases of all seeds. */
  replay: Replay | null
  /** What the author passed; only what shapes the generated values survives. */
  author: Parameters
  /** The global object of the tests, where a simulation registers itself. */
  world: object
  clock: () => number
  /** Value of `clock` after which no further seed is begun. */
  deadline: number
  /** Whether it fails is all that is asked: nothing is shrunk, and the deadline also ends the seeds that were asked for. */
  brief?: boolean
  /** Called after each seed with the cases of all seeds so far. */
  onRuns(runs: number): void
}

export interface Outcome {
  details: Details
  run: Omit<PropertyRun, 'counterexample'>
}

const SHRINK_MS = 10_000
/** How often the smallest failing case is run again alone, and after how long no further time is begun. */
const REPEATS = 5
const REPEAT_MS = 2_000
const HISTORY_EVENTS = 30
const COMPARED_EVENTS = 200
const PICTURE_LINES = 40
/** Fits beside the labels of a terminal of 100 columns. */
const PICTURE_WIDTH = 82
const MOST_SVG = 200_000
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
  const examples = examplesOf(plan)
  if (plan.replay) return yield* replay(plan, plan.replay, examples)
  const seeds: number[] = []
  let runs = 0
  let details: Details | undefined
  for (const seed of eachSeed(plan)) {
    // Cases of the author's own choosing come on top: they must not take the place of generated ones.
    const numRuns = plan.intensity.runs + examples.length
    details = yield { ...plan.author, ...FORCED, ...limitOf(plan), examples, seed, numRuns }
    seeds.push(seed)
    runs += generated(details.numRuns, examples)
    plan.onRuns(runs)
    if (details.failed || (plan.brief && plan.clock() > plan.deadline)) break
  }
  if (!details) throw new Error('specproof: a property needs at least one seed')
  const run = runOf(seeds, runs, details.failed)
  if (!details.failed) return { details, run }
  if (plan.brief) return { details, run: { ...run, seed: details.seed, path: details.counterexamplePath } }
  return yield* explain(plan, examples, details, run)
}

function runOf(seeds: number[], runs: number, failed: boolean): Outcome['run'] {
  return { seeds, runs, failed, seed: null, path: null, shrinks: 0, history: [] }
}

function limitOf({ brief, deadline, clock }: Plan): Parameters {
  return brief && Number.isFinite(deadline) ? { interruptAfterTimeLimit: Math.max(1, deadline - clock()) } : {}
}

/** Examples run first, and are nobody's draw: the bound is for what the generator draws. */
function generated(numRuns: number, examples: unknown[]): number {
  return Math.max(0, numRuns - examples.length)
}

function examplesOf(plan: Plan): unknown[] {
  const { examples } = plan.author
  return Array.isArray(examples) ? examples : []
}

/** One case, exactly as it was drawn; it is not shrunk any further. */
function* replay(plan: Plan, { seed, path }: Replay, examples: unknown[]): Generator<Parameters, Outcome, Details> {
  const one = { ...plan.author, ...FORCED, examples, seed, path, numRuns: 1 }
  const details = yield one
  const run = runOf([seed], details.numRuns, details.failed)
  if (!details.failed || details.counterexamplePath === null) return { details, run }
  const found = yield* repeated(plan, one, details.counterexamplePath)
  return { details, run: { ...run, seed, path: details.counterexamplePath, ...found } }
}

function* explain(
  plan: Plan,
  examples: unknown[],
  first: Details,
  run: Outcome['run'],
): Generator<Parameters, Outcome, Details> {
  const { seed, counterexamplePath } = first
  // Too many rejected values: there is no case to shrink.
  if (counterexamplePath === null) return { details: first, run: { ...run, seed } }
  const one = { ...plan.author, ...FORCED, examples, seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS }
  const shrunk = yield { ...one, path: counterexamplePath, endOnFailure: false }
  const smallest = shrunk.failed && shrunk.counterexamplePath !== null ? shrunk : first
  const path = smallest.counterexamplePath!
  const found = yield* repeated(plan, one, path)
  return {
    details: { ...smallest, numRuns: first.numRuns },
    run: { ...run, seed, path, shrinks: smallest.numShrinks, ...found },
  }
}

type Found = Pick<PropertyRun, 'history' | 'picture' | 'svg' | 'simulated' | 'repeated'>

/** Runs one failing case again and again: how often it fails, and whether its simulation takes the same course. */
function* repeated(plan: Plan, one: Parameters, path: string): Generator<Parameters, Found, Details> {
  const end = plan.clock() + REPEAT_MS
  const simulations: Course[] = []
  let failed = 0
  let of = 0
  let told: Told = { history: [] }
  while (of === 0 || (of < REPEATS && plan.clock() < end)) {
    Reflect.deleteProperty(plan.world, SIMULATION)
    const again = yield { ...one, path }
    const red = again.failed && again.counterexamplePath === path
    const course = courseOf(plan.world)
    // The course of a run that failed tells more than that of one which held.
    if (course && (red || of === 0)) told = toldBy(plan.world, course)
    if (course) simulations.push(course)
    if (red) failed++
    of++
  }
  return { ...told, simulated: simulations.length > 0, repeated: { failed, of, leak: leakOf(simulations) } }
}

/** What a simulation did: a name of all of it, and the last events. */
interface Course {
  hash: string
  events: string[]
}

/** The kit registers each simulation when it is made, so what stands there belongs to the case that ran last. */
function courseOf(world: object): Course | null {
  const simulation: { history(last: number): string[]; hash?(): string } | undefined = Reflect.get(world, SIMULATION)
  if (!simulation) return null
  const events = simulation.history(COMPARED_EVENTS)
  return { events, hash: simulation.hash?.() ?? events.join('\n') }
}

type Told = Pick<PropertyRun, 'history' | 'picture' | 'svg'>

/** The last events, and the picture that newer kits draw. */
function toldBy(world: object, { events }: Course): Told {
  const history = events.slice(-HISTORY_EVENTS)
  const kit: { picture?(options: object): string[]; svg?(): string } = Reflect.get(world, SIMULATION)
  const picture = kit.picture?.({ lines: PICTURE_LINES, width: PICTURE_WIDTH }) ?? []
  if (picture.length === 0) return { history }
  const svg = kit.svg?.()
  return svg === undefined || svg.length > MOST_SVG ? { history, picture } : { history, picture, svg }
}

/** The first event in which a later run of the same case differs from the first one. */
function leakOf([first, ...others]: Course[]): NonNullable<PropertyRun['repeated']>['leak'] {
  const other = others.find(({ hash }) => hash !== first?.hash)
  if (!first || !other) return null
  const most = Math.max(first.events.length, other.events.length)
  for (let event = 0; event < most; event++) {
    const [was = null, is = null] = [first.events[event], other.events[event]]
    if (was !== is) return { event: event + 1, was, is }
  }
  return { event: 0, was: null, is: null }
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
