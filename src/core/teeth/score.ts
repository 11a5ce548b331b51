import { counted } from '../counted.ts'
import type { EvidenceSummary } from '../event-parts.ts'
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
  /** Of an allowed one: why it keeps to these words, as a model says it. */
  because?: string
}

export interface TeethScore {
  killed: number
  /** Not told from the right version by any test, and not allowed by the specification. */
  unexplained: number
  allowed: number
  /** Counted as neither, here and below: what they show is no judgement of a test. */
  errors: number
  timeouts: number
  notRun: number
  /** Killed, unexplained and allowed. */
  total: number
}

/** Part of its time that the first pass over wrong versions may take. */
export const FIRST_SHARE = 0.6
/** Where so large a part of them had no time in it, the next one takes so many times all of the time. */
const MOST_UNTRIED = 0.25
export const LONGER = 3

/**
 * Those that had no time in the first pass, and the milliseconds that a pass over them alone may take: what is left over of `teethMs`,
 * of which those that live, which get further cases, have half; where it were too many to leave them, more. Null: all had their time.
 */
export function onceMore(first: readonly MutantRun[], teethMs: number): { mutants: number[]; maxMs: number } | null {
  const mutants = first.filter(({ status }) => status === 'not-run').map(({ mutant }) => mutant)
  if (mutants.length === 0) return null
  if (mutants.length > first.length * MOST_UNTRIED) return { mutants, maxMs: teethMs * LONGER }
  return { mutants, maxMs: (teethMs * (1 - FIRST_SHARE)) / (first.some(survived) ? 2 : 1) }
}

/** Share of unexplained survivors above which tests judge too little. */
const MOST_UNEXPLAINED = 0.2

export function biteOf({ id, path, line, original, replacement }: Mutant, run: MutantRun | undefined): Bite {
  const what = `${original} -> ${replacement}`
  const { status, test, message } = run ?? { status: 'not-run' as const, test: null, message: null }
  return { id, what, path, line, status, test: status === 'killed' ? test : null, reason: message }
}

/** Those that a compiler did not refuse when it came to them. */
export function compiled<T extends { status: MutantRun['status'] | 'allowed' }>(all: readonly T[]): T[] {
  return all.filter(({ status }) => status !== 'refused')
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

/** What became of wrong versions: the parts of the whole. */
type Parts = Pick<TeethScore, 'killed' | 'allowed' | 'unexplained' | 'errors' | 'timeouts' | 'notRun'>

/** How many there are, judged or not. */
function wholeOf({ killed, allowed, unexplained, ...left }: Parts): number {
  return killed + allowed + unexplained + notJudged(left)
}

const notJudged = ({ errors, timeouts, notRun }: NotCounted) => errors + timeouts + notRun

/**
 * `45 wrong versions: 42 killed, 2 within the spec, 1 not judged`: one sum that adds up, and the words that screens have for it, too.
 * `why`: some were not judged.
 */
export function sumInWords(parts: Parts, why = ''): string {
  const whole = wholeOf(parts)
  const { killed, allowed, unexplained } = parts
  if (whole === 0) return 'no wrong versions'
  const said = [
    ...(killed + allowed + unexplained > 0 ? [`${killed} killed`] : []),
    ...(allowed > 0 ? [`${allowed} within the spec`] : []),
    ...(unexplained > 0 ? [`${unexplained} not explained`] : []),
    ...(notJudged(parts) > 0 ? [`${notJudged(parts)} not judged${why}`] : []),
  ]
  return `${counted(whole, 'wrong version')}: ${said.join(', ')}`
}

/** `45 wrong versions: 38 killed, 1 within the spec, 4 not explained, 2 not judged (2 did not end)`. */
export function scoreInWords(score: TeethScore): string {
  if (wholeOf(score) === 0) return 'there is nothing to make wrong versions of'
  return sumInWords(score, ` (${notCountedWords(score)})`)
}

type NotCounted = Pick<TeethScore, 'errors' | 'timeouts' | 'notRun'>

function notCountedWords({ errors, timeouts, notRun }: NotCounted): string {
  const parts = [
    timeouts > 0 ? `${timeouts} did not end` : '',
    errors > 0 ? `${errors} ended with an error` : '',
    notRun > 0 ? `${notRun} had no time within level.teethSeconds` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** The same parts of what the evidence of a commit has. */
export function partsOf(teeth: NonNullable<EvidenceSummary['teeth']>): Parts {
  const { killed, total, allowed = 0, notTried: notRun = 0, timeouts = 0, errors = 0 } = teeth
  return { killed, allowed, unexplained: total - killed - allowed, notRun, timeouts, errors }
}

/** What teeth are in the evidence of a commit, of a score. */
export function teethEvidence(score: TeethScore): NonNullable<EvidenceSummary['teeth']> {
  const { killed, total, allowed, notRun: notTried, timeouts, errors } = score
  const apart = Object.entries({ allowed, notTried, timeouts, errors }).filter(([, count]) => count > 0)
  return { killed, total, ...Object.fromEntries(apart) }
}

/** `only 28 of 45 wrong versions could be judged: 5 did not end, ...` where more than a third could not; else null. */
export function fewJudged(teeth: EvidenceSummary['teeth']): string | null {
  if (!teeth) return null
  const { total, notTried = 0, timeouts = 0, errors = 0 } = teeth
  const all = total + notTried + timeouts + errors
  if (all - total <= all / 3) return null
  const why = notCountedWords({ notRun: notTried, timeouts, errors })
  return `only ${total} of ${all} wrong versions could be judged: ${why}`
}
