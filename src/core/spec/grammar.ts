import {
  type BlockContext,
  type DelimiterType,
  type InlineContext,
  type LeafBlockParser,
  type Line,
  type MarkdownConfig,
  type MarkdownParser,
  parser,
  Table,
} from '@lezer/markdown'

/**
 * Blocks nested deeper than this are text: each line costs as many steps as blocks are open around it. A list in a list counts
 * twice, with its item.
 */
const DEEPEST = 200
/** Characters of a paragraph. Marks in a longer one stay text: their time may grow with the square of its length. */
export const LONGEST = 10_000
/** Emphasis in a paragraph: each mark is compared with those before it. */
const MOST_MARKS = 1_000
const [NEWLINE, BANG, PAREN, OPEN, BACKSLASH, CLOSE, TILDE] = [10, 33, 40, 91, 92, 93, 126]

/** The column at which the content of the innermost block starts. */
const columns = new WeakMap<BlockContext, number>()
const MARKER = /^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/

/** Whether a line further left than its paragraph starts a list: there it may have any number, and need no words. */
function listAfter(cx: BlockContext, line: Line): boolean {
  return line.baseIndent < (columns.get(cx) ?? 0) && MARKER.test(line.text.slice(line.pos, line.pos + 12))
}

/** A line of blocks beyond use is one paragraph. */
function tooDeep(cx: BlockContext, line: Line): boolean {
  columns.set(cx, line.baseIndent)
  if (cx.depth <= DEEPEST) return false
  const from = cx.lineStart + line.pos
  const paragraph = cx.elt('Paragraph', from, cx.lineStart + line.text.length)
  cx.nextLine()
  cx.addElement(paragraph)
  return true
}

/** Dashes below a table are a line across, not the mark of a heading that the table would be; a number starts a list. */
const tableEnd: LeafBlockParser = {
  nextLine(cx, line, leaf) {
    const ends = /^(?:(?:-+|=+)\s*$|\d{1,9}[.)](?:\s|$))/.test(line.text.slice(line.pos))
    return ends && leaf.parsers.some((one) => one !== tableEnd && one.finish(cx, leaf))
  },
  finish: () => false,
}

function tooLong(cx: InlineContext, _: number, at: number): number {
  if (at > cx.offset) return -1
  const marks = /[*_~]/.test(cx.text) ? cx.text.split(/[*_~]/).length : 0
  return cx.text.length > LONGEST || marks > MOST_MARKS ? cx.end : -1
}

/** `~` or `~~`: as many close as have opened. The library's own knows the second only. */
const STRUCK: DelimiterType[] = ['', '~', '~~'].map(() => ({ resolve: 'Strikethrough', mark: 'StrikethroughMark' }))

function strikethrough(cx: InlineContext, next: number, at: number): number {
  if (next !== TILDE) return -1
  let end = at + 1
  while (cx.char(end) === TILDE) end++
  const type = STRUCK[end - at]
  if (type === undefined) return end
  const [before, after] = [cx.slice(at - 1, at), cx.slice(end, end + 1)]
  const opens = !BLANK.test(after) && (!MARK.test(after) || BLANK.test(before) || MARK.test(before))
  const closes = !BLANK.test(before) && (!MARK.test(before) || BLANK.test(after) || MARK.test(after))
  return cx.addDelimiter(type, at, end, opens, closes)
}

const BLANK = /^\s?$/
const MARK = /[\p{S}\p{P}]/u

/** An open bracket. Its delimiter has a type of its own, by which the library finds it again. */
interface Opener {
  type: DelimiterType
  at: number
  image: boolean
}

/** The brackets that are open in one paragraph. */
interface Openers {
  stack: Opener[]
  /** Those before it cannot become links: a link stands behind them, and none holds another. */
  dead: number
}

const openers = new WeakMap<InlineContext, Openers>()

function openersOf(cx: InlineContext): Openers {
  const known = openers.get(cx) ?? { stack: [], dead: 0 }
  openers.set(cx, known)
  return known
}

function opener(cx: InlineContext, next: number, at: number): number {
  const image = next === BANG && cx.char(at + 1) === OPEN
  if (next !== OPEN && !image) return -1
  const type = {}
  openersOf(cx).stack.push({ type, at, image })
  return cx.addDelimiter(type, at, at + (image ? 2 : 1), true, false)
}

/** What stands behind `](`: an address, perhaps a title, `)`. */
const TARGET =
  /\([ \t\n]*(?:(?:<(?:[^<>\\\n]|\\.)*>|(?!<)(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\([^\s()]*\))*\))+)(?:[ \t\n]+(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\((?:[^()\\]|\\[\s\S])*\)))?)?[ \t\n]*\)/y

/** A link is `[text](address)`. For the library `[US1]` is one too, which it is in no spec, whatever the file defines. */
function linkEnd(cx: InlineContext, next: number, at: number): number {
  if (next !== CLOSE) return -1
  const known = openersOf(cx)
  const open = known.stack.pop()
  if (open === undefined) return -1
  const dead = !open.image && known.stack.length < known.dead
  known.dead = Math.min(known.dead, known.stack.length)
  if (dead || cx.char(at + 1) !== PAREN) return -1
  TARGET.lastIndex = at + 1 - cx.offset
  const target = TARGET.exec(cx.text)
  const index = target === null ? null : cx.findOpeningDelimiter(open.type)
  if (target === null || index === null) return -1
  const content = cx.takeContent(index)
  const end = at + 1 + target[0].length
  if (!open.image) known.dead = known.stack.length
  const before = cx.elt('LinkMark', open.at, open.at + (open.image ? 2 : 1))
  const after = cx.elt('LinkMark', at, end)
  return cx.addElement(cx.elt(open.image ? 'Image' : 'Link', open.at, end, [before, ...content, after]))
}

/** The library's own also looks for two spaces, which are read away with the line end, anew from each of them. */
function hardBreak(cx: InlineContext, next: number, at: number): number {
  return next === BACKSLASH && cx.char(at + 1) === NEWLINE ? cx.addElement(cx.elt('HardBreak', at, at + 2)) : -1
}

const SPEC: MarkdownConfig = {
  // `[US1]: text` is no definition.
  remove: ['LinkReference', 'Image', 'LinkEnd'],
  defineNodes: ['Strikethrough', 'StrikethroughMark'],
  parseBlock: [
    { name: 'TooDeep', before: 'IndentedCode', parse: tooDeep, endLeaf: listAfter },
    { name: 'TableEnd', before: 'Table', leaf: () => tableEnd },
  ],
  parseInline: [
    { name: 'TooLong', before: 'Escape', parse: tooLong },
    { name: 'Strikethrough', after: 'Emphasis', parse: strikethrough },
    { name: 'HardBreak', parse: hardBreak },
    { name: 'Link', parse: opener },
    { name: 'SpecLinkEnd', after: 'Link', parse: linkEnd },
  ],
}

/** Markdown with GitHub's tables and strikethrough, in time linear in the text. */
export const grammar: MarkdownParser = parser.configure([Table, SPEC])
