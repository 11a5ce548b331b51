import type { Simulation } from 'specproof/sim'

export interface Entry {
  kind: 'record' | 'commit' | 'letter'
  producer: string
  number: number
  value: string
  group: string
  offset: number
  error: string
}

/** What the broker's journal holds. */
export function entries(sim: Simulation): Entry[] {
  const disk = sim.disk('broker')
  if (!disk.existsSync('log')) return []
  return disk
    .readTextSync('log')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry)
}

export const recordsOf = (sim: Simulation) => entries(sim).filter(({ kind }) => kind === 'record')
export const valuesOf = (sim: Simulation) => recordsOf(sim).map(({ value }) => value)
