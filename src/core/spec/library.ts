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
const OPTIONS = {
  extensions: [gfm(), { disable: { null: OFF } }],
  mdastExtensions: gfmFromMarkdown().filter((extension: Extension) => extension.transforms === undefined),
}

/**
 * Reads Markdown with the library: exact, but slow (about a megabyte a second), and its time grows with the square of
 * the length of a list. Positions count from `line` and `offset`.
 */
export function parseMarkdown(text: string, line = 1, offset = 0): Root {
  const root = fromMarkdown(text, OPTIONS)
  if (line > 1 || offset > 0) shift(root, line - 1, offset)
  return root
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
