import type { ListItem, Nodes } from 'mdast'
import { columnOf, type Doc, endOf, lastLineOf, lineOf, sourceOf, startOf } from './markdown.ts'
import type { TaskStatus } from './spec.ts'

/** The checkbox of a list item. */
export interface Box {
  mark: string
  /** Offset of the mark in the body. */
  offset: number
  /** `[ ]*` */
  starred: boolean
  /** Its number in an ordered list: `3. [ ] title`. */
  number?: number
}

/** A line that looks like a checkbox and is not read as a task. */
export interface OddBox {
  line: number
  column: number
  mark: string
  /** Why not: its mark is unknown, or where it stands. */
  why: 'mark' | 'text' | 'quote' | 'comment' | 'code'
}

export const STATUS: Record<string, TaskStatus> = {
  ' ': 'open',
  x: 'done',
  X: 'done',
  '~': 'doing',
  '-': 'doing',
  '!': 'blocked',
}

const BOX = /[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]*(?:\r\n|\r|\n)?[ \t]*\[(.?)\](\\?\*)?(?=[ \t\r\n]|$)/suy
const LINE = /^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX~!-]\](?=[ \t*\\]|$)/

const BRACKET = 91

/** The checkbox at the start of a list item, whatever its mark; null where there is none. */
export function boxOf(doc: Doc, item: ListItem): Box | null {
  const first = item.children[0]
  if (first !== undefined && (first.type !== 'paragraph' || doc.body.charCodeAt(startOf(first)) !== BRACKET))
    return null
  BOX.lastIndex = startOf(item)
  const match = BOX.exec(doc.body)
  if (match === null || BOX.lastIndex > endOf(item)) return null
  const mark = match[1]!
  const behind = mark.length + 1 + (match[2]?.length ?? 0)
  return { mark, offset: BOX.lastIndex - behind, starred: match[2] !== undefined }
}

/**
 * Indexes of the lines that hold a sign of a global expression for one sign. Looked for in the text as a whole: most lines hold none.
 */
export function linesWith({ body, starts }: Doc, sign: RegExp): number[] {
  const found: number[] = []
  let line = 0
  sign.lastIndex = 0
  while (sign.test(body)) {
    const at = sign.lastIndex - 1
    while (line + 1 < starts.length && starts[line + 1]! <= at) line++
    found.push(line)
    sign.lastIndex = starts[line + 1] ?? body.length
  }
  return found
}

const OPENING = /\[/g

/** Checkboxes outside code fences on lines that `known` does not hold: Markdown reads them as something else. */
export function strayBoxes(doc: Doc, known: ReadonlySet<number>): OddBox[] {
  const found: OddBox[] = []
  let places: Map<number, OddBox['why'] | null> | null = null
  for (const index of linesWith(doc, OPENING)) {
    const line = index + 1
    const text = doc.lines[index]!
    if (known.has(line) || !LINE.test(text)) continue
    places ??= placesOf(doc)
    const why = places.has(line) ? places.get(line)! : 'text'
    if (why === null) continue
    const at = text.indexOf('[') + 1
    found.push({ line, column: columnOf(doc, line, (doc.starts[index] ?? 0) + at), mark: text[at] ?? '', why })
  }
  return found
}

/** By line: what swallows its checkboxes; null in a code fence, where they are meant as an example. */
function placesOf(doc: Doc): Map<number, OddBox['why'] | null> {
  const places = new Map<number, OddBox['why'] | null>()
  const visit = (node: Nodes, inQuote: boolean): void => {
    const quoted = inQuote || node.type === 'blockquote'
    const why = placeOf(doc, node, quoted)
    if (why !== undefined) {
      for (let line = lineOf(node); line <= lastLineOf(node); line++) places.set(line, why)
    }
    if ('children' in node && node.type !== 'paragraph' && node.type !== 'heading')
      for (const child of node.children) visit(child, quoted)
  }
  visit(doc.root, false)
  return places
}

function placeOf(doc: Doc, node: Nodes, quoted: boolean): OddBox['why'] | null | undefined {
  if (node.type === 'code') return /^(?:`{3}|~{3})/.test(sourceOf(doc, node)) ? null : 'code'
  if (node.type === 'html') return 'comment'
  return node.type === 'blockquote' || quoted ? 'quote' : undefined
}
