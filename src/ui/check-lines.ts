import type { EventOf } from '../core/events.ts'
import { counterexampleBlock } from './counterexample.ts'
import { count, duration, plural } from './format.ts'
import { blockIndent, indented, type Line, type Look, type Mark, step } from './line.ts'
import { expectsRed, type Running, type ViewState } from './state.ts'
import { clean, wrap } from './text.ts'

const MESSAGE_LINES = 6

type Finished = EventOf<'check.finished'>

const STATUS_WORDS: Record<string, string> = {
  broken: 'does not build or cannot be collected',
  stopped: 'stopped',
  'no-results': 'ended without readable results',
  empty: 'nothing to run',
}

export function markOfCheck(e: Finished): Mark {
  if (expectsRed(e.stage) && (e.status === 'failed' || e.status === 'passed')) return e.passed === 0 ? 'good' : 'warn'
  if (e.status === 'passed') return 'good'
  // What was red before is not judged; whether something new is red, the verdict says.
  if (e.stage === 'final' && e.status === 'failed') return 'warn'
  // Many a project has nothing to build; that there are no tests is another matter.
  if (e.status === 'empty') return e.stage === 'build' ? 'good' : 'warn'
  return 'bad'
}

function counts(e: Finished): string {
  if (expectsRed(e.stage)) return `${count(e.failed)} of ${plural(e.passed + e.failed, 'test')} red, as they must be`
  const { passed, failed } = e
  if (failed > 0) return `${count(failed)} of ${plural(passed + failed, 'test')} failed`
  return `${plural(passed, 'test')} passed`
}

/** What a test was run on: inputs that a property drew; with a simulation each of them is a schedule of faults. */
export const caseNoun = (stage: string): string => (stage === 'chaos' ? 'schedule' : 'case')

/** The stages whose number of cases a verdict rests on; in the others the harness chose it, and only the report tells. */
const isMeasured = (stage: string): boolean => stage === 'property' || stage === 'chaos'

/** `48,609 cases over 5 seeds, at least 3,609 of each property`: all cases, and those of the least drawn one, which a verdict counts. */
export function intensity(e: Pick<Finished, 'stage' | 'runs' | 'seeds' | 'least'>): string {
  if (e.runs === 0) return ''
  const cases = plural(e.runs, caseNoun(e.stage))
  const over = e.seeds.length === 0 ? cases : `${cases} over ${seedWords(e)}`
  const counts = e.least !== undefined && e.least !== e.runs && isMeasured(e.stage)
  return counts ? `${over}, at least ${count(e.least ?? 0)} of each property` : over
}

/** `5 seeds`, and those of the last run as a commit calls them, too: `2 held-out seeds`. */
const seedWords = ({ stage, seeds }: Pick<Finished, 'stage' | 'seeds'>): string =>
  plural(seeds.length, stage === 'final' ? 'held-out seed' : 'seed')

/** `, 1,200 cases so far`, while a stage is at work; how often wrong versions ran is nobody's question. */
export function casesSoFar({ key, done, runs }: Running): string {
  // Most schedules are one test each: the same number twice says nothing.
  return key === 'teeth' || runs === 0 || runs === done ? '' : `, ${plural(runs, caseNoun(key))} so far`
}

/** Counts of a finished stage, and its intensity: of each stage (the report), or where a verdict rests on it. The last one says what it runs. */
export function checkWords(e: Finished, ofEach = true): string {
  const drawn = ofEach || isMeasured(e.stage) ? intensity(e) : e.stage === 'final' && e.runs > 0 ? seedWords(e) : ''
  const found = [STATUS_WORDS[e.status], e.passed + e.failed > 0 ? counts(e) : '', drawn]
  const said = found.filter((part) => part).join('; ') || e.status
  const words = e.stage === 'final' ? `the whole suite: ${said}` : said
  return e.earlier ? `${words}; earlier run` : words
}

function messageLines(message: string, look: Look): Line[] {
  const indent = blockIndent(look) + 2
  const lines = wrap(clean(message).trim(), look.width - indent)
  const shown = lines.slice(0, MESSAGE_LINES).map((text) => indented(indent, text))
  const more = lines.length - shown.length
  return more > 0 ? [...shown, indented(indent, `(${count(more)} more lines in the journal)`, 'step', 'dim')] : shown
}

function failureLines(e: Finished, before: ViewState, look: Look): Line[] {
  if (e.counterexample) return counterexampleBlock(e.counterexample, before.run?.run ?? null, look)
  return e.message === null || e.message.trim() === '' ? [] : messageLines(e.message, look)
}

/** One finished stage: its counts, and what is needed to understand a failure. */
export function checkFinished(e: Finished, before: ViewState, look: Look): Line[] {
  const mark = markOfCheck(e)
  const detail = expectsRed(e.stage) && mark === 'good' ? [] : failureLines(e, before, look)
  // `baseline.finished` tells the counts of the base; only a message would be lost without this.
  if (e.stage === 'baseline') return mark === 'bad' && e.status !== 'failed' ? detail : []
  const style = mark === 'bad' ? { style: 'bad' as const } : {}
  return [
    ...step(look, { mark, label: e.stage, time: duration(e.ms), text: checkWords(e, false), ...style }),
    ...detail,
  ]
}
