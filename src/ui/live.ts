import { askedWords, givesUp } from './asking.ts'
import { casesSoFar } from './check-lines.ts'
import { expectedMs } from './expected.ts'
import { count, money, oneLine, plural, shortHash, ticking, wrap } from './format.ts'
import { cutSpans, ellipsis, type Look, type Span, spanOf } from './line.ts'
import { pretty } from './pretty.ts'
import { AFTER_TEETH, expectsRed, type Running, triedWords, type ViewState } from './state.ts'
import { clean, truncate } from './text.ts'

const BAR = 24
/** Below this many columns there is no room for words that one can do without. */
const NARROW = 60
/** Lines of the screen from which on there is room for more than one line of each thing. */
const ROOMY = 14
const REQUIREMENT_LINES = 3
const VALUE_LINES = 4

const isBad = (running: Running) => running.failed > 0 && !expectsRed(running.key)

/** Share of a stage that is done: by its tests, and by cases while they run. 1 only when all tests have ended. */
function share({ done, total, runs, planned }: Running): number {
  if (total === null || total <= 0) return 0
  const cases = planned === null || planned <= 0 ? 0 : Math.min(0.99, runs / (planned * total))
  return Math.min(1, Math.max(done / total, cases, 0))
}

function bar(running: Running, look: Look): Span[] {
  if (running.total === null || running.total <= 0) return []
  const width = Math.min(BAR, Math.floor(look.width / 4))
  const filled = Math.round(width * share(running))
  const style = isBad(running) ? 'bad' : 'good'
  if (!look.unicode) return [spanOf(`[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`, style), spanOf('  ')]
  return [spanOf('█'.repeat(filled), style), spanOf('░'.repeat(width - filled), 'dim'), spanOf('  ')]
}

function counts(running: Running, look: Look): Span[] {
  const { done, total, failed } = running
  const of = total === null ? '' : ` of ${count(total)}`
  const tried = triedWords(running.key)
  const what = tried ? ` ${tried.what}` : total === null || look.width < NARROW ? '' : ' tests'
  const cases = casesSoFar(running)
  const word = tried ? tried.red : expectsRed(running.key) ? 'red' : 'failed'
  const words = `, ${isBad(running) ? (look.unicode ? '✗ ' : 'FAIL ') : ''}${count(failed)} ${word}`
  return [spanOf(`${count(done)}${of}${what}`), spanOf(words, isBad(running) ? 'bad' : 'dim'), spanOf(cases, 'dim')]
}

/** `14 s of about 18 s`, where it is known how long the like took. */
export function elapsedWords(state: ViewState, running: Running, now: number): string {
  const elapsed = now - running.since
  const expected = expectedMs(state.times, running.label)
  if (expected === null || expected < 1_000) return ticking(elapsed)
  return elapsed > expected * 1.5
    ? `${ticking(elapsed)}, longer than usual (about ${ticking(expected)})`
    : `${ticking(elapsed)} of about ${ticking(expected)}`
}

function runningLines(running: Running, state: ViewState, now: number, look: Look): Span[][] {
  const round = running.round > 1 ? `, round ${running.round}` : ''
  const isModel = running.key === 'model'
  const head = [
    spanOf(attemptWords(state), 'dim'),
    spanOf(`${running.label}${round}`, 'bold'),
    spanOf(`  ${elapsedWords(state, running, now)}`),
    ...(isModel
      ? [spanOf(`  ${askedWords(running, now, state.journaled)}`, running.chars > 0 ? undefined : 'dim')]
      : []),
  ]
  const patience = isModel ? givesUp(running, now) : null
  if (patience !== null) return [head, [spanOf(patience, 'dim')]]
  const measured = !isModel && (running.total !== null || running.done > 0 || running.runs > 0)
  return measured ? [head, [...bar(running, look), ...counts(running, look)]] : [head]
}

function attemptWords(state: ViewState): string {
  if (state.attempt === 0) return ''
  const all = state.task?.attempts ?? 0
  return `attempt ${state.attempt}${all >= state.attempt ? ` of ${all}` : ''}  `
}

/** At most so many lines of the width; what is cut off is marked at the end of the last. */
function fewLines(lines: string[], most: number, look: Look): string[] {
  if (lines.length <= most) return lines
  const last = truncate(`${lines[most - 1]}   `, look.width, '')
  return [...lines.slice(0, most - 1), `${truncate(last, look.width - 3, '').trimEnd()}${ellipsis(look)}`]
}

