import type { TreeCursor } from '@lezer/common'
import { decodeNamedCharacterReference } from 'decode-named-character-reference'
import type { PhrasingContent } from 'mdast'
import type { Span } from './span.ts'

/** A text with the library's tree of it, read node by node. */
export interface Read {
  text: string
  cursor: TreeCursor
  /** Calls back with the cursor at each child of the node at which it stands. */
  children<T>(read: () => T | null): T[]
  span(from: number, to: number): Span
  /** What stands in the node at which the cursor stands, without its marks. */
  unquoted(): string
}

/** Nodes for signs that mark something and are no text. */
const MARKS = new Set('HeaderMark QuoteMark LinkMark EmphasisMark StrikethroughMark CodeMark'.split(' '))

/** What stands in the paragraph, heading or cell at which the cursor stands. White space around lines does not count. */
export function readPhrases(tree: Read): PhrasingContent[] {
  const found = phrases(tree, true)
  const last = found.at(-1)
  if (last?.type === 'text') last.value = trimmedEnd(last.value)
  return last?.type === 'text' && last.value === '' ? found.slice(0, -1) : found
}

/** `fresh`: white space that comes first stands at the start of a line. */
function phrases(tree: Read, fresh: boolean): PhrasingContent[] {
  const { cursor, text } = tree
  const { from, to } = cursor
  const found: PhrasingContent[] = []
  let [at, start, words, first] = [from, from, '', fresh]
  const put = (end: number) => {
    const lines = words.includes('\n') ? trimmedLines(words) : words
    const value = first ? trimmedStart(lines) : lines
    if (value !== '') found.push({ type: 'text', value, position: tree.span(start, end) })
    first &&= value === ''
    words = ''
  }
  tree.children(() => {
    const { name, from, to } = cursor
    words += text.slice(at, from)
    at = to
    if (name === 'Escape') words += text.charAt(from + 1)
    else if (name === 'Entity') words += decoded(text.slice(from + 1, to - 1))
    else if (!MARKS.has(name)) {
      put(from)
      found.push(phrase(tree))
      first = name === 'HardBreak'
      start = to
    }
    return null
  })
  words += text.slice(at, to)
  put(to)
  return found
}

/** Without white space at the ends of lines, but for the start and the end of the text. */
function trimmedLines(text: string): string {
  const lines = text.split('\n')
  return lines
    .map((line, index) => (index === 0 ? line : trimmedStart(line)))
    .map((line, index) => (index === lines.length - 1 ? line : trimmedEnd(line)))
    .join('\n')
}

/** White space as Markdown has it: other signs of Unicode are text. Loops, because an expression could take quadratic time. */
function trimmedStart(text: string): string {
  let at = 0
  while (BLANKS.includes(text.charAt(at)) && at < text.length) at++
  return text.slice(at)
}

function trimmedEnd(text: string): string {
  let at = text.length
  while (at > 0 && BLANKS.includes(text.charAt(at - 1))) at--
  return text.slice(0, at)
}

const BLANKS = ' \t\n'

function phrase(tree: Read): PhrasingContent {
  const { name, from, to } = tree.cursor
  const position = tree.span(from, to)
  switch (name) {
    case 'Emphasis':
      return { type: 'emphasis', children: phrases(tree, false), position }
    case 'StrongEmphasis':
      return { type: 'strong', children: phrases(tree, false), position }
    case 'Strikethrough':
      return { type: 'delete', children: phrases(tree, false), position }
    case 'Link':
      // Emphasis in a link holds no link either, which the types of mdast do not ask of it.
      return { type: 'link', url: '', children: phrases(tree, false) as never[], position }
    case 'Autolink': {
      const value = tree.text.slice(from + 1, to - 1)
      return { type: 'link', url: value, children: [{ type: 'text', value, position }], position }
    }
    case 'Image':
      return { type: 'image', url: '', alt: phrases(tree, false).map(wordsOf).join(''), position }
    case 'InlineCode':
      return { type: 'inlineCode', value: codeOf(tree.unquoted()), position }
    case 'HardBreak':
      return { type: 'break', position }
    default:
      return { type: 'html', value: tree.unquoted(), position }
  }
}

function codeOf(text: string): string {
  const line = text.replace(/\n[ \t]*/g, ' ')
  return line.startsWith(' ') && line.endsWith(' ') && line.trim() !== '' ? line.slice(1, -1) : line
}

function wordsOf(node: PhrasingContent): string {
  if ('value' in node) return node.value
  if (node.type === 'image') return node.alt ?? ''
  return 'children' in node ? node.children.map(wordsOf).join('') : ''
}

/** What `amp`, `#38` or `#x26` stands for. */
function decoded(name: string): string {
  if (!name.startsWith('#')) return decodeNamedCharacterReference(name) || `&${name};`
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return valid ? String.fromCodePoint(code) : '\uFFFD'
}
