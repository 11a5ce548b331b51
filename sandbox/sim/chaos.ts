import fc from 'fast-check'
import { type Case, cases } from './cases.ts'
import { differenceBetween } from './determinism.ts'
import type { FaultsOptions } from './faults.ts'
import { Marks } from './marks.ts'
import { EVENT_LIMIT_MS } from './parts.ts'
import type { Phases } from './phases.ts'
import { runOnce, turn } from './pump.ts'
import { checkFaults } from './schedule.ts'
import { Simulation } from './simulation.ts'
import type { SimulationOptions } from './types.ts'

export interface ChaosOptions
  extends Pick<FaultsOptions, 'nodes' | 'kinds' | 'max'>,
    Omit<SimulationOptions, 'faults' | 'seed' | 'marks'>,
    Pick<Phases, 'quiet' | 'liveness'> {
  /** The faults are over by then, ms; until then every run goes on, whatever its schedule. Default 60,000. */
  until?: number
  /** Schedules that are tried. Default 300. */
  runs?: number
  /** Cases that are tried first, for example ones that have failed before: `[{ faults: [...], seed: 0 }]`. */
  examples?: readonly Case[]
}

/** Builds nodes, and says what must hold. Runs before the first event of each run, from nothing. */
export type Scenario = (sim: Simulation) => void | Promise<void>

const UNTIL_MS = 60_000
const RUNS = 300
/** Fewer runs than this say nothing about a mark that none of them has reached. */
const ENOUGH_RUNS = 100

/** Seeds whose runs without faults show when something happens. */
const KNOWN_SEEDS = 8
const MOST_MOMENTS = 2_000

/**
 * Runs a scenario under generated fault schedules: faults, healing, a quiet time, then what must `eventually` hold. Rejects
 * with the smallest schedule that fails and what happened under it; with the marks that no run has reached; or with the
 * first event that differs when some of the runs are done twice.
 */
export async function chaos(options: ChaosOptions, scenario: Scenario): Promise<void> {
  const { nodes, kinds, max, until = UNTIL_MS, runs = RUNS, examples = [] } = options
  if (!(Number.isSafeInteger(runs) && runs >= 1)) throw new RangeError(`runs: a whole number from 1, not ${runs}`)
  for (const one of examples) checkCase(one)
  const run = runner(options, scenario)
  const marks = new Marks()
  let count = 0
  // Of the runs of a failing property the last one that fails is the smallest.
  let failed: Simulation | null = null
  const attempt = async (one: Case, twice: boolean) => {
    const first = await run(one, marks)
    const error = first.error ?? (twice ? differenceBetween(first.sim, (await run(one, marks)).sim) : null)
    if (error === null) return
    failed = first.sim
    throw error
  }
  // A file of regressions gives the cases, and wants nothing else to be tried.
  const kept = keptCases()
  const moments = kept === null ? await momentsOf(run, until) : [[]]
  const drawn = cases({ nodes, until, moments, ...(kinds && { kinds }), ...(max === undefined ? {} : { max }) })
  const { assert, asyncProperty } = engine()
  const property = asyncProperty(drawn, (one) => {
    count += 1
    return attempt(one, isPowerOfTwo(count))
  })
  try {
    const given = kept ?? examples.map((one): [Case] => [one])
    await assert(property, { numRuns: (kept === null ? runs : 0) + given.length, examples: given })
  } catch (error) {
    throw explained(error, failed)
  } finally {
    await turn()
  }
  if (count >= ENOUGH_RUNS) marks.assertReached(count)
}

function checkCase(one: Case): void {
  const { faults, seed } = (one ?? {}) as Partial<Case>
  if (!(Array.isArray(faults) && Number.isSafeInteger(seed)))
    throw new RangeError(`an example is { faults: [...], seed: 0 }, not ${JSON.stringify(one)}`)
  checkFaults(faults)
}

/** A run, and what was wrong in it. */
interface Run {
  sim: Simulation
  error: unknown
}

type Runner = (one: Case, marks?: Marks) => Promise<Run>

/** Runs one case to its end; never rejects. */
function runner(options: ChaosOptions, scenario: Scenario): Runner {
  const { until = UNTIL_MS, quiet, liveness, latency, jitter, diskLatency, maxEvents, eventLimit } = options
  const given = { latency, jitter, diskLatency, maxEvents, eventLimit }
  const simulated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const phases = {
    faults: until,
    ...(quiet === undefined ? {} : { quiet }),
    ...(liveness === undefined ? {} : { liveness }),
  }
  return async ({ faults, seed }, marks) => {
    const sim = new Simulation({ ...simulated, faults, seed, ...(marks && { marks }) })
    try {
      await runOnce(() => scenario(sim), eventLimit ?? EVENT_LIMIT_MS)
      await sim.runPhases(phases)
      return { sim, error: null }
    } catch (error) {
      return { sim, error: error ?? new Error(`threw ${error}`) }
    }
  }
}

/** For each of the first seeds, the times at which something happens when nothing goes wrong. */
async function momentsOf(run: Runner, until: number): Promise<number[][]> {
  const moments: number[][] = []
  for (let seed = 0; seed < KNOWN_SEEDS; seed += 1) {
    const { sim } = await run({ faults: [], seed })
    const times = new Set(sim.events().map(({ at }) => at))
    const early = [...times].filter((at) => at < until)
    const step = Math.ceil(early.length / MOST_MOMENTS)
    moments.push(step <= 1 ? early : early.filter((_, index) => index % step === 0))
  }
  return moments
}

function keptCases(): [Case][] | null {
  const { examples } = (fc.readConfigureGlobal() ?? {}) as { examples?: [Case][] }
  return examples ?? null
}

const ENGINE = Symbol.for('specproof.fast-check')

/** Runs under the harness, which brings seeds and numbers of runs of its own, must go through it. */
function engine(): Pick<typeof fc, 'assert' | 'asyncProperty'> {
  const harness = Reflect.get(globalThis, ENGINE) as ((real: typeof fc) => typeof fc) | undefined
  return harness === undefined ? fc : harness(fc)
}

/** The harness shows the picture in places of its own. */
function explained(error: unknown, failed: Simulation | null): unknown {
  if (!(error instanceof Error) || failed === null || Reflect.has(globalThis, ENGINE)) return error
  const [report = ''] = error.message.split('\n\nHint:')
  const [, example] = /^Counterexample: \[(.*)\]$/m.exec(report) ?? []
  const again = example === undefined ? '' : `Once more: chaos({ ..., examples: [${example}] }, ...)`
  error.message = [report, again, failed.picture().join('\n')].filter((part) => part !== '').join('\n\n')
  return error
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0
}
