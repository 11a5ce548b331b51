import { outlineOf, withoutComments } from '../prompt/outline.ts'
import type { Mutant } from '../teeth/mutants.ts'
import { survived } from '../teeth/score.ts'
import type { CheckResult, MutantRun } from './evidence.ts'

/** What wrong versions of some code have shown of tests. */
export interface Kills {
  mutants: readonly Mutant[]
  runs: readonly MutantRun[]
}

const MOST_NAMED = 10

/** `4 of 6`, and how many were not judged. */
export function killsInWords({ runs }: Kills): string {
  const count = (...wanted: MutantRun['status'][]) => runs.filter(({ status }) => wanted.includes(status)).length
  const left = count('not-run', 'error', 'timeout')
  return `${count('killed')} of ${runs.length}${left > 0 ? ` (${left} not judged)` : ''}`
}

/**
 * What tests that were moved to another interface have lost, one line each: wrong versions that the old ones killed must die by the moved
 * ones, as far as the new code can be wrong in the same way, and a test that killed any still kills.
 */
export function lostByMoving(before: Kills, after: Kills): string[] {
  const now = Map.groupBy(after.mutants, wayOf)
  const runs = new Map(after.runs.map((run) => [run.mutant, run]))
  const lives = (mutant: Mutant) => {
    const run = runs.get(mutant.id)
    return run !== undefined && survived(run)
  }
  const dead = new Set(before.runs.flatMap(({ mutant, status }) => (status === 'killed' ? [mutant] : [])))
  // Where only some places of one kind died before, which of them is which cannot be told.
  const ways = [...Map.groupBy(before.mutants, wayOf)].filter(([, all]) => all.every(({ id }) => dead.has(id)))
  const alive = ways.flatMap(([way]) => ((now.get(way) ?? []).some(lives) ? [way] : []))
  const killers = (kills: Kills) => new Set(kills.runs.flatMap((run) => run.killers ?? []))
  const still = killers(after)
  const blind = [...killers(before)].filter((id) => !still.has(id))
  return [
    ...alive.slice(0, MOST_NAMED).map((way) => `the old tests noticed ${way}, the moved ones do not`),
    ...blind.slice(0, MOST_NAMED).map((id) => `"${id}" noticed wrong versions of the code, and notices none any more`),
  ]
}

/** Where a wrong version is on its line does not matter: lines move with an interface. */
function wayOf({ path, original, replacement }: Mutant): string {
  return `\`${path}: ${original} -> ${replacement}\``
}

/** Whether what a file offers to others is declared otherwise now; comments and bodies do not count. Null: the file is not there. */
export function changesInterface(path: string, before: string | null, now: string | null): boolean {
  if (before === null) return false
  if (now === null) return true
  const shape = (text: string) => withoutComments(outlineOf(path, text) ?? '').replace(/\s+/g, ' ')
  return shape(before) !== shape(now)
}

/** Ids of tests that were green and are not among those that passed now, but for those that were dropped by name. */
export function missingAfter(green: readonly string[], dropped: readonly string[], now: CheckResult): string[] {
  const passed = new Set(now.tests.flatMap(({ id, status }) => (status === 'passed' ? [id] : [])))
  return green.filter((id) => !passed.has(id) && !dropped.includes(id))
}

/** The ids of tests that are named by their name, or by their suites and it. */
export function idsNamed(ids: readonly string[], name: string): string[] {
  return ids.filter((id) => id.endsWith(` > ${name}`))
}
