import type { EventOf } from '../core/events.ts'
import { count, duration, plural } from './format.ts'
import { blockIndent, indented, type Line, type Look, step } from './line.ts'
import { notCountedWords, sumInWords, wholeOf } from './teeth-sum.ts'
import { oneLine, withoutHalfCode, wrap } from './text.ts'

type Finished = EventOf<'teeth.finished'>

const SHOWN = 3

/** How many wrong versions died, the first of those that nobody has explained, and why a few are within the spec. */
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
  const within = asked.filter(({ status }) => status === 'allowed')
  const excused = (within.length > SHOWN ? [] : within).flatMap((one) =>
    wrap(oneLine(withinSpec(one)), look.width - blockIndent(look) - 2),
  )
  const more = alive.length > SHOWN ? [`and ${count(alive.length - SHOWN)} more`] : []
  const strict = e.strict
    .filter(({ ruling }) => ruling !== 'code-wrong')
    .flatMap((one) => wrap(oneLine(tooStrict(one)), look.width - blockIndent(look) - 2))
  const lines = [...shown, ...more, ...excused, ...strict].map((text) =>
    indented(blockIndent(look) + 2, text, 'step', 'dim'),
  )
  return [...step(look, { mark, label: 'teeth', time: duration(e.ms), text: teethWords(e) }), ...lines]
}

/** `within the spec: src/a.ts:12 a && b -> a: it behaves the same`; without a reason the words that it keeps to. */
function withinSpec({ path, line, what, reason, because }: Finished['survivors'][number]): string {
  const name = `within the spec: ${line === null ? path : `${path}:${line}`} ${what}`
  if (because !== undefined) return `${name}: ${reasonOf(because)}`
  return reason ? `${name} (by ${allowing(reason)})` : name
}

/** A sentence of the strengthener, as a part of another. */
export function reasonOf(because: string): string {
  return oneLine(because).replace(/(?<!\.)\.$/, '')
}

/** `3.2 "WHEN ... SHALL ..."`. An older version told no more than what the model had copied, often without marks. */
export function allowing(reason: string): string {
  const words = withoutHalfCode(oneLine(reason))
  return words.endsWith('"') ? words : `the words "${words}"`
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
