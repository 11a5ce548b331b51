import type { Root } from 'mdast'
import { type Extension, fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

/** What GitHub's Markdown has and a spec does not mean: definitions, footnotes, boxes (we read more of them), bare addresses. */
const OFF = [
  ...['definition', 'gfmFootnoteDefinition', 'gfmFootnoteCall', 'gfmPotentialFootnoteCall', 'tasklistCheck'],
  ...['wwwAutolink', 'protocolAutolink', 'emailAutolink'],
]
const mdastExtensions = gfmFromMarkdown().filter((extension: Extension) => extension.transforms === undefined)

/** A text as another library reads it, which follows GitHub's rules to the letter and is slow. */
export function referenceTree(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm(), { disable: { null: OFF } }], mdastExtensions })
}
