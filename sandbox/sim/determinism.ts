import { SimulationError } from './errors.ts'
import { eventLine } from './event-text.ts'
import type { Simulation } from './simulation.ts'

/** Events told before the first one that differs. */
const CONTEXT = 5

/**
 * Runs each seed twice and compares everything that happened. `run` makes a simulation, runs it and answers it. Throws a
 * SimulationError that names the first event that differs: something real has leaked into the code under test.
 */
export async function checkDeterminism(
  run: (seed: number) => Simulation | Promise<Simulation>,
  seeds: Iterable<number>,
): Promise<void> {
  for (const seed of seeds) {
    const difference = differenceBetween(await run(seed), await run(seed))
    if (difference !== null) throw difference
  }
}

/** The first event in which two runs differ that should be the same; null: there is none. */
export function differenceBetween(first: Simulation, second: Simulation): SimulationError | null {
  if (first.hash() === second.hash()) return null
  const [before, after] = [first.events().map(eventLine), second.events().map(eventLine)]
  const longest = Math.max(before.length, after.length)
  for (let index = 0; index < longest; index += 1) {
    if (before[index] !== after[index]) return difference(before, after, index)
  }
  return null
}

function difference(before: readonly string[], after: readonly string[], index: number): SimulationError {
  const lines = [
    `The same seed and faults gave two histories: something that is not simulated has a say. Event ${index + 1} differs:`,
    ...before.slice(Math.max(0, index - CONTEXT), index).map((line) => `  ${line}`),
    `  first  ${before[index] ?? '(nothing more)'}`,
    `  again  ${after[index] ?? '(nothing more)'}`,
  ]
  return new SimulationError('not-deterministic', lines.join('\n'))
}
