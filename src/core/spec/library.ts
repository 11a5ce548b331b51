import type { Nodes, Root } from 'mdast'
import { type Extension, fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

/**
 * What GitHub's Markdown has and a spec does not mean: `[US1]: text` is no link definition, `[^1]: text` no footnote, and
 * the box of a task is read by us, because it knows more marks. Addresses stay text.
 */
const OFF = [
  ...['definition', 'gfmFootnoteDefinition', 'gfmFootnoteCall', 'gfmPotentialFootnoteCall', 'tasklistCheck'],
  ...['wwwAutolink', 'protocolAutolink', 'emailAutolink'],
]
/** Marks inside a line. The library's time for them is not always linear, and no line that people wrote is so long. */
const INLINE = [
  ...[
    'attention',
    'autolink',
    'codeText',
    'htmlText',
    'labelEnd',
    'labelStartImage',
    'labelStartLink',
    'strikethrough',
  ],
  ...['characterEscape', 'characterReference'],
]
const LONGEST_LINE = 20_000

const mdastExtensions = gfmFromMarkdown().filter((extension: Extension) => extension.transforms === undefined)
const OPTIONS = { extensions: [gfm(), { disable: { null: OFF } }], mdastExtensions }
const BLOCKS_ONLY = { extensions: [gfm(), { disable: { null: [...OFF, ...INLINE] } }], mdastExtensions }

/**
 * Reads Markdown with the library: exact, but slow (about a megabyte a second), and its time grows with the square of
 * the length of a list. In text with a line of more than 20,000 characters only blocks are read, and marks inside lines stay
 * text. Positions count from `line` and `offset`.
 */
export function parseMarkdown(text: string, line = 1, offset = 0): Root {
  const root = fromMarkdown(text, hasLongLine(text) ? BLOCKS_ONLY : OPTIONS)
  if (line > 1 || offset > 0) shift(root, line - 1, offset)
  return root
}

function hasLongLine(text: string): boolean {
  if (text.length < LONGEST_LINE) return false
  return text.split(/[\r\n]/).some((line) => line.length > LONGEST_LINE)
}

function shift(root: Root, lines: number, offset: number): void {
  const open: Nodes[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.position !== undefined) {
      const { start, end } = node.position
      node.position = {
        start: { line: start.line + lines, column: start.column, offset: (start.offset ?? 0) + offset },
        end: { line: end.line + lines, column: end.column, offset: (end.offset ?? 0) + offset },
      }
    }
    if ('children' in node) open.push(...node.children)
  }
}
