import type { BlockContent, Heading, List, ListItem, PhrasingContent, RootContent } from 'mdast'
import type { Position } from 'unist'
import { plainInline } from './plain-inline.ts'

/** Lines of a file with the offset at which each starts. */
export interface Lines {
  lines: readonly string[]
  starts: readonly number[]
}

const HEADING = /^(#{1,6})[ ]+(\S.*)$/
const ITEM = /^([-*+]|(\d{1,9})([.)]))( +)(\S.*)$/
/** A line that starts with one of these, or consists of these, may be another block than a paragraph. */
const NOT_TEXT =
  /^(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|#|>|`{3}|~{3}|<|=+\s*$|-+\s*$|\||[|:\- \t]+$|(?:[*_]\s*){3,}$)|\|/

/** An open list item and the column from which a line belongs to it. */
interface Frame {
  list: List
  item: ListItem
  content: number
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
  /** The paragraph that is open: its first line, where its text starts there, and its last line; null: none is open. */
  private paragraph: { line: number; at: number; last: number } | null = null

  constructor(file: Lines) {
    this.file = file
  }

  read(from: number, to: number): RootContent[] | null {
    for (let line = from; line < to; line++) {
      const text = this.file.lines[line]!
      const known = text === '' ? this.close() : !isOdd(text) && this.line(line, text)
      if (!known) return null
    }
    if (!this.close()) return null
    for (const node of this.root) settle(node)
    return this.root
  }

  private line(line: number, text: string): boolean {
    const at = indentOf(text)
    const rest = text.slice(at)
    const heading = at === 0 ? HEADING.exec(text) : null
    if (heading !== null) return this.heading(line, text, heading)
    const item = ITEM.exec(rest)
    if (item !== null) return this.item(line, at, item)
    if (NOT_TEXT.test(rest)) return false
    return this.text(line, at)
  }

  private heading(line: number, text: string, match: RegExpExecArray): boolean {
    if (/[# ]$/.test(text) || !this.close()) return false
    this.open.length = 0
    const position = this.span(line, 0, line, text.length)
    const children = plainInline(match[2]!)
    if (children === null) return false
    const depth = match[1]!.length as Heading['depth']
    this.root.push({ type: 'heading', depth, children: placed(children, position), position })
    return true
  }

  private item(line: number, at: number, match: RegExpExecArray): boolean {
    const [, marker, number, delimiter, gap, text] = match
    if (gap!.length > 4 || NOT_TEXT.test(text!)) return false
    // A number other than 1 does not interrupt a paragraph, unless it goes on with its list.
    const container = this.containerAt(at)
    const above = container === 0 ? undefined : this.open[container - 1]
    if (at - (above?.content ?? 0) > 3) return false
    const sibling = this.open[container]
    const kind = delimiter ?? marker!
    const follows = sibling !== undefined && kindOf(this.file, sibling.list) === kind
    if (this.paragraph !== null && number !== undefined && number !== '1' && !follows) return false
    if (!this.close()) return false
    this.open.length = container
    const item: ListItem = {
      type: 'listItem',
      checked: null,
      children: [],
      position: this.span(line, at, line, at),
    }
    if (follows) sibling.list.children.push(item)
    const list = follows ? sibling.list : this.newList(line, at, number, item)
    if (!follows) this.put(list, above)
    this.open.push({ list, item, content: at + marker!.length + gap!.length })
    this.paragraph = { line, at: at + marker!.length + gap!.length, last: line }
    return true
  }

  private newList(line: number, at: number, number: string | undefined, item: ListItem): List {
    const start = number === undefined ? null : Number(number)
    return {
      type: 'list',
      ordered: number !== undefined,
      start,
      children: [item],
      position: this.span(line, at, line, at),
    }
  }

  private text(line: number, at: number): boolean {
    if (this.paragraph !== null) {
      // An open paragraph goes on, however its lines are indented.
      this.paragraph.last = line
      return true
    }
    const container = this.containerAt(at)
    this.open.length = container
    if (at - (this.open.at(-1)?.content ?? 0) > 3) return false
    this.paragraph = { line, at, last: line }
    return true
  }

  /** How many of the open items a line with this indentation belongs to. */
  private containerAt(at: number): number {
    let count = 0
    while (count < this.open.length && at >= this.open[count]!.content) count++
    return count
  }

  /** Ends the paragraph that is open. False: its text needs the library. */
  private close(): boolean {
    if (this.paragraph === null) return true
    const { line: first, at, last } = this.paragraph
    const position = this.span(first, at, last, this.file.lines[last]!.length)
    const children = first === last ? this.inline(first, at, position) : this.severalLines(first, at, last)
    if (children === null) return false
    this.paragraph = null
    this.put({ type: 'paragraph', children, position }, this.open.at(-1))
    return true
  }

  private inline(line: number, at: number, position?: Span): PhrasingContent[] | null {
    const text = this.file.lines[line]!
    const nodes = plainInline((at === 0 ? text : text.slice(at)).trimEnd())
    return nodes === null ? null : placed(nodes, position ?? this.span(line, at, line, text.length))
  }

  private severalLines(first: number, at: number, last: number): PhrasingContent[] | null {
    const texts = this.file.lines.slice(first, last + 1)
    // A tag may go over several lines, and marks inside it are none.
    if (texts.some((text) => text.includes('<')) && texts.some((text) => /[*_`]/.test(text))) return null
    const children: PhrasingContent[] = []
    for (let line = first; line <= last; line++) {
      const inline = this.inline(line, line === first ? at : indentOf(this.file.lines[line]!))
      if (inline === null) return null
      if (line > first) children.push(this.lineEnd(line))
      children.push(...inline)
    }
    return children
  }

  private lineEnd(line: number): PhrasingContent {
    const before = this.file.lines[line - 1]!.length
    return { type: 'text', value: '\n', position: this.span(line - 1, before, line, 0) }
  }

  private put(node: BlockContent, frame: Frame | undefined): void {
    if (frame === undefined) this.root.push(node)
    else frame.item.children.push(node)
  }

  private span(line: number, at: number, lastLine: number, end: number): Span {
    return new Span(this.file.starts, line, at, lastLine, end)
  }
}

/** The nodes of one line share its position: nobody asks for more. */
function placed(nodes: PhrasingContent[], position: Span): PhrasingContent[] {
  for (const node of nodes) {
    node.position = position
    if ('children' in node) for (const child of node.children) child.position = position
  }
  return nodes
}

/** A position whose points are made when they are asked for: a large file has a hundred thousand nodes. */
class Span implements Position {
  private readonly starts: readonly number[]
  private readonly line: number
  private readonly at: number
  lastLine: number
  lastAt: number

  constructor(starts: readonly number[], line: number, at: number, lastLine: number, lastAt: number) {
    this.starts = starts
    this.line = line
    this.at = at
    this.lastLine = lastLine
    this.lastAt = lastAt
  }

  get start() {
    return { line: this.line + 1, column: this.at + 1, offset: this.starts[this.line]! + this.at }
  }

  get end() {
    return { line: this.lastLine + 1, column: this.lastAt + 1, offset: this.starts[this.lastLine]! + this.lastAt }
  }
}

/** Lists and items end where their last part ends. */
function settle(node: RootContent): void {
  if (node.type !== 'list' && node.type !== 'listItem') return
  for (const child of node.children) settle(child)
  const last = node.children.at(-1)
  if (last?.position instanceof Span && node.position instanceof Span) {
    node.position.lastLine = last.position.lastLine
    node.position.lastAt = last.position.lastAt
  }
}

/** White space that Markdown or JavaScript reads in its own way, and control characters. Blank lines of spaces too. */
function isOdd(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 32 || (code > 126 && /[\p{Cc}\p{Z}\ufeff]/u.test(text[at]!))) return true
  }
  return text.endsWith('  ') || text.trim() === ''
}

/** The mark of a list: its bullet, or what stands behind its numbers. */
function kindOf(file: Lines, list: List): string {
  const { line, column } = list.position!.start
  const text = file.lines[line - 1]!.slice(column - 1)
  return /^\d+([.)])/.exec(text)?.[1] ?? text[0]!
}

function indentOf(text: string): number {
  let at = 0
  while (text.charCodeAt(at) === 32) at++
  return at
}
