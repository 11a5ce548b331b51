import type { StampedEvent } from '../core/events.ts'
import { askedWords } from './asking.ts'
import type { Times } from './expected.ts'
import { count, oneLine, plural } from './format.ts'
import { waitLines } from './life-signs.ts'
import { cutSpans, type Line, type Look, type Span, spanOf } from './line.ts'
import { linesOf } from './lines.ts'
import { elapsedWords, liveLines, totals } from './live.ts'
import { expectsRed, initialState, type Running, reduce, triedWords, type ViewState } from './state.ts'
import { displayWidth, padEnd } from './text.ts'

/** What the screen knows of a run in which several tasks may be at work: of each apart, so that none is mixed into another. */
export interface RunView {
  /** Of events that are marked with no task; its sums are those of all. */
  whole: ViewState
  /** By the task (`spec/task`) that events are marked with, in the order in which they began. */
  tasks: ReadonlyMap<string, ViewState>
}

/** `times`: how long stages took in earlier runs. `journaled`: the events come from a journal. */
export function initialView(times: Times = {}, journaled = false): RunView {
  return { whole: initialState(times, journaled), tasks: new Map() }
}

/** The same, with what earlier runs tell. */
export function withTimes({ whole, tasks }: RunView, times: Times): RunView {
  return { whole: { ...whole, times: { ...times, ...whole.times } }, tasks }
}

/** The task that is looked at: of several the one that the steps lead to, of those that are at work. */
export function inFocus(view: RunView, focus: number): ViewState {
  const active = atWork(view)
  return active[focus % Math.max(1, active.length)]?.[1] ?? view.whole
}

const atWork = ({ tasks }: RunView) =>
  [...tasks].filter(([, state]) => state.landed === null || state.landed.ref === null || isAtWork(state))

export function reduceView({ whole, tasks }: RunView, event: StampedEvent): RunView {
  const { of } = event
  if (of === undefined) return { whole: reduce(whole, event), tasks }
  const before = tasks.get(of) ?? { ...initialState(whole.times, whole.journaled), run: whole.run }
  const sums = event.type === 'model.finished' ? reduce(whole, event) : whole
  return {
    whole: { ...sums, now: Math.max(sums.now, event.t) },
    tasks: new Map(tasks).set(of, reduce(before, event)),
  }
}

/** Lines of an event; each begins with its task where the event is marked with one. */
export function linesOfView(event: StampedEvent, view: RunView, look: Look): Line[] {
  const { of } = event
  if (of === undefined) return linesOf(event, view.whole, look)
  const before = view.tasks.get(of) ?? { ...initialState(), run: view.whole.run }
  return marked(of, view, look, (narrow) => linesOf(event, before, narrow))
}

/** What is waited for at event time `now`, a line for each task at work. */
export function waitLinesOfView(view: RunView, now: number, look: Look): Line[] {
  const tasks = [...view.tasks].flatMap(([of, state]) =>
    marked(of, view, look, (narrow) => waitLines(state, now, narrow)),
  )
  return [...waitLines(view.whole, now, look), ...tasks]
}

/** Event time at which the first of all that is at work began; without any, there is none. */
export function atWorkSince({ whole, tasks }: RunView): number {
  return Math.min(...[whole, ...tasks.values()].flatMap(({ running }) => running.map(({ since }) => since)))
}

/** Each line begins with its task. */
function marked(of: string, { tasks }: RunView, look: Look, lines: (narrow: Look) => Line[]): Line[] {
  const mark = markOf(of, tasks.keys(), look)
  const narrow = { ...look, width: Math.max(NARROWEST, look.width - displayWidth(mark)) }
  return lines(narrow)
    .filter((line) => line.spans.length > 0)
    .map((line) => ({ ...line, spans: [spanOf(mark, 'dim'), ...line.spans] }))
}

const NARROWEST = 40
const LONGEST_NAME = 24

/** All marks are as wide as the longest so far. */
function markOf(of: string, known: Iterable<string>, look: Look): string {
  const width = Math.max(...[...known, of].map((one) => displayWidth(nameOf(one))))
  if (look.spoken) return `${nameOf(of)}: `
  return `${padEnd(nameOf(of), width)} ${look.unicode ? '│' : '|'} `
}

function nameOf(of: string): string {
  const name = oneLine(of)
  return name.length > LONGEST_NAME ? name.slice(-LONGEST_NAME) : name
}

/**
 * The live area: of one task as ever, of several one line each, and the sums. At most `rows` lines, each cut to the width. `focus`:
 * which task is marked; null: none.
 */
export function liveView(view: RunView, now: number, look: Look, rows = 10, focus: number | null = null): Span[][] {
  const { whole, tasks } = view
  if (tasks.size === 0) return liveLines(whole, now, look, rows)
  if (whole.finished) return []
  const active = atWork(view)
  const lines = active.map(([of, state], at) => {
    const mark = focus === null || active.length < 2 ? '' : at === focus % active.length ? '> ' : '  '
    return [spanOf(mark, 'bold'), spanOf(markOf(of, tasks.keys(), look), 'dim'), ...stateWords(state, now)]
  })
  const room = Math.max(1, rows - 1)
  const shown =
    lines.length > room ? [...lines.slice(0, room - 1), [spanOf(`and ${lines.length - room + 1} more`, 'dim')]] : lines
  return [...shown, totals(whole, now)].map((spans) => cutSpans(spans, look))
}

const isAtWork = (state: ViewState) => state.running.length > 0

/** `3 of 9 tests`, `12 of 37 wrong versions`. */
function doneWords({ key, done, total }: Running): string {
  const what = key === 'right versions' ? 'version' : triedWords(key) ? 'wrong version' : 'test'
  return total === null ? plural(done, what) : `${count(done)} of ${plural(total, what)}`
}

function stateWords(state: ViewState, now: number): Span[] {
  const running = state.running.at(-1)
  const attempt = state.attempt > 0 ? `attempt ${state.attempt}  ` : ''
  if (running) {
    const counts = running.done > 0 ? `  ${doneWords(running)}` : ''
    const failed = running.failed > 0 && !expectsRed(running.key) ? [spanOf(`  ${running.failed} failed`, 'bad')] : []
    const asked = running.key === 'model' ? `  ${askedWords(running, now, state.journaled)}` : ''
    const words = spanOf(`  ${elapsedWords(state, running, now)}${counts}${asked}`)
    return [spanOf(attempt, 'dim'), spanOf(running.label, 'bold'), words, ...failed]
  }
  if (state.landed) return [spanOf('verified', 'good'), spanOf('  waits for its turn', 'dim')]
  if (state.verdict) {
    const style = state.verdict.status === 'verified' ? 'good' : 'warn'
    return [spanOf(attempt, 'dim'), spanOf(oneLine(state.verdict.status), style)]
  }
  return [spanOf(attempt, 'dim'), spanOf('preparing', 'dim')]
}
