import type { EventOf } from '../core/events.ts'
import { count, elapsed, plural } from './format.ts'
import { blockIndent, indented, type Line, type Look, step } from './line.ts'
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
  return [...step(look, { mark, label: 'teeth', time: elapsed(e.ms), text: teethWords(e) }), ...lines]
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
  return seconds === undefined ? 'level.teethSeconds' : `level.teethSeconds is ${seconds}`
}

/** `, which held in 5,000 cases of each property`. */
function heldWords({ held }: NonNullable<Finished['added']>): string {
  return held ? `, which held in ${plural(held.runs, 'case')} of each property` : ''
}

/** What the strengthener has made, and what its tests have done: the first ones are another author's. */
function whose({ own = 0, added }: Finished): string {
  const made = own > 0 ? `${count(own)} made by the strengthener` : ''
  const killed =
    added &&
    `${count(added.killed)} killed only by the ${plural(added.tests, 'test')} that it added: ${added.files.join(', ')}${heldWords(added)}`
  return made || killed ? ` (${[made, killed].filter(Boolean).join('; ')})` : ''
}

/** How many died, and what became of the others. */
export function teethWords(e: Finished): string {
  const all = e.total + e.errors + e.timeouts + e.notRun
  const nothing = all === 0
  if (nothing && e.note === null) return 'there is nothing to make wrong versions of'
  if (e.wrong !== undefined)
    return `the code is wrong: ${plural(e.wrong, 'added test')} found it, and an arbiter agrees. The others had killed ${count(e.killed)} of ${plural(e.total, 'wrong version')}`
  const judged = [
    nothing ? '' : `${count(e.killed)} of ${plural(e.total, 'wrong version')} killed${whose(e)}`,
    e.allowed > 0 ? `${count(e.allowed)} allowed by the spec, as the strengthener reads it` : '',
    e.unexplained > 0
      ? `${count(e.unexplained)} not explained${e.answered ? '' : ' (no model answered about them)'}`
      : '',
  ]
  const apart = [
    e.timeouts > 0 ? `${count(e.timeouts)} did not end` : '',
    e.errors > 0 ? `${count(e.errors)} ended with an error` : '',
    e.notRun > 0 ? `${count(e.notRun)} not judged in time (${limitWords(e)})` : '',
  ]
  const said = (parts: string[]) => parts.filter((part) => part !== '').join(', ')
  const notCounted = said(apart)
  const few = fewWords(e.total, all)
  return [said(judged), notCounted === '' ? '' : `${few === '' ? 'not counted' : few}: ${notCounted}`, e.note ?? '']
    .filter((part) => part !== '')
    .join('; ')
}
