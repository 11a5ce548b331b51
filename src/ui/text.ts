import { stripVTControlCharacters } from 'node:util'

const ASCII = /^[\x20-\x7e]*$/
/** Letters, arrows, boxes and signs that never join with what stands beside them. */
const SINGLE = /^[\x20-\x7e\u00a1-\u02ff\u2010-\u2027\u2190-\u23ff\u2500-\u27bf]*$/
/** Those of them that take one column: what Unicode says of them need not be asked, which costs milliseconds the first time. */
const NARROW = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713-\u2718]*$/
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const WIDE =
  /^(?:\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303f\uff01-\uff60\uffe0-\uffe6])|\ufe0f/u
/** C0 and C1 controls but the line feed, and the marks that reorder text on a screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Graphemes in a column that are looked at: more than one only where some have no width. */
const MOST_PARTS = 8

let segmenter: Intl.Segmenter | null = null

function graphemes(text: string): string[] {
  if (SINGLE.test(text)) return [...text]
  // Making one takes a third of Node's own start, and most lines hold nothing for it.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), (s) => s.segment)
}

function graphemeWidth(grapheme: string): number {
  if (NARROW.test(grapheme)) return 1
  if (ZERO.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

/** Columns that one line of text takes in a terminal. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  return graphemes(text).reduce((sum, g) => sum + graphemeWidth(g), 0)
}

/**
 * Text that is safe to print: what models and tests wrote must not move the cursor, change colours or reorder the
 * line. Tabs become two spaces; line feeds stay.
 */
export function clean(text: string): string {
  if (ASCII.test(text)) return text
  const plain = stripVTControlCharacters(text.toWellFormed())
  return plain.replaceAll('\r\n', '\n').replaceAll('\t', '  ').replace(CONTROLS, '')
}

/** `clean`, with every run of white space made one space. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim()
}

/** Without a backtick whose span of code has only one end in what was cut or copied. */
export function withoutHalfCode(text: string): string {
  const ticks = [...text.matchAll(/(?<!`)`(?!`)/g)]
  const last = ticks.at(-1)
  return last && ticks.length % 2 === 1 ? text.slice(0, last.index) + text.slice(last.index + 1) : text
}

/** Number of leading graphemes of `parts` that fit into `width` columns. */
function fitting(parts: string[], width: number): number {
  let used = 0
  for (const [i, part] of parts.entries()) {
    used += graphemeWidth(part)
    if (used > width) return i
  }
  return parts.length
}

/** Cuts one line to `width` columns; the cut is marked by `mark`. */
export function truncate(text: string, width: number, mark = '...'): string {
  if (displayWidth(text) <= width) return text
  const room = width - displayWidth(mark)
  const parts = graphemes(text)
  if (room <= 0) return parts.slice(0, fitting(parts, width)).join('')
  return parts.slice(0, fitting(parts, room)).join('').trimEnd() + mark
}

/** `truncate`, between two words where there are two. */
export function atWord(text: string, width: number, mark = '...'): string {
  if (displayWidth(text) <= width) return text
  const [first = ''] = wrap(text, width - displayWidth(mark))
  return first.replace(/[\s,;:.]+$/, '') + mark
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

function wrapLine(line: string, width: number): string[] {
  const text = line.trimEnd()
  if (displayWidth(text) <= width) return [text]
  const parts = graphemes(text)
  const lines: string[] = []
  for (let from = 0; from < parts.length; ) {
    // As much as is looked at for one line; a line of a megabyte is looked at once in all.
    const rest = parts.slice(from, from + width * MOST_PARTS + 1)
    // One grapheme at least, or a column too narrow for a wide character would never end.
    const fit = Math.max(1, fitting(rest, width))
    if (from + fit >= parts.length) return [...lines, rest.join('')]
    const indent = rest.findIndex((p) => p !== ' ')
    const space = rest[fit] === ' ' ? fit : rest.lastIndexOf(' ', fit - 1)
    const cut = space > indent ? space : fit
    lines.push(rest.slice(0, cut).join('').trimEnd())
    from += cut
    while (parts[from] === ' ') from++
  }
  return lines
}

/** Lines of at most `width` columns, broken at spaces where there are any. Line feeds and indentation stay. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)))
}
