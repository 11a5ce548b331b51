import type { EventOf } from '../../core/events.ts'
import { plural } from '../format.ts'
import { allowing, fewWords, reasonOf } from '../teeth-lines.ts'
import { wholeOf } from '../teeth-sum.ts'

const NOT_COUNTED = ': counted neither as killed nor as living'

const raise = ({ seconds }: EventOf<'teeth.finished'>) =>
  `a higher level.teethSeconds in agent.yaml gives them more${seconds === undefined ? '' : ` (it is ${seconds})`}`

const MOST_NAMED = 8

/** `: "the oldest is forgotten first"; src/a.ts:12: a < b -> a <= b`, of those that became this; empty: the event tells of none. */
function namesOf({ survivors }: EventOf<'teeth.finished'>, became: readonly string[]): string {
  const names = survivors
    .filter(({ status }) => became.includes(status))
    .map((one) => {
      const { path, line, what, status, reason } = one
      const name = line === null ? `"${what}"` : `${path}:${line}: ${what}`
      return status === 'allowed' && reason ? `${name}${excuse(reason, one.because)}` : name
    })
  const more = names.length > MOST_NAMED ? `; and ${names.length - MOST_NAMED} more` : ''
  return names.length === 0 ? '' : `: ${names.slice(0, MOST_NAMED).join('; ')}${more}`
}

/** What is not shown of the wrong versions; a sentence each. */
export function teethGaps(e: EventOf<'teeth.finished'>): string[] {
  const all = wholeOf(e)
  const said = (n: number, what: string, ...became: string[]) =>
    n > 0 ? [`${n} of ${plural(all, 'wrong version')} ${what}${namesOf(e, became)}`] : []
  const answer = e.answered ? '' : ': no model answered about them'
  const none = all === 0
  const few = none ? '' : fewWords(e.total, all)
  return [
    ...(few === '' ? [] : [`${few}: nothing is shown of the others`]),
    ...said(
      e.wrong === undefined ? e.unexplained : 0,
      `${e.unexplained === 1 ? 'lives' : 'live'} without an explanation${answer}`,
      'survived',
      'unreached',
    ),
    ...said(
      e.allowed,
      `${e.allowed === 1 ? 'lives' : 'live'} within the spec, as the strengthener reads it`,
      'allowed',
    ),
    ...said(e.timeouts, `did not end${NOT_COUNTED}`, 'timeout'),
    ...said(e.errors, `ended with an error that is no assertion${NOT_COUNTED}`, 'error'),
    ...said(e.notRun, `${e.notRun === 1 ? 'was' : 'were'} not judged in time${NOT_COUNTED}; ${raise(e)}`, 'not-run'),
    ...(none ? [e.note ?? 'there was nothing to make wrong versions of, so nothing shows that the tests bite'] : []),
  ]
}

/** `: it behaves the same, since ... (the strengthener; 3.2 "WHEN ...")`; without a reason the words alone. */
function excuse(words: string, because: string | undefined): string {
  return because === undefined
    ? ` (by ${allowing(words)})`
    : `: ${reasonOf(because)} (the strengthener; ${allowing(words)})`
}

/** The words that a survivor keeps to, as its name has them. */
export function allowingWords({ survivors }: EventOf<'teeth.finished'>): string[] {
  return survivors.flatMap(({ status, reason }) => (status === 'allowed' && reason ? [allowing(reason)] : []))
}
