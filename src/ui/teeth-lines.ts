import type { EventOf } from '../core/events.ts'
import { count, duration, plural } from './format.ts'
import { blockIndent, indented, type Line, type Look, step } from './line.ts'
import { notCountedWords, sumInWords, wholeOf } from './teeth-sum.ts'
import { oneLine, wrap } from './text.ts'

type Finished = EventOf<'teeth.finished'>

const SHOWN = 3

/** How many wrong versions died, and the first of those that nobody has explained. */
export function teethFinished(e: Finished, look: Look): Line[] {
  const mark =
    e.wrong !== undefined ? 'bad' : e.unexplained > 0 || (e.killed === 0 && e.note !== null) ? 'warn' : 'good'
  const asked = e.wrong === undefined ? e.survivors : []
  const alive = asked.filter(({ status }) => status === 'survived' || status === 'unreached')
  const shown = alive.slice(0, SHOWN).flatMap(({ path, line, what, status }) => {
    const where = line === null ? path : `${path}:${line}`
    const why = status === 'unreached' ? ' (no test runs it)' : ''
    return wrap(oneLine(`lives: ${where}: ${what}${why}`), look.width - blockIndent(look) - 2)
  })
  const more = alive.length > SHOWN ? [`and ${count(alive.length - SHOWN)} more`] : []
  const strict = e.strict
    .filter(({ ruling }) => ruling !== 'code-wrong')
    .flatMap((one) => wrap(oneLine(tooStrict(one)), look.width - blockIndent(look) - 2))
  const lines = [...shown, ...more, ...strict].map((text) => indented(blockIndent(look) + 2, text, 'step', 'dim'))
  return [...step(look, { mark, label: 'teeth', time: duration(e.ms), text: teethWords(e) }), ...lines]
}

function tooStrict({ version, test, ruling, reason }: Finished['strict'][number]): string {
  const says =
    ruling === 'test-wrong'
      ? 'the arbiter finds the test wrong'
      : ruling === null
        ? 'nobody ruled'
        : 'the arbiter cannot tell'
  return `"${test}" refuses "${version}", which may be right; ${says}: ${reason}`
}

/** `only 28 of 45 wrong versions could be judged`, where more than a third could not; else ''. */
export function fewWords(judged: number, all: number): string {
  return all - judged > all / 3 ? `only ${count(judged)} of ${plural(all, 'wrong version')} could be judged` : ''
}

/** The limit that wrong versions had, by its name in agent.yaml. */
export function limitWords({ seconds }: Pick<Finished, 'seconds'>): string {
  return seconds === undefined ? 'level.teethSeconds' : `level.teethSeconds (it is ${seconds})`
}

/** `, which held in 5,000 cases of each property`. */
function heldWords({ held }: NonNullable<Finished['added']>): string {
  return held ? `, which held in ${plural(held.runs, 'case')} of each property` : ''
}

/** What the strengthener has made: these are another author's. */
const made = ({ own = 0 }: Finished) => (own > 0 ? ` (${count(own)} made by the strengthener)` : '')

/** And what only its tests have done. */
function killedByAdded({ added }: Finished): string {
  if (!added) return ''
  return ` (${count(added.killed)} only by the ${plural(added.tests, 'test')} that it added: ${added.files.join(', ')}${heldWords(added)})`
}

/** What became of each: a sum. */
export function teethWords(e: Finished): string {
  const all = wholeOf(e)
  if (all === 0 && e.note === null) return 'there is nothing to make wrong versions of'
  if (e.wrong !== undefined)
    return `the code is wrong: ${plural(e.wrong, 'added test')} found it, and an arbiter agrees. The others had killed ${count(e.killed)} of ${plural(all, 'wrong version')}`
  const sum = sumInWords(e, {
    whole: made(e),
    killed: killedByAdded(e),
    allowed: ', as the strengthener reads it',
    unexplained: e.answered ? '' : ' (no model answered about them)',
    notJudged: ` (${notCountedWords(e, limitWords(e))})`,
  })
  return [all === 0 ? '' : sum, e.note ?? ''].filter((part) => part !== '').join('; ')
}
