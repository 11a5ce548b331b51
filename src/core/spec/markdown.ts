import type { ListItem, Node, Nodes, Paragraph, Root, RootContent } from 'mdast'
import { chunksOf } from './chunks.ts'
import { parseMarkdown } from './library.ts'
import { isOdd, type Lines, plainBlocks } from './plain-blocks.ts'
import { PlainHeading, PlainParagraph } from './plain-nodes.ts'
import type { Span } from './span.ts'

/** One Markdown file with its tree. All offsets of the tree count from the start of `body`. */
export interface Doc {
  /** Path for diagnostics. */
  file: string
  /** The text without a byte order mark, with front matter blanked (same length, same line ends). */
  body: string
  /** Add this to an offset in `body` to get the offset in the text as it was given. */
  shift: number
  /** Lines of `body` without their line ends. */
  lines: string[]
  /** Offset in `body` at which each line starts. */
  starts: number[]
  root: Root
  /** Why the file could not be read as Markdown; null normally. */
  failure: string | null
}

/** One line of a paragraph: `text` without emphasis, `raw` as written from `column` (1-based) on. */
export interface Line {
  line: number
  column: number
  text: string
  raw: string
}

/** Nesting beyond this is no spec; it bounds the recursion on hostile input. */
export const MAX_DEPTH = 100
const FRONT_MATTER = /^---[ \t]*(?:\r\n|\r|\n)[\s\S]*?(?:\r\n|\r|\n)---[ \t]*(?=\r|\n|$)/

/** Reads Markdown with GitHub's extensions. Never throws: `failure` says what went wrong. */
export function readMarkdown(file: string, text: string): Doc {
  const shift = text.startsWith('\uFEFF') ? 1 : 0
  // Blanked, not cut: positions stay those of the file, and `key: value` above `---` is not taken for a heading.
  const body = text.slice(shift).replace(FRONT_MATTER, (block) => block.replace(/[^\r\n]/g, ' '))
  const { lines, starts } = splitLines(body)
  const empty: Root = { type: 'root', children: [] }
  try {
    return {
      file,
      body,
      shift,
      lines,
      starts,
      root: readBlocks({ body, lines, starts, odd: isOdd(body) }),
      failure: null,
    }
  } catch (error) {
    return { file, body, shift, lines, starts, root: empty, failure: String(error) }
  }
}

/**
 * The library reads what is not plain, piece by piece: as a whole a file of ten thousand tasks would take it half a minute.
 * The tests hold this to what the library says of the whole file.
 */
function readBlocks(file: Lines): Root {
  const { body } = file
  const root: Root = { type: 'root', children: [] }
  for (const { from, to } of chunksOf(file)) {
    const offset = file.starts[from]!
    const nodes = plainBlocks(file, from, to) ?? parseMarkdown(file, offset, file.starts[to] ?? body.length)
    join(root, nodes, body)
  }
  return root
}

/** Adds the blocks of the next piece; a list that was cut between its items becomes one again. */
function join(root: Root, nodes: readonly RootContent[], body: string): void {
  const first = nodes[0]
  const last = root.children.at(-1)
  if (
    first?.type === 'list' &&
    last?.type === 'list' &&
    !first.ordered &&
    body[startOf(first)] === body[startOf(last)]
  ) {
    last.children.push(...first.children)
    last.position = spanOf(last).upTo(spanOf(first))
    root.children.push(...nodes.slice(1))
  } else root.children.push(...nodes)
}

function splitLines(body: string): { lines: string[]; starts: number[] } {
  const lines = body.includes('\r') ? body.split(/\r\n|\r|\n/) : body.split('\n')
  const starts = new Array<number>(lines.length)
  let start = 0
  for (let line = 0; line < lines.length; line++) {
    starts[line] = start
    start += lines[line]!.length
    start += body.charCodeAt(start) === 13 && body.charCodeAt(start + 1) === 10 ? 2 : 1
  }
  return { lines, starts }
}

/** Every node but the root has one. */
function spanOf({ position }: Node): Span {
  return position as Span
}

export function lineOf(node: Node): number {
  return spanOf(node).line + 1
}

export function lastLineOf(node: Node): number {
  return spanOf(node).lastLine + 1
}

export function startOf(node: Node): number {
  return spanOf(node).from
}

export function endOf(node: Node): number {
  return spanOf(node).to
}

/** Source of a node, as written. */
export function sourceOf(doc: Doc, node: Node): string {
  return doc.body.slice(startOf(node), endOf(node))
}

/** 1-based column of an offset in its line. */
export function columnOf(doc: Doc, line: number, offset: number): number {
  return offset - (doc.starts[line - 1] ?? 0) + 1
}

/** Text of inline content without emphasis and links; code keeps its backticks, lines are joined by a space. */
export function plain(node: Nodes): string {
  if (lineOf(node) === lastLineOf(node)) return squeeze(lineText(node))
  const lines = new Map<number, string>()
  render(node, lines, 0)
  return squeeze([...lines.values()].join(' '))
}

export function squeeze(text: string): string {
  // Most text is as it should be already.
  return /\s\s|[^\S ]|^ | $/.test(text) ? text.replace(/\s+/g, ' ').trim() : text
}

