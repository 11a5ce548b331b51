import { seededIntegers } from '../random.ts'
import type { Mutant } from './mutants.ts'

/**
 * All of them in an order of which every beginning is a fair sample, the same one for the same seed: every file gives one before any gives
 * two, and within a file every line does.
 */
export function spread(mutants: readonly Mutant[], seed: number): Mutant[] {
  const random = seededIntegers(seed)
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
  const byFile = [...groups(mutants, ({ path }) => path)].map((inFile) =>
    inTurns(shuffled([...groups(inFile, ({ line }) => `${line}`)].map(shuffled))),
  )
  return inTurns(shuffled(byFile))
}

function groups(mutants: readonly Mutant[], keyOf: (mutant: Mutant) => string): Iterable<Mutant[]> {
  const found = new Map<string, Mutant[]>()
  for (const mutant of mutants) {
    const group = found.get(keyOf(mutant))
    if (group) group.push(mutant)
    else found.set(keyOf(mutant), [mutant])
  }
  return found.values()
}

/** The first of each list, then the second of each. */
function inTurns<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat()
}