function taskLines(state: ViewState, look: Look, most: number): Span[][] {
  const { task } = state
  if (!task) return []
  const title: Span[] = [
    spanOf(`${oneLine(`${task.spec}/${task.task}`)}  `, 'dim'),
    spanOf(oneLine(task.title), 'bold'),
  ]
  if (task.requirement === null) return [title]
  const words = most === 1 ? [oneLine(task.requirement)] : wrap(oneLine(task.requirement), look.width)
  return [title, ...(most === 1 ? words : fewLines(words, most, look)).map((text) => [spanOf(text, 'dim')])]
}

/** The first line of a message, with the next one where it announces that. */
function sentence(message: string): string {
  const [first = '', next = ''] = clean(message)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return oneLine(first.trimEnd().endsWith(':') ? `${first} ${next}` : first)
}

function foundLines(state: ViewState, look: Look, roomy: boolean): Span[][] {
  if (!state.found || state.verdict?.status === 'verified') return []
  const { attempt, counterexample: c } = state.found
  const name = oneLine(c.test.split(' > ').at(-1) ?? c.test)
  const head = spanOf(`attempt ${attempt} failed  `, 'bad')
  const said = sentence(c.message)
  if (!roomy) return [[head, spanOf(`${name}: ${c.value === null ? said : oneLine(c.value)}`, 'dim')]]
  const value = c.value === null ? [] : pretty(clean(c.value), look.width - 2)
  return [
    [head, spanOf(name)],
    ...(said === '' ? [] : [[spanOf('  '), spanOf(said, 'bad')]]),
    ...fewLines(value, VALUE_LINES, { ...look, width: look.width - 2 }).map((text) => [
      spanOf('  '),
      spanOf(text, 'dim'),
    ]),
  ]
}

function outcomeLines(state: ViewState): Span[][] {
  const { verdict, commit } = state
  const lines: Span[][] = []
  if (verdict) {
    const style = verdict.status === 'verified' ? 'good' : verdict.status === 'failed' ? 'bad' : 'warn'
    lines.push([spanOf(`${verdict.status}  `, style), spanOf(oneLine(verdict.bound ?? verdict.summary))])
  }
  if (commit) lines.push([spanOf(`commit ${shortHash(commit.commit)}  `, 'good'), spanOf(oneLine(commit.subject))])
  return lines
}

/** Time, tokens and money of the run so far, against its limits where they are told. */
export function totals(state: ViewState, now: number): Span[] {
  const { maxTokens = null, maxUsd = null } = state.run?.limits ?? {}
  const all = state.tokens.input + state.tokens.output
  const tokens = maxTokens === null ? plural(all, 'token') : `${count(all)} of ${plural(maxTokens, 'token')}`
  const known = state.priced ? money(state.usd) : state.usd > 0 ? `at least ${money(state.usd)}` : money(null)
  const cost = maxUsd === null ? known : `${known} of ${money(maxUsd)}`
  return [spanOf([ticking(now), tokens, ...(all > 0 || maxUsd !== null ? [cost] : [])].join('   '), 'dim')]
}

/**
 * The live area: a few lines, each cut to the width. `now` is the event time that has been reached, `rows` the most
 * lines there may be. Empty before the run has begun and after it has ended.
 */
export function liveLines(state: ViewState, now: number, look: Look, rows = 10): Span[][] {
  if (state.finished || (!state.run && !state.task)) return []
  const asks = state.running.some(({ key }) => key === 'model')
  // All wrong versions are tried before a model is asked about those that live: a full bar would say that nothing is to come.
  const goesOn = state.running.some(({ key }) => AFTER_TEETH.includes(key))
  const shown = state.running.filter(
    ({ key, done, total }) => !(key === 'teeth' && (goesOn || (asks && done === total))),
  )
  const running = shown.flatMap((r) => runningLines(r, state, now, look))
  const idle = state.running.length === 0 && state.task && !state.verdict ? [[spanOf('preparing', 'dim')]] : []
  const body = (roomy: boolean) => [
    ...running,
    ...idle,
    ...foundLines(state, look, roomy),
    ...outcomeLines(state),
    totals(state, now),
  ]
  const all = (roomy: boolean) => [...taskLines(state, look, roomy ? REQUIREMENT_LINES : 1), ...body(roomy)]
  const tight = all(false)
  const roomy = rows >= ROOMY ? all(true) : tight
  // A live area taller than the screen cannot be redrawn; what happens now matters more than the title.
  const fitting = [roomy, tight].find((lines) => lines.length <= rows) ?? body(false).slice(-Math.max(1, rows))
  return fitting.map((spans) => cutSpans(spans, look))
}
