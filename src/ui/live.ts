import { count, money, oneLine, plural, shortHash, ticking } from './format.ts'
import { cutSpans, type Look, type Span, spanOf } from './line.ts'
import { expectsRed, type Running, type ViewState } from './state.ts'

const BAR = 24

const isBad = (running: Running) => running.failed > 0 && !expectsRed(running.key)

function bar(running: Running, look: Look): Span[] {
  const { done, total } = running
  if (total === null || total <= 0) return []
  const width = Math.min(BAR, Math.floor(look.width / 4))
  const filled = Math.round(width * Math.min(1, Math.max(0, done / total)))
  const style = isBad(running) ? 'bad' : 'good'
  if (!look.unicode) return [spanOf(`[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`, style), spanOf('  ')]
  return [spanOf('█'.repeat(filled), style), spanOf('░'.repeat(width - filled), 'dim'), spanOf('  ')]
}

function counts(running: Running): Span[] {
  const { done, total, runs, failed } = running
  const of = total === null ? '' : ` of ${count(total)}`
  // Most schedules are one run each: the same number twice says nothing.
  const cases = runs > 0 && runs !== done ? `, ${plural(runs, 'run')}` : ''
  const words = `, ${count(failed)} ${expectsRed(running.key) ? 'red' : 'failed'}`
  return [spanOf(`${count(done)}${of}`), spanOf(words, isBad(running) ? 'bad' : 'dim'), spanOf(cases, 'dim')]
}

function runningLines(running: Running, state: ViewState, now: number, look: Look): Span[][] {
  const round = running.round > 1 ? `, round ${running.round}` : ''
  const isModel = running.key === 'model'
  const silent = running.waiting === null ? '  waiting for a reply' : `  asked again soon: ${oneLine(running.waiting)}`
  const chars = running.chars > 0 ? `  ${count(running.chars)} chars` : silent
  const head = [
    spanOf(attemptWords(state), 'dim'),
    spanOf(`${running.label}${round}`, 'bold'),
    spanOf(`  ${ticking(now - running.since)}`),
    ...(isModel ? [spanOf(chars, running.chars > 0 ? undefined : 'dim')] : []),
  ]
  const measured = !isModel && (running.total !== null || running.done > 0 || running.runs > 0)
  return measured ? [head, [...bar(running, look), ...counts(running)]] : [head]
}

function attemptWords(state: ViewState): string {
  if (state.attempt === 0) return ''
  const all = state.task?.attempts ?? 0
  return `attempt ${state.attempt}${all >= state.attempt ? ` of ${all}` : ''}  `
}

function taskLines(state: ViewState): Span[][] {
  const { task } = state
  if (!task) return []
  const title: Span[] = [
    spanOf(`${oneLine(`${task.spec}/${task.task}`)}  `, 'dim'),
    spanOf(oneLine(task.title), 'bold'),
  ]
  return task.requirement === null ? [title] : [title, [spanOf(oneLine(task.requirement), 'dim')]]
}

function foundLine(state: ViewState): Span[][] {
  if (!state.found || state.verdict?.status === 'verified') return []
  const { attempt, counterexample } = state.found
  const what = oneLine(counterexample.value ?? counterexample.message)
  const name = oneLine(counterexample.test.split(' > ').at(-1) ?? counterexample.test)
  return [[spanOf(`attempt ${attempt} failed  `, 'bad'), spanOf(`${name}: ${what}`, 'dim')]]
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

/** Time, tokens and money of the run so far. */
export function totals(state: ViewState, now: number): Span[] {
  const all = state.tokens.input + state.tokens.output
  const cost = state.priced ? money(state.usd) : state.usd > 0 ? `at least ${money(state.usd)}` : money(null)
  return [spanOf([ticking(now), plural(all, 'token'), ...(all > 0 ? [cost] : [])].join('   '), 'dim')]
}

/**
 * The live area: a few lines, each cut to the width. `now` is the event time that has been reached, `rows` the most
 * lines there may be. Empty before the run has begun and after it has ended.
 */
export function liveLines(state: ViewState, now: number, look: Look, rows = 10): Span[][] {
  if (state.finished || (!state.run && !state.task)) return []
  const running = state.running.flatMap((r) => runningLines(r, state, now, look))
  const idle = state.running.length === 0 && state.task && !state.verdict ? [[spanOf('preparing', 'dim')]] : []
  const body = [...running, ...idle, ...foundLine(state), ...outcomeLines(state), totals(state, now)]
  const all = [...taskLines(state), ...body]
  // A live area taller than the screen cannot be redrawn; what happens now matters more than the title.
  return (all.length > rows ? body.slice(-Math.max(1, rows)) : all).map((spans) => cutSpans(spans, look))
}
