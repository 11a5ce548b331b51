import { checkDuration } from './node-clock.ts'

/** What comes after the faults. All in ms of simulated time. */
export interface Phases {
  /** How long faults are let be. Default: until the last of the schedule is over. */
  faults?: number
  /** Time in which nothing goes wrong any more and nothing is asked for yet. Default 0. */
  quiet?: number
  /** Time within which everything that must `eventually` hold does. Default 60,000. */
  liveness?: number
}

/** What the phases need of a simulation. */
export interface Phased {
  now(): number
  /** When the last fault of the schedule is over, ms; infinity when one never ends. */
  calmAfter(): number
  heal(): void
  /** Looks for goals from now on. False: there are none. */
  seek(): boolean
  /** Throws when a goal was not met. */
  assertMet(when: string): void
  /** Throws when something does not hold that has to in the end. */
  assertFinal(): void
}

/** Times to run to, one after the other. */
export function* phases(simulation: Phased, { faults, quiet = 0, liveness = 60_000 }: Phases): Generator<number> {
  for (const [name, ms] of Object.entries({ quiet, liveness })) checkDuration(ms, name)
  const calm = faults ?? simulation.calmAfter()
  if (!Number.isFinite(calm))
    throw new RangeError('a fault never ends: say how long faults are let be with { faults: ms }')
  yield Math.max(calm, simulation.now())
  simulation.heal()
  if (quiet > 0) yield simulation.now() + quiet
  const since = simulation.now()
  if (simulation.seek()) {
    yield since + liveness
    simulation.assertMet(`within ${liveness} ms from t=${since} on, where all faults were over`)
  }
  simulation.assertFinal()
}
