import { displayWidth, wrap } from './text.ts'

interface Piece {
  text: string
  /** Items between the brackets; null for text without brackets of its own. */
  items: Piece[] | null
  open: string
  close: string
}

const PAIRS: Record<string, string> = { '[': ']', '{': '}', '(': ')' }

/** End (exclusive) of a quoted string that begins at `start`. */
function endOfString(text: string, start: number): number {
  const quote = text[start]
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote) return i + 1
  }
  return text.length
}

/** Positions of the commas and of the closing bracket that belong to the bracket at `start`; null when unbalanced. */
function innerMarks(text: string, start: number): number[] | null {
  const expected: string[] = []
  const marks: number[] = []
  for (let i = start; i < text.length; i++) {
    const c = text[i]!
    if (c === '"' || c === "'" || c === '`') i = endOfString(text, i) - 1
    else if (PAIRS[c]) expected.push(PAIRS[c])
    else if (c === ',' && expected.length === 1) marks.push(i)
    else if (c === ']' || c === '}' || c === ')') {
      if (expected.pop() !== c) return null
      if (expected.length === 0) return [...marks, i]
    }
  }
  return null
}

/** First bracket outside of quotes, or -1. */
function firstBracket(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === '"' || c === "'" || c === '`') i = endOfString(text, i) - 1
    else if (PAIRS[c]) return i
  }
  return -1
}

function parse(text: string): Piece {
  const leaf: Piece = { text, items: null, open: '', close: '' }
  const start = firstBracket(text)
  const marks = start < 0 ? null : innerMarks(text, start)
  if (!marks) return leaf
  const end = marks.at(-1)!
  const items: Piece[] = []
  let from = start + 1
  for (const mark of marks) {
    const item = text.slice(from, mark).trim()
    if (item !== '' || mark !== end) items.push(parse(item))
    from = mark + 1
  }
  return { text, items, open: text.slice(0, start + 1), close: text.slice(end) }
}

function layout(piece: Piece, indent: number, width: number, tail: string): string[] {
  const pad = ' '.repeat(indent)
  const flat = pad + piece.text + tail
  if (displayWidth(flat) <= width) return [flat]
  if (!piece.items || piece.items.length === 0) {
    return wrap(piece.text + tail, Math.max(8, width - indent)).map((line) => pad + line)
  }
  const last = piece.items.length - 1
  const inner = piece.items.flatMap((item, i) => layout(item, indent + 2, width, i < last ? ',' : ''))
  return [pad + piece.open, ...inner, pad + piece.close + tail]
}

/**
 * A printed value (`[{"at":1200},"w1"]`, as property-based test libraries print it) in lines of at most `width`
 * columns where its strings allow it: whole on one line if it fits, else broken at its own brackets. Works on the text, because such
 * values are often not JSON. Only white space changes.
 */
export function pretty(value: string, width: number): string[] {
  return value.split('\n').flatMap((line) => layout(parse(line.trimEnd()), 0, width, ''))
}
