import type { BlockContent, Heading, List, ListItem, RootContent } from 'mdast'
import { LONGEST } from './grammar.ts'
import { PlainHeading, PlainParagraph, severalLines } from './plain-nodes.ts'
import { Span } from './span.ts'

/** A file as its lines, with the offset at which each starts. */
export interface Lines {
  body: string
  lines: readonly string[]
  starts: readonly number[]
  /** Whether any line `isOdd`. */
  odd: boolean
}

/** White space that Markdown or JavaScript reads in its own way, and control characters. */
const ODD =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x09\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/
const HEADING = /^(#{1,6}) +(?=\S)/
/** What starts with one of these, or consists of these, may be another block than a paragraph. */
const NOT_TEXT =
  /^(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|#|>|`{3}|~{3}|<|=+\s*$|-+\s*$|\||[|:\- \t]+$|(?:[*_]\s*){2,}$)|\|/

/** Whether a text has a line that only the library reads: with odd signs, with nothing but spaces, or two of them at its end. */
export function isOdd(text: string): boolean {
  return text.includes(' \n') || text.endsWith(' ') || ODD.test(text)
}

function isOddLine(text: string): boolean {
  return (text.endsWith(' ') && (text.endsWith('  ') || text.trim() === '')) || ODD.test(text)
}

/** An open list item and the column from which a line belongs to it. */
interface Frame {
  list: List
  item: ListItem
  content: number
  /** Its bullet, or what stands behind its number. */
  kind: number
}

/**
 * The blocks of some lines, where all of them are headings, list items and paragraphs of the plainest form; null where the
 * library has to look. What it finds is what the library finds: a law of the tests.
 */
export function plainBlocks(file: Lines, from: number, to: number): RootContent[] | null {
  return new Reader(file).read(from, to)
}

class Reader {
  private readonly file: Lines
  private readonly root: RootContent[] = []
  private readonly open: Frame[] = []
  /** The paragraph that is open: its first line, where its text starts there, and its last line; -1: none is open. */
  private first = -1
  private at = 0
  private last = 0

  constructor(file: Lines) {
    this.file = file
  }

  read(from: number, to: number): RootContent[] | null {
    const { lines, odd } = this.file
    for (let line = from; line < to; line++) {
      const text = lines[line]!
      const known =
        text === '' ? this.close() : text.length < LONGEST && !(odd && isOddLine(text)) && this.line(line, text)
      if (!known) return null
    }
    return this.close() ? this.root : null
  }

  private line(line: number, text: string): boolean {
    const at = indentOf(text)
    const code = text.charCodeAt(at)
    if (code === HASH) return at === 0 && this.heading(line, text)
    if (isBullet(code)) {
      if (text.charCodeAt(at + 1) === SPACE) return this.item(line, text, at, at + 1, code)
    } else if (isDigit(code)) {
      const end = numberEnd(text, at)
      const mark = text.charCodeAt(end)
      if (end - at < 10 && (mark === DOT || mark === BRACKET) && text.charCodeAt(end + 1) === SPACE)
        return this.item(line, text, at, end + 1, mark)
    }
    return isText(text, at) && this.text(line, at)
  }

  private heading(line: number, text: string): boolean {
    const match = HEADING.exec(text)
    if (match === null || text.endsWith(' ') || text.endsWith('#') || !this.close()) return false
    this.open.length = 0
    const position = new Span(this.file.starts, line, 0, line, text.length)
    this.root.push(new PlainHeading(this.file.body, position, match[0].length, match[1]!.length as Heading['depth']))
    return true
  }

  /** A line with a marker from `at` to `end`. */
  private item(line: number, text: string, at: number, end: number, kind: number): boolean {
    let content = end
    while (text.charCodeAt(content) === SPACE) content++
    if (content - end > 4 || content >= text.length || !isText(text, content)) return false
    const container = this.containerAt(at)
    const above = container === 0 ? undefined : this.open[container - 1]
    if (at - (above?.content ?? 0) > 3) return false
    const sibling = this.open[container]
    const follows = sibling !== undefined && sibling.kind === kind
    const numbered = !isBullet(kind)
    const number = numbered ? Number(text.slice(at, end - 1)) : null
    // A number other than 1 does not interrupt a paragraph, unless it goes on with its list.
    if (this.first >= 0 && numbered && !follows && text.slice(at, end - 1) !== '1') return false
    if (!this.close()) return false
    this.open.length = container
    const { starts } = this.file
    const item: ListItem = {
      type: 'listItem',
      checked: null,
      children: [],
      position: new Span(starts, line, at, line, at),
    }
    let list = sibling?.list
    if (list !== undefined && follows) list.children.push(item)
    else {
      const position = new Span(starts, line, at, line, at)
      list = { type: 'list', ordered: numbered, start: number, children: [item], position }
      this.put(list, above)
    }
    this.open.push({ list, item, content, kind })
    this.first = line
    this.at = content
    this.last = line
    return true
  }

  private text(line: number, at: number): boolean {
    if (this.first < 0) {
      const container = this.containerAt(at)
      this.open.length = container
      if (at - (this.open[container - 1]?.content ?? 0) > 3) return false
      this.first = line
      this.at = at
    }
    // An open paragraph goes on, however its lines are indented.
    this.last = line
    return true
  }

  /** How many of the open items a line with this indentation belongs to. */
  private containerAt(at: number): number {
    let count = 0
    while (count < this.open.length && at >= this.open[count]!.content) count++
    return count
  }

  /** Ends the paragraph that is open, and with it, for now, all that it stands in. False: its text needs the library. */
  private close(): boolean {
    if (this.first < 0) return true
    const { body, starts, lines } = this.file
    const last = this.last
    const end = lines[last]!.length
    const position = new Span(starts, this.first, this.at, last, end)
    const paragraph = this.first === last ? new PlainParagraph(body, position) : severalLines(body, position)
    if (paragraph === null) return false
    this.first = -1
    this.put(paragraph, this.open[this.open.length - 1])
    for (let at = 0; at < this.open.length; at++) {
      const { list, item } = this.open[at]!
      endAt(item.position as Span, last, end)
      endAt(list.position as Span, last, end)
    }
    return true
  }

  private put(node: BlockContent, frame: Frame | undefined): void {
    if (frame === undefined) this.root.push(node)
    else if (frame.item.children.length === 0) frame.item.children = [node]
    else frame.item.children.push(node)
  }
}

function endAt(span: Span, line: number, at: number): void {
  span.lastLine = line
  span.lastAt = at
}

const SPACE = 32
const HASH = 35
const BRACKET = 41
const STAR = 42
const PLUS = 43
const DASH = 45
const DOT = 46
const UNDERSCORE = 95

function isBullet(code: number): boolean {
  return code === DASH || code === STAR || code === PLUS
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function numberEnd(text: string, at: number): number {
  let end = at
  while (isDigit(text.charCodeAt(end))) end++
  return end
}

/** Whether what stands from `at` to the end of a line can only be text. */
function isText(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  // A letter, a bracket or a sign of another script: found out without a look at the rest. 64 is '@', 91 '['.
  const plain = (code > 64 && code !== UNDERSCORE && code !== 96 && code < 124) || code > 126
  return plain ? !text.includes('|', at) : !NOT_TEXT.test(at === 0 ? text : text.slice(at))
}

function indentOf(text: string): number {
  let at = 0
  while (text.charCodeAt(at) === SPACE) at++
  return at
}
