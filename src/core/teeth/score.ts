import type { MutantRun } from '../verdict/evidence.ts'
import type { Mutant } from './mutants.ts'

/** How the tests of a task are held to what its wrong versions show: `report` and `off` end nothing. */
export type TeethMode = 'required' | 'report' | 'off'

/** One wrong version and what became of it. */
export interface Bite {
  /** Unique within the task, from 1. */
  id: number
  /** Where and what: `src/a.ts:12: 30_000 -> 60000`, or the name that a model gave it. */
  what: string
  path: string
  line: number | null
  /** `allowed`: a survivor that the specification allows, by the words in `reason`. */
  status: MutantRun['status'] | 'allowed'
  /** The test that killed it; else null. */
  test: string | null
  reason: string | null
}

export interface TeethScore {
  killed: number
  /** Not told from the right version by any test, and not allowed by the specification. */
  unexplained: number
  allowed: number
  /** Counted as neither: what they show is no judgement of a test. */
  errors: number
  timeouts: number
  notRun: number
  /** Killed, unexplained and allowed. */
  total: number
}

/** Share of unexplained survivors above which tests judge too little. */
const MOST_UNEXPLAINED = 0.2

export function biteOf({ id, path, line, original, replacement }: Mutant, run: MutantRun | undefined): Bite {
  const what = `${original} -> ${replacement}`
  const { status, test, message } = run ?? { status: 'not-run' as const, test: null, message: null }
  return { id, what, path, line, status, test: status === 'killed' ? test : null, reason: message }
}

/** Whether it lived although the tests had their chance. */
export function survived({ status }: Pick<Bite, 'status'>): boolean {
  return status === 'survived' || status === 'unreached'
}

/**
 * What became of wrong versions, of which those that lived were run again with more cases. Only a kill changes the verdict: one that
 * ended in the first pass and told nothing lives, whatever ran out of time in the second.
 */
export function toldTwice(first: readonly MutantRun[], second: readonly MutantRun[]): MutantRun[] {
  const told = new Map(second.filter((one) => one.status === 'killed' || survived(one)).map((one) => [one.mutant, one]))
  return first.map((one) => told.get(one.mutant) ?? one)
}

export function scoreOf(bites: readonly Bite[]): TeethScore {
  const count = (...statuses: Bite['status'][]) => bites.filter(({ status }) => statuses.includes(status)).length
  const [killed, unexplained, allowed] = [count('killed'), count('survived', 'unreached'), count('allowed')]
  return {
    ...{ killed, unexplained, allowed, total: killed + unexplained + allowed },
    ...{ errors: count('error'), timeouts: count('timeout'), notRun: count('not-run') },
  }
}

/**
 * Whether tests judge too little: more than a fifth of what they could have killed lives without a reason. One alone shows nothing where
 * others died. Where nobody was there to explain survivors, which are often right, it takes more than half.
 */
export function isWeak({ killed, unexplained, total }: TeethScore, explained: boolean): boolean {
  if (unexplained === 0 || (unexplained === 1 && killed > 0)) return false
  return unexplained > total * (explained ? MOST_UNEXPLAINED : 0.5)
}

/** `38 of 40 wrong versions killed, 1 allowed by the specification, 1 not explained; not counted: 2 did not end`. */
export function scoreInWords({ killed, unexplained, allowed, errors, timeouts, notRun, total }: TeethScore): string {
  if (total + errors + timeouts + notRun === 0) return 'there is nothing to make wrong versions of'
  const parts = [
    `${killed} of ${total} wrong versions killed`,
    allowed > 0 ? `${allowed} allowed by the specification` : '',
    unexplained > 0 ? `${unexplained} not explained` : '',
  ]
  const apart = [
    timeouts > 0 ? `${timeouts} did not end` : '',
    errors > 0 ? `${errors} ended with an error` : '',
    notRun > 0 ? `${notRun} not tried for lack of time` : '',
  ]
  const said = (all: string[]) => all.filter((part) => part !== '').join(', ')
  const notCounted = said(apart)
  return [said(parts), notCounted === '' ? '' : `not counted: ${notCounted}`].filter((part) => part !== '').join('; ')
}
