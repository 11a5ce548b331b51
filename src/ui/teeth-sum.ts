import type { EvidenceSummary } from '../core/event-parts.ts'
import type { EventOf } from '../core/events.ts'
import { count, plural } from './format.ts'

/** What became of wrong versions: the parts of the whole. */
type Parts = Pick<EventOf<'teeth.finished'>, 'killed' | 'allowed' | 'unexplained' | 'errors' | 'timeouts' | 'notRun'>

/** How many there are, judged or not. */
export function wholeOf({ killed, allowed, unexplained, ...left }: Parts): number {
  return killed + allowed + unexplained + notJudged(left)
}

const notJudged = ({ errors, timeouts, notRun }: Pick<Parts, 'errors' | 'timeouts' | 'notRun'>) =>
  errors + timeouts + notRun

/** The parts of what the evidence of a task has. */
export function partsOf(teeth: NonNullable<EvidenceSummary['teeth']>): Parts {
  const { killed, total, allowed = 0, notTried: notRun = 0, timeouts = 0, errors = 0 } = teeth
  return { killed, allowed, unexplained: total - killed - allowed, notRun, timeouts, errors }
}

/**
 * `45 wrong versions: 42 killed, 2 within the spec, 1 not judged`: one sum that adds up, the same as in a commit. `more`: what is to
 * be said of the whole or of a part, behind it.
 */
export function sumInWords(
  parts: Parts,
  more: Partial<Record<'whole' | 'killed' | 'allowed' | 'unexplained' | 'notJudged', string>> = {},
): string {
  const whole = wholeOf(parts)
  const { killed, allowed, unexplained } = parts
  if (whole === 0) return 'no wrong versions'
  const said = [
    ...(killed + allowed + unexplained > 0 ? [`${count(killed)} killed${more.killed ?? ''}`] : []),
    ...(allowed > 0 ? [`${count(allowed)} within the spec${more.allowed ?? ''}`] : []),
    ...(unexplained > 0 ? [`${count(unexplained)} not explained${more.unexplained ?? ''}`] : []),
    ...(notJudged(parts) > 0 ? [`${count(notJudged(parts))} not judged${more.notJudged ?? ''}`] : []),
  ]
  return `${plural(whole, 'wrong version')}${more.whole ?? ''}: ${said.join(', ')}`
}

/** Why some were not judged. `limit`: that they had, in words. */
export function notCountedWords({ errors, timeouts, notRun }: Parts, limit: string): string {
  const parts = [
    timeouts > 0 ? `${count(timeouts)} did not end` : '',
    errors > 0 ? `${count(errors)} ended with an error` : '',
    notRun > 0 ? `${count(notRun)} had no time within ${limit}` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}
