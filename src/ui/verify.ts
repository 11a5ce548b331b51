import type { Verified } from '../core/events.ts'
import { counterexampleBlock } from './counterexample.ts'
import { count, elapsed, plural, shortHash } from './format.ts'
import { blank, blockIndent, indented, type Line, type Look, type Mark, step } from './line.ts'
import { wrap } from './text.ts'

const MARKS: Record<Verified['standing'], Mark> = {
  holds: 'good',
  broken: 'bad',
  'not-run': 'warn',
  none: 'warn',
  'no-tests': 'none',
}

const WORDS: Record<Verified['standing'], string> = {
  holds: 'holds',
  broken: 'no longer holds',
  'not-run': 'cannot be run here',
  none: 'no evidence',
  'no-tests': 'nothing to run',
}

/** A ticked task whose evidence ran again. */
export function verifiedLines(one: Verified, look: Look): Line[] {
  const { standing, reason, since, counterexample } = one
  const said = [WORDS[standing], reason ?? ran(one)].filter(Boolean).join(': ')
  const head = step(look, {
    mark: MARKS[standing],
    label: `${one.spec}/${one.task}`,
    text: said,
    kind: standing === 'holds' || standing === 'no-tests' ? 'step' : 'key',
    aligned: true,
    ...(one.ms > 0 ? { time: elapsed(one.ms) } : {}),
  })
  const indent = blockIndent(look)
  const about = since === null ? [] : wrap(sinceWords(since), look.width - indent)
  return [
    ...head,
    ...about.map((text) => indented(indent, text, 'key')),
    ...(counterexample === null ? [] : [...counterexampleBlock(counterexample, null, look), blank()]),
  ]
}

function ran({ tests, runs, seeds }: Verified): string {
  const all = seeds.pinned + seeds.fresh
  if (all === 0 || runs === 0) return tests === 0 ? '' : plural(tests, 'test')
  return `${plural(tests, 'test')}, ${count(runs)} cases over ${plural(all, 'seed')}, ${seeds.pinned} of them known`
}

function sinceWords({ commit, subject, author, date, exact }: NonNullable<Verified['since']>): string {
  const about = exact ? '' : ' or one of the commits just before it, which could not be judged'
  return `since ${shortHash(commit)} "${subject}" (${author}, ${date.slice(0, 10)})${about}`
}

/** The last line: how many of the ticked tasks hold. */
export function verifiedSummary(all: readonly Verified[]): string {
  if (all.length === 0) return 'No task is ticked.'
  const of = (...wanted: Verified['standing'][]) => all.filter(({ standing }) => wanted.includes(standing)).length
  const parts = [
    of('holds') > 0 ? `${of('holds')} ${of('holds') === 1 ? 'holds' : 'hold'}` : '',
    of('broken') > 0 ? `${of('broken')} no longer ${of('broken') === 1 ? 'holds' : 'hold'}` : '',
    of('not-run') > 0 ? `${of('not-run')} could not be run here` : '',
    of('no-tests') > 0 ? `${of('no-tests')} with nothing to run` : '',
    of('none') > 0 ? `${of('none')} without evidence` : '',
  ]
  return `${plural(all.length, 'ticked task')}: ${parts.filter(Boolean).join(', ')}.`
}
