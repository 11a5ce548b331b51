import { indentOf, type Line, splitBom } from './text-lines.ts'

/** Lines compared without regard to where they stand from the margin. */
export interface Shapes {
  /** Lines without the space around them; '' where blank. */
  contents: readonly string[]
  /** How each line is indented against the last one before it that is not blank: equal wherever the whole is shifted. */
  steps: readonly string[]
  /** Number of blank lines that end with this one. */
  blankRuns: readonly number[]
  /** By how many characters lines are most often indented deeper than the one before; 0: never. */
  step: number
}

/** A file's text, taken apart once for all of its blocks. What only few blocks need is made when it is asked for. */
export interface BaseText {
  /** The byte order mark, or ''. */
  bom: string
  /** The text without the mark. */
  body: string
  /** Lines without their endings. */
  texts: readonly string[]
  /** Offset in `body` of each line, and of the end. */
  starts: readonly number[]
  /** Lines without trailing space. */
  trimmed(): readonly string[]
  shapes(): Shapes
  /** The line ending that most lines have; LF where none has any. */
  usualEol(): '\n' | '\r\n'
}

export function baseText(text: string): BaseText {
  const { bom, body } = splitBom(text)
  const { texts, starts } = takeApart(body)
  return {
    bom,
    body,
    texts,
    starts,
    trimmed: once(() => texts.map((line) => line.trimEnd())),
    shapes: once(() => shapesOf(texts)),
    usualEol: once(() => usualEolOf(body)),
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function takeApart(body: string): { texts: string[]; starts: number[] } {
  const texts: string[] = []
  const starts: number[] = [0]
  let start = 0
  while (start < body.length) {
    const newline = body.indexOf('\n', start)
    const next = newline < 0 ? body.length : newline + 1
    const end = newline < 0 ? body.length : newline
    texts.push(body.slice(start, end > start && newline >= 0 && body[end - 1] === '\r' ? end - 1 : end))
    starts.push(next)
    start = next
  }
  return { texts, starts }
}

function usualEolOf(body: string): '\n' | '\r\n' {
  let crlf = 0
  let all = 0
  for (let at = body.indexOf('\n'); at >= 0; at = body.indexOf('\n', at + 1)) {
    all++
    if (body[at - 1] === '\r') crlf++
  }
  return crlf > all - crlf ? '\r\n' : '\n'
}

export function shapesOf(texts: readonly string[]): Shapes {
  const contents = texts.map((line) => line.trim())
  const steps: string[] = []
  const blankRuns: number[] = []
  const counts = new Map<number, number>()
  let before = ''
  for (const [k, content] of contents.entries()) {
    blankRuns.push(content === '' ? (blankRuns[k - 1] ?? 0) + 1 : 0)
    if (content === '') {
      steps.push('')
      continue
    }
    const indent = indentOf(texts[k]!)
    const deeper = indent.length - before.length
    if (deeper > 0) counts.set(deeper, (counts.get(deeper) ?? 0) + 1)
    steps.push(stepBetween(before, indent))
    before = indent
  }
  const [step = 0] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? []
  return { contents, steps, blankRuns, step }
}

/** What two indentations do not share. The same for `x + a` and `x + b` whatever `x` is. */
function stepBetween(a: string, b: string): string {
  let shared = 0
  while (shared < a.length && a[shared] === b[shared]) shared++
  return `${a.slice(shared)}>${b.slice(shared)}`
}

/** Lines `start` up to and without `end`, with their endings. */
export function linesOf(base: BaseText, start: number, end: number): Line[] {
  return base.texts.slice(start, end).map((text, k) => {
    const from = base.starts[start + k]! + text.length
    return { text, eol: base.body.slice(from, base.starts[start + k + 1]) as Line['eol'] }
  })
}
