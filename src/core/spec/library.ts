import type { TreeCursor } from '@lezer/common'
import type { BlockContent, Code, Heading, List, ListItem, RootContent, Table, TableCell, TableRow } from 'mdast'
import { grammar } from './grammar.ts'
import { type Read, readPhrases } from './phrases.ts'
import { Span } from './span.ts'

/** A text and the offset at which each of its lines starts. */
export interface Body {
  body: string
  starts: readonly number[]
}

/**
 * Reads part of a text as Markdown with the library, in linear time: the nodes of mdast that specs need, with their places in
 * the whole text. Links are without address, code without language and indented as written.
 */
export function parseMarkdown({ body, starts }: Body, from = 0, to = body.length): RootContent[] {
  const first = lineAt(starts, from)
  const text = body
    .slice(from, to)
    .replace(/\r\n?/g, '\n')
    // The library knows the dashes below the head of a table only without white space behind them.
    .replace(/\|[ \t]+$/gm, '|')
  return new Adapter(text, starts, first, from - starts[first]!).blocks()
}

/** Turns the tree of the library into nodes of mdast. */
class Adapter implements Read {
  readonly text: string
  readonly cursor: TreeCursor
  private readonly lines: readonly number[]
  private readonly starts: readonly number[]
  private readonly first: number
  private readonly column: number

  /** `text`: what to read, with `\n` alone at the ends of lines. It starts in line `first`, counted from 0, at `column`. */
  constructor(text: string, starts: readonly number[], first: number, column: number) {
    this.text = text
    this.cursor = grammar.parse(text).cursor()
    this.lines = startsOf(text)
    this.starts = starts
    this.first = first
    this.column = column
  }

  /** The blocks in the node at which the cursor stands. */
  blocks(): BlockContent[] {
    return this.children(() => this.block())
  }

  children<T>(read: () => T | null): T[] {
    const found: T[] = []
    if (!this.cursor.firstChild()) return found
    do {
      const one = read()
      if (one !== null) found.push(one)
    } while (this.cursor.nextSibling())
    this.cursor.parent()
    return found
  }

  span(from: number, to: number): Span {
    const [start, end] = [lineAt(this.lines, from), lineAt(this.lines, to)]
    const at = from - this.lines[start]! + (start === 0 ? this.column : 0)
    const lastAt = to - this.lines[end]! + (end === 0 ? this.column : 0)
    return new Span(this.starts, this.first + start, at, this.first + end, lastAt)
  }

  private block(): BlockContent | null {
    const { name, from, to } = this.cursor
    switch (name) {
      case 'Paragraph':
        return { type: 'paragraph', children: readPhrases(this), position: this.span(from, to) }
      case 'BulletList':
      case 'OrderedList':
        return this.list(name === 'OrderedList')
      case 'Blockquote':
        return { type: 'blockquote', children: this.blocks(), position: this.span(from, to) }
      case 'FencedCode':
        return { type: 'code', value: this.code(), position: this.span(from, to) }
      case 'CodeBlock':
        return this.indentedCode()
      case 'HTMLBlock':
      case 'CommentBlock':
      case 'ProcessingInstructionBlock':
        return { type: 'html', value: this.unquoted(), position: this.span(from, to) }
      case 'HorizontalRule':
        return { type: 'thematicBreak', position: this.span(from, to) }
      case 'Table':
        return this.table()
    }
    const depth = /^(?:ATX|Setext)Heading(\d)$/.exec(name)?.[1]
    if (depth === undefined) return null
    const position = this.span(from, to)
    return { type: 'heading', depth: Number(depth) as Heading['depth'], children: readPhrases(this), position }
  }

  private list(ordered: boolean): List {
    const { from } = this.cursor
    const start = ordered ? Number(/^\s*(\d+)/.exec(this.text.slice(from, from + 20))?.[1]) : null
    const children = this.children(() => this.item())
    const [first, last] = [children[0]!.position as Span, children.at(-1)!.position as Span]
    return { type: 'list', ordered, start, children, position: first.upTo(last) }
  }

  /** An item starts with its bullet or number and ends with its last block. */
  private item(): ListItem {
    let position = this.span(this.cursor.from, this.cursor.to)
    const children = this.children(() => {
      if (this.cursor.name !== 'ListMark') return this.block()
      position = this.span(this.cursor.from, this.cursor.to)
      return null
    })
    const last = children.at(-1)?.position as Span | undefined
    return { type: 'listItem', checked: null, children, position: last === undefined ? position : position.upTo(last) }
  }

  /** The text of code without its fences and without the marks of quotes. */
  private code(): string {
    const { cursor, text } = this
    return this.children(() => (cursor.name === 'CodeText' ? text.slice(cursor.from, cursor.to) : null)).join('')
  }

  /** It starts with its four columns of white space. For the library an item with nothing but those holds code too. */
  private indentedCode(): Code | null {
    const { from, to } = this.cursor
    const value = this.code()
    const white = /(?: {0,3}\t| {0,4})$/.exec(this.text.slice(Math.max(from - 4, 0), from))![0].length
    return value.trim() === '' ? null : { type: 'code', value, position: this.span(from - white, to) }
  }

  /** What stands in a node, without the marks that the library found in it. */
  unquoted(): string {
    const { cursor, text } = this
    const { to } = cursor
    let at = cursor.from
    const parts = this.children(() => {
      const part = text.slice(at, cursor.from)
      at = cursor.to
      return part
    })
    return parts.join('') + text.slice(at, to)
  }

  private table(): Table {
    const position = this.span(this.cursor.from, this.cursor.to)
    const children = this.children(() => (/^Table(?:Header|Row)$/.test(this.cursor.name) ? this.row() : null))
    return { type: 'table', align: [], children, position }
  }

  /** A row with its empty cells, which the library leaves out. */
  private row(): TableRow {
    const position = this.span(this.cursor.from, this.cursor.to)
    const cells: TableCell[] = []
    let open: number | null = null
    this.children(() => {
      const { name, from, to } = this.cursor
      const cell = name === 'TableCell'
      if (cell) cells.push({ type: 'tableCell', children: readPhrases(this), position: this.span(from, to) })
      else if (open !== null) cells.push({ type: 'tableCell', children: [], position: this.span(open, from) })
      open = cell || name !== 'TableDelimiter' ? null : to
      return null
    })
    return { type: 'tableRow', children: cells, position }
  }
}

function startsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Index of the line in which an offset lies. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}
