import type { Nodes, Root } from 'mdast'
import { type Extension, fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { Span } from '../../../src/core/spec/span.ts'

/** What GitHub's Markdown has and a spec does not mean: definitions, footnotes, boxes (we read more of them), bare addresses. */
const OFF = [
  ...['definition', 'gfmFootnoteDefinition', 'gfmFootnoteCall', 'gfmPotentialFootnoteCall', 'tasklistCheck'],
  ...['wwwAutolink', 'protocolAutolink', 'emailAutolink'],
]
const mdastExtensions = gfmFromMarkdown().filter((extension: Extension) => extension.transforms === undefined)

/** A text as another library reads it, which follows GitHub's rules to the letter and is slow. `starts`: offsets of its lines. */
export function referenceTree({ body, starts }: { body: string; starts: readonly number[] }): Root {
  const root = fromMarkdown(body, { extensions: [gfm(), { disable: { null: OFF } }], mdastExtensions })
  placeIn(starts, root)
  return root
}

/** Places as ours tell them. */
function placeIn(starts: readonly number[], node: Nodes): void {
  const { start, end } = node.position!
  const at = ({ line, offset }: typeof start) => offset! - starts[line - 1]!
  node.position = new Span(starts, start.line - 1, at(start), end.line - 1, at(end))
  if ('children' in node) for (const child of node.children) placeIn(starts, child)
}
