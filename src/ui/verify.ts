import type { Counterexample } from '../core/event-parts.ts'
import { counterexampleBlock } from './counterexample.ts'
import { count, duration, plural, shortHash } from './format.ts'
import { blank, blockIndent, indented, type Line, type Look, type Mark, step } from './line.ts'
import { wrap } from './text.ts'

/**
 * What the evidence of a ticked task says today. `not-run`: this machine could not tell; `none`: no commit of this tool stands for
 * the tick; `no-tests`: one does, and it brought neither tests nor a command.
 */
type Standing = 'holds' | 'broken' | 'not-run' | 'none' | 'no-tests'

/** A ticked task, and what its evidence says today. */
export interface Verified {
  spec: string
  task: string
  title: string
  /** The commit that stands for the tick; null: none does. */
  commit: string | null
  standing: Standing
  reason: string | null
  /** Tests and cases that ran. */
  tests: number
  runs: number
  /** How many seeds are those of its commit or of earlier failures, and how many are fresh. */
  seeds: { pinned: number; fresh: number }
  counterexample: Counterexample | null
  /** The commit since which; not exact: commits just before it could not be judged. Dates are ISO 8601. */
  since: { commit: string; subject: string; author: string; date: string; exact: boolean } | null
  /** Its tests are not those that were judged: what changed them last. */
  changed: { path: string; commit: string; subject: string }[]
  ms: number
}

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
    mark: standing === 'holds' && one.changed.length > 0 ? 'warn' : MARKS[standing],
    label: `${one.spec}/${one.task}`,
    text: said,
    kind: standing === 'holds' || standing === 'no-tests' ? 'step' : 'key',
    aligned: true,
    ...(one.ms > 0 ? { time: duration(one.ms) } : {}),
  })
  const indent = blockIndent(look)
  const about = since === null ? [] : wrap(sinceWords(since), look.width - indent)
  const others = one.changed.flatMap((change) => wrap(changedWords(change), look.width - indent))
  return [
    ...head,
    ...about.map((text) => indented(indent, text, 'key')),
    ...others.map((text) => indented(indent, text, 'key', 'warn')),
    ...(counterexample === null ? [] : [...counterexampleBlock(counterexample, null, look), blank()]),
  ]
}

/** That the test at HEAD is another one, and which one ran. */
export function changedWords({ path, commit, subject }: Verified['changed'][number]): string {
  return `${path} is not the test that was judged: ${shortHash(commit)} "${subject}" changed it; the judged one ran`
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
