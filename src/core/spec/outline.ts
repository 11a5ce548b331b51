import type { Heading, Root } from 'mdast'
import { type Doc, plain, startOf } from './markdown.ts'

export type Block = Root['children'][number]

/** A heading with what stands below it. Indices are of the blocks of the document. */
export interface Section {
  heading: Heading
  /** Text of the heading without emphasis. */
  title: string
  /** Titles from the top, joined by ' > '. */
  path: string
  index: number
  /** Index of the next heading of any depth. */
  ownEnd: number
  /** Index of the next heading of this depth or above. */
  end: number
  /** Offset in `body` of the next heading of any depth. */
  offsetEnd: number
  /** Position of the heading around it in the outline; -1 at the top. */
  parent: number
}

/** The document's headings in order, in one pass. */
export function outline(doc: Doc): Section[] {
  const blocks = doc.root.children
  const sections: Section[] = []
  const open: number[] = []
  const close = (position: number, end: number) => {
    sections[position]!.end = end
  }
  blocks.forEach((heading, index) => {
    if (heading.type !== 'heading') return
    const previous = sections.at(-1)
    if (previous !== undefined) {
      previous.ownEnd = index
      previous.offsetEnd = startOf(heading)
    }
    while (open.length > 0 && sections[open.at(-1)!]!.heading.depth >= heading.depth) close(open.pop()!, index)
    const parent = open.at(-1) ?? -1
    const title = plain(heading)
    const path = parent < 0 ? title : `${sections[parent]!.path} > ${title}`
    open.push(sections.length)
    const end = blocks.length
    sections.push({ heading, title, path, index, ownEnd: end, end, offsetEnd: doc.body.length, parent })
  })
  return sections
}

/** Blocks of a section up to the next heading of any depth. */
export function ownBlocks(doc: Doc, section: Section): Block[] {
  return doc.root.children.slice(section.index + 1, section.ownEnd)
}

/** Blocks of a section with those of its sub-sections. */
export function allBlocks(doc: Doc, section: Section): Block[] {
  return doc.root.children.slice(section.index + 1, section.end)
}
