import type { Counterexample } from '../core/event-parts.ts'
import { counterexampleBlock } from './counterexample.ts'
import { count } from './format.ts'
import { type Controls, KEYS, type PanelKind } from './keys.ts'
import { blank, cutSpans, indented, type Line, type Look, type Span, spanOf } from './line.ts'
import { clean, padEnd, wrap } from './text.ts'

/** What there is to look at. */
export interface Shown {
  title: string
  /** A diff is coloured, the code of a test is not wrapped. */
  kind: 'text' | 'diff' | 'code'
  text: string
  /** Stands before the text. */
  counterexample?: Counterexample | null
}

/** Lines of what is shown, for a screen of this width. */
export function panelLines(shown: Shown, look: Look): Line[] {
  const block = shown.counterexample ? [...counterexampleBlock(shown.counterexample, null, look), blank()] : []
  const text = clean(shown.text.replace(/\n$/, ''))
  const lines = text === '' ? [] : text.split('\n').flatMap((line) => textLines(shown.kind, line, look))
  return [...block, ...lines]
}

function textLines(kind: Shown['kind'], line: string, look: Look): Line[] {
  const style = kind === 'diff' ? styleOfDiff(line) : undefined
  const parts = kind === 'code' ? [line] : wrap(line, look.width)
  return parts.map((text) => ({ kind: 'step', spans: cutSpans([spanOf(text, style)], look) }))
}

function styleOfDiff(line: string): Span['style'] {
  if (/^(diff |index |@@|\+\+\+|---|new file|deleted file)/.test(line)) return 'dim'
  return line.startsWith('+') ? 'good' : line.startsWith('-') ? 'bad' : undefined
}

/** The list of keys. */
export function helpLines(look: Look, keys = KEYS): Line[] {
  const width = Math.max(...keys.map(({ word }) => word.length))
  const more = [
    ['Tab', 'the next task, where several are at work'],
    ['arrows, space, b', 'move in what is shown; Escape closes it'],
  ]
  return [
    ...keys.flatMap(({ key, word, does }) => {
      const [first = '', ...rest] = wrap(does, look.width - width - 6)
      const lead = [spanOf(`${key}   `, 'bold'), spanOf(`${padEnd(word, width)}  `), spanOf(first, 'dim')]
      const line: Line = { kind: 'step', spans: lead }
      return [line, ...rest.map((text) => indented(width + 6, text, 'step', 'dim'))]
    }),
    blank(),
    ...more.map(([keys, does]): Line => ({ kind: 'step', spans: [spanOf(`${keys}: `), spanOf(does ?? '', 'dim')] })),
  ]
}

const TITLES: Record<PanelKind, string> = { help: 'Keys', prompt: 'Prompt', diff: 'Diff', test: 'Failing test' }

/** The panel with its title and where in it one is: exactly `rows` lines or fewer. */
export function panelView(
  panel: NonNullable<Controls['panel']>,
  title: string | null,
  lines: readonly Line[],
  look: Look,
  rows: number,
): Span[][] {
  const room = Math.max(1, rows - 1)
  const top = Math.min(panel.top, Math.max(0, lines.length - room))
  const end = Math.min(lines.length, top + room)
  const where = lines.length > room ? `  lines ${count(top + 1)} to ${count(end)} of ${count(lines.length)}` : ''
  const head = [spanOf(title ?? TITLES[panel.kind], 'bold'), spanOf(`${where}  Esc closes`, 'dim')]
  return [head, ...lines.slice(top, end).map(({ spans }) => spans)].map((spans) => cutSpans(spans, look))
}

/** What the keys have done, and which there are. */
export function keysLine(controls: Controls, look: Look, keys = KEYS): Span[] {
  if (controls.note !== null) return cutSpans([spanOf(controls.note, 'warn')], look)
  if (controls.stopping)
    return cutSpans([spanOf('stopping: what runs is ended and cleared up; Ctrl-C again ends at once', 'warn')], look)
  if (controls.asked) return cutSpans([spanOf('q again stops the run; any other key goes on', 'warn')], look)
  const paused = controls.paused ? [spanOf('paused after this task; p goes on  ', 'warn')] : []
  const names = keys.map(({ key, word }) => `${key} ${word}`)
  const all = names.join('  ')
  const short = `${keys.map(({ key }) => key).join(' ')}  (? says what they do)`
  const words = paused.length > 0 ? '? help' : all.length <= look.width ? all : short
  return cutSpans([...paused, spanOf(words, 'dim')], look)
}