function render(node: Nodes, lines: Map<number, string>, depth: number): void {
  const at = lineOf(node)
  const put = (line: number, text: string) => lines.set(line, (lines.get(line) ?? '') + text)
  if (node.type === 'text' || node.type === 'html') {
    const last = lastLineOf(node)
    node.value.split(/\r\n|\r|\n/).forEach((part, index) => {
      put(Math.min(at + index, last), part)
    })
  } else if (node.type === 'inlineCode') {
    put(at, `\`${node.value}\``)
  } else if (node.type === 'image' || node.type === 'imageReference') {
    put(at, node.alt ?? '')
  } else if ('children' in node && depth < MAX_DEPTH) {
    for (const child of node.children) render(child, lines, depth + 1)
  }
}

function isPlain(node: Nodes): node is PlainParagraph | PlainHeading {
  return node instanceof PlainParagraph || node instanceof PlainHeading
}

/** Text of a node that stands in one line. */
function lineText(node: Nodes, depth = 0): string {
  if (isPlain(node)) {
    const known = node.text
    if (known !== null) return known
  }
  if (node.type === 'text' || node.type === 'html') return node.value
  if (node.type === 'inlineCode') return `\`${node.value}\``
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? ''
  if (!('children' in node) || depth >= MAX_DEPTH) return ''
  let text = ''
  for (const child of node.children) text += lineText(child, depth + 1)
  return text
}

/** The lines of a paragraph or heading, each with its place in the file. */
export function linesOf(doc: Doc, node: Nodes): Line[] {
  const found: Line[] = []
  addLines(doc, node, found)
  return found
}

/** Adds them to those that were found before. */
export function addLines(doc: Doc, node: Nodes, found: Line[]): void {
  const first = lineOf(node)
  const last = lastLineOf(node)
  if (first === last) {
    const raw = sourceOf(doc, node).trimEnd()
    const known = node instanceof PlainParagraph ? node.textOf(raw) : null
    // What is written like its text needs no second look: the lines of plain blocks hold no other white space.
    const text = known === raw && !raw.includes('  ') ? raw : squeeze(known ?? lineText(node))
    found.push({ line: first, column: columnOf(doc, first, startOf(node)), text, raw })
    return
  }
  const rendered = new Map<number, string>()
  render(node, rendered, 0)
  for (let line = first; line <= last; line++) {
    const start = doc.starts[line - 1] ?? 0
    const whole = doc.lines[line - 1] ?? ''
    const from = line === first ? startOf(node) - start : /^[ \t>]*/.exec(whole)![0].length
    const to = line === last ? endOf(node) - start : whole.length
    found.push({
      line,
      column: from + 1,
      text: squeeze(rendered.get(line) ?? ''),
      raw: whole.slice(from, to).trimEnd(),
    })
  }
}

const KEEP = () => false

/** Paragraphs in reading order, through lists and their items; not through quotes, code, tables or where `skip` says so. */
export function paragraphs(nodes: readonly Nodes[], skip: (item: ListItem) => boolean = KEEP): Paragraph[] {
  const found: Paragraph[] = []
  collect(nodes, skip, found, 0)
  return found
}

function collect(nodes: readonly Nodes[], skip: (item: ListItem) => boolean, found: Paragraph[], depth: number): void {
  if (depth > MAX_DEPTH) return
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]!
    if (node.type === 'paragraph') found.push(node)
    else if (node.type === 'list' || (node.type === 'listItem' && !skip(node)))
      collect(node.children, skip, found, depth + 1)
  }
}

/** Text of a list item: all its paragraphs, one space between lines. */
export function itemText(doc: Doc, item: ListItem): string {
  const lines: Line[] = []
  for (const paragraph of paragraphs(item.children)) addLines(doc, paragraph, lines)
  return lines.length === 1 ? lines[0]!.text : squeeze(lines.map((line) => line.text).join(' '))
}

/** Content that belongs to the heading at `index`: up to the next heading of its depth or above. */
export function contentOf(root: Root, index: number): Root['children'] {
  const heading = root.children[index]
  const depth = heading?.type === 'heading' ? heading.depth : 0
  let end = index + 1
  for (; end < root.children.length; end++) {
    const node = root.children[end]!
    if (node.type === 'heading' && node.depth <= depth) break
  }
  return root.children.slice(index + 1, end)
}

/** Whether the marks of a code fence stand anywhere in a text. */
export function isFenced({ body }: Pick<Doc, 'body'>): boolean {
  return body.includes('```') || body.includes('~~~')
}

/** Lines (1-based) at which a code fence opens that nothing closes. */
export function openFences(doc: Doc): number[] {
  const found: number[] = []
  const visit = (node: Nodes, depth: number): void => {
    if (node.type === 'code') {
      const open = /^(`{3,}|~{3,})/.exec(sourceOf(doc, node))?.[1]
      const last = doc.lines[lastLineOf(node) - 1] ?? ''
      const close = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/.exec(last)?.[1] ?? ''
      const closed = lineOf(node) !== lastLineOf(node) && open !== undefined && close.startsWith(open)
      if (open !== undefined && !closed) found.push(lineOf(node))
    } else if ('children' in node && depth < MAX_DEPTH) {
      for (const child of node.children) visit(child, depth + 1)
    }
  }
  visit(doc.root, 0)
  return found
}
