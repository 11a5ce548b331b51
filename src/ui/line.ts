import { clean, displayWidth, oneLine, padEnd, padStart, truncate, wrap } from './text.ts'

export type Style = 'good' | 'bad' | 'warn' | 'dim' | 'bold'

export interface Span {
  text: string
  style?: Style
}

/**
 * One line for people. `key`: also shown with --quiet; `progress`: a sign of life, shown only now and then and never
 * where a live area shows it anyway.
 */
export interface Line {
  kind: 'key' | 'step' | 'progress'
  spans: Span[]
}

/** What the screen can show. Width in columns. */
export interface Look {
  width: number
  unicode: boolean
  /** It is read aloud: no lines are drawn. Left out: no. */
  spoken?: boolean
  /** Where a page such as `docs/lint.md#no-tasks` can be opened; left out: there. */
  page?: ((place: string) => string) | undefined
  /** How this program is started from where the user is; left out: `npx agent`. */
  command?: string | undefined
}

/** Columns to write in on a screen of `columns`: neither too few for the blocks nor too many for the eye. */
export function readableWidth(columns = 100): number {
  return Math.min(100, Math.max(40, columns))
}

export type Mark = 'good' | 'bad' | 'warn' | 'none'

const UNICODE_MARKS: Record<Mark, string> = { good: '✓', bad: '✗', warn: '!', none: ' ' }
const ASCII_MARKS: Record<Mark, string> = { good: 'ok', bad: 'FAIL', warn: '!', none: '' }
const LABEL = 12
/** Columns kept free for a time at the right, with a space before it; a longer one gets what it needs. */
const TIME = 11
/** Below this, a column for labels leaves too little for the text. */
const NARROW = 60

export const ellipsis = (look: Look): string => (look.unicode ? '…' : '...')

export function plainText(line: Line): string {
  return line.spans
    .map((s) => s.text)
    .join('')
    .trimEnd()
}

/** Styled text, made safe to print: whatever text comes from outside ends here. */
export function spanOf(text: string, style?: Style): Span {
  const safe = clean(text).replaceAll('\n', ' ')
  return style ? { text: safe, style } : { text: safe }
}

export const blank = (kind: Line['kind'] = 'step'): Line => ({ kind, spans: [] })

export interface Step {
  mark: Mark
  label: string
  text: string
  /** What begins on a line of its own. */
  more?: string[]
  /** Elapsed time in words; stands at the right. */
  time?: string
  kind?: Line['kind']
  style?: Style
  /** Keeps the label in its column on a narrow screen too: for lists. */
  aligned?: boolean
}

/** The label with its mark, and where the text continues below. */
function heading(look: Look, { mark, label, aligned = false }: Step): { lead: string; name: string; indent: number } {
  const marks = look.unicode ? UNICODE_MARKS : ASCII_MARKS
  const lead = `${padEnd(marks[mark], markWidth(look))} `
  const narrow = look.width < NARROW && !aligned
  const short = truncate(oneLine(label), LABEL, ellipsis(look))
  const name = `${narrow ? short : padEnd(short, LABEL)}  `
  return { lead, name, indent: displayWidth(lead) + (narrow ? 2 : displayWidth(name)) }
}

/** One step: mark, label and text with its time at the right; what does not fit continues below the text. */
export function step(look: Look, options: Step): Line[] {
  const { mark, text, more = [], time = '', kind = 'step', style } = options
  const { lead, name, indent } = heading(look, options)
  const prefix = displayWidth(lead + name)
  const right = time === '' ? 0 : Math.max(TIME, displayWidth(time) + 1)
  const words = oneLine(text)
  // The first line of a narrow step begins further to the right than the others, and has the time.
  const first = wrap(words, look.width - prefix - right)[0] ?? ''
  const rest = words.slice(first.length).trimStart()
  const spans: Span[] = [
    spanOf(lead, mark === 'none' ? undefined : mark),
    spanOf(name, mark === 'bad' ? 'bad' : 'dim'),
    spanOf(first, style),
  ]
  if (right > 0) spans.push(spanOf(padStart(time, look.width - prefix - displayWidth(first)), 'dim'))
  const below = [...(rest === '' ? [] : [rest]), ...more.map(oneLine)]
  const lines = below.flatMap((part) => wrap(part, look.width - indent))
  return [{ kind, spans }, ...lines.map((line) => indented(indent, line, kind, style))]
}

export function markWidth(look: Look): number {
  return look.unicode ? 1 : 4
}

/** Columns before the labels: where blocks below a step begin. */
export function blockIndent(look: Look): number {
  return markWidth(look) + 1
}

export function indented(columns: number, text: string, kind: Line['kind'] = 'step', style?: Style): Line {
  return { kind, spans: [spanOf(' '.repeat(columns)), spanOf(text, style)] }
}

/** Wrapped text in a block of its own. */
export function paragraph(look: Look, text: string, kind: Line['kind'], style?: Style): Line[] {
  const indent = blockIndent(look)
  return wrap(oneLine(text), look.width - indent).map((line) => indented(indent, line, kind, style))
}

/** Lines of a text, each a paragraph of its own. */
export function paragraphs(look: Look, text: string, kind: Line['kind']): Line[] {
  return text.split('\n').flatMap((line) => paragraph(look, line, kind))
}

/** Cuts spans to the width of the screen, together. */
export function cutSpans(spans: Span[], look: Look): Span[] {
  const total = spans.reduce((sum, s) => sum + displayWidth(s.text), 0)
  if (total <= look.width) return spans
  const fitted: Span[] = []
  let room = look.width
  for (const span of spans) {
    const width = displayWidth(span.text)
    if (width < room) fitted.push(span)
    else return [...fitted, { ...span, text: truncate(`${span.text}   `, room, ellipsis(look)) }]
    room -= width
  }
  return fitted
}
