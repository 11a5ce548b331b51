import fc from 'fast-check'
import { differenceBetween } from './determinism.ts'
import { type FaultsOptions, faults } from './faults.ts'
import { Marks } from './marks.ts'
import { EVENT_LIMIT_MS } from './parts.ts'
import type { Phases } from './phases.ts'
import { runOnce } from './pump.ts'
import { Simulation } from './simulation.ts'
import type { Fault, SimulationOptions } from './types.ts'

export interface ChaosOptions
  extends Pick<FaultsOptions, 'nodes' | 'kinds' | 'max'>,
    Omit<SimulationOptions, 'faults' | 'seed' | 'marks'>,
    Pick<Phases, 'quiet' | 'liveness'> {
  /** The faults are over by then, ms; until then every run goes on, whatever its schedule. Default 60,000. */
  until?: number
  /** Schedules that are tried. Default 100. */
  runs?: number
  /** Schedules that are tried first, for example ones that have failed before. */
  schedules?: readonly (readonly Fault[])[]
}

/** Builds nodes, and says what must hold. Runs before the first event of each run, from nothing. */
export type Scenario = (sim: Simulation) => void | Promise<void>

/** Fewer runs than this say nothing about a mark that none of them has reached. */
const ENOUGH_RUNS = 100

/**
 * Runs a scenario under generated fault schedules: faults, healing, a quiet time, then what must `eventually` hold. Rejects
 * with the smallest schedule that fails and what happened under it; with the marks that no run has reached; or with the
 * first event that differs when some of the runs are done twice.
 */
export async function chaos(options: ChaosOptions, scenario: Scenario): Promise<void> {
  const { nodes, kinds, max, until = 60_000, runs = 100, schedules = [], quiet, liveness, ...rest } = options
  const phases = { ...(quiet === undefined ? {} : { quiet }), ...(liveness === undefined ? {} : { liveness }) }
  const marks = new Marks()
  let count = 0
  let last: Simulation | null = null
  // Of the runs of a failing property the last one that fails is the smallest.
  let failed: Simulation | null = null
  const run = async (schedule: readonly Fault[], seed: number) => {
    const sim = new Simulation({ ...rest, faults: schedule, seed, marks })
    last = sim
    await runOnce(() => scenario(sim), rest.eventLimit ?? EVENT_LIMIT_MS)
    await sim.runPhases({ faults: until, ...phases })
    return sim
  }
  const arbitrary = faults({
    nodes,
    until,
    ...(kinds === undefined ? {} : { kinds }),
    ...(max === undefined ? {} : { max }),
  })
  const { assert, asyncProperty } = engine()
  const property = asyncProperty(arbitrary, fc.nat(), async (schedule, seed) => {
    count += 1
    try {
      const sim = await run(schedule, seed)
      if (!isPowerOfTwo(count)) return
      const difference = differenceBetween(sim, await run(schedule, seed))
      if (difference !== null) throw difference
    } catch (error) {
      failed = last
      throw error
    }
  })
  const examples = schedules.map((schedule): [Fault[], number] => [[...schedule], 0])
  try {
    await assert(property, { numRuns: runs + examples.length, examples })
  } catch (error) {
    throw explained(error, failed)
  }
  if (count >= ENOUGH_RUNS) marks.assertReached(count)
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
  error.message = [report, failed.picture().join('\n')].filter((part) => part !== '').join('\n\n')
  return error
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0
}
