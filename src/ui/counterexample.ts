import type { Counterexample } from '../core/event-parts.ts'
import { count } from './format.ts'
import { blockIndent, type Line, type Look, type Span, type Style, spanOf } from './line.ts'
import { pretty } from './pretty.ts'
import { clean, displayWidth, padEnd, wrap } from './text.ts'

const MESSAGE_LINES = 14
const VALUE_LINES = 24
const HISTORY_EVENTS = 12
const LABEL = 9

/** At most `max` lines, and a last one that says how many are missing. */
function capped(lines: string[], max: number, room: number): string[] {
  if (lines.length <= max) return lines
  return [...lines.slice(0, max), ...wrap(`(${count(lines.length - max)} more lines in the journal)`, room)]
}

function lastEvents(history: string[]): { title: string; events: string[] } {
  const events = history.slice(-HISTORY_EVENTS)
  const title = events.length < history.length ? `last ${events.length} of ${count(history.length)} events` : ''
  return { title, events }
}

/** `replay: seed 123, path 0:1`, with the run where it is known; null when no seed replays it. */
export function replayLine(c: Counterexample, run: string | null): string | null {
  if (c.seed === null) return null
  const path = c.path === null ? '' : `, path ${c.path}`
  return `replay: seed ${c.seed}${path}${run === null ? '' : ` (run ${run})`}`
}

function valueLabel(c: Counterexample): string {
  return c.shrinks > 0 ? 'shrunk' : 'value'
}

/** The smallest failing case as a block: test, value, message, last events of the history, and how to replay it. */
export function counterexampleBlock(c: Counterexample, run: string | null, look: Look): Line[] {
  const indent = ' '.repeat(blockIndent(look))
  const rail = look.spoken ? '' : look.unicode ? '│ ' : '| '
  const room = look.width - indent.length - rail.length - LABEL
  const lines: Line[] = []
  const add = (spans: Span[]) => lines.push({ kind: 'step', spans: [spanOf(indent), spanOf(rail, 'bad'), ...spans] })
  const field = (label: string, texts: string[], style?: Style) => {
    for (const [i, text] of texts.entries()) {
      add([spanOf(padEnd(i === 0 ? label : '', LABEL), 'dim'), spanOf(text, style)])
    }
  }
  field('test', wrap(clean(c.test), room), 'bold')
  if (c.value !== null) field(valueLabel(c), capped(pretty(clean(c.value), room), VALUE_LINES, room))
  const message = clean(c.message)
    .trim()
    .replace(/\n\s*\n/g, '\n')
  if (message !== '') field('message', capped(wrap(message, room), MESSAGE_LINES, room))
  const drawn = (c.picture ?? []).map(clean)
  // A picture that is wrapped is none.
  if (drawn.length > 0 && drawn.every((line) => displayWidth(line) <= room)) field('picture', drawn)
  else if (c.history.length > 0) {
    const { title, events } = lastEvents(c.history)
    const texts = events.flatMap((event) => hanging(clean(event), room))
    field('history', title === '' ? texts : [...wrap(title, room), ...texts])
  }
  const replay = replayLine(c, run)
  if (replay !== null) for (const text of wrap(clean(replay), room + LABEL)) add([spanOf(text, 'bold')])
  return lines
}

/** Wrapped, with the continuation indented: each event of a history begins at the same column. */
function hanging(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text]
  const [first = '', ...rest] = wrap(text.replaceAll('\n', ' '), width)
  const more = text.replaceAll('\n', ' ').slice(first.length).trimStart()
  return rest.length === 0 ? [first] : [first, ...wrap(more, width - 2).map((line) => `  ${line}`)]
}
