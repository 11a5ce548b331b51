import type { Nodes } from 'mdast'
import { type Doc, lineOf, linesOf, plain } from '../../../src/core/spec/markdown.ts'

/** What the readers see of a tree: blocks with their places, the lines of paragraphs and headings, and what these start with. */
export function outline(doc: Doc): unknown[] {
  return doc.root.children.map((node) => outlineOf(doc, node))
}

function outlineOf(doc: Doc, node: Nodes): unknown {
  const place = [
    node.type,
    lineOf(node),
    node.position?.start.offset,
    node.position?.end.line,
    node.position?.end.offset,
  ]
  if (node.type === 'paragraph' || node.type === 'heading') {
    const first = node.children[0]
    const lead = first?.type === 'strong' || first?.type === 'emphasis' ? [first.type, plain(first)] : []
    return [...place, linesOf(doc, node), plain(node), ...lead]
  }
  if (node.type === 'html') return [...place, node.value.replaceAll('\r\n', '\n')]
  // Nobody asks how code is indented, or where in its line a cell starts.
  if (node.type === 'code') return [...place, node.value.replace(/\s+/g, ' ').trim()]
  if (node.type === 'tableRow') return [node.type, lineOf(node), node.children.map((cell) => plain(cell))]
  if (node.type === 'list')
    return [...place, node.ordered, node.start, node.children.map((child) => outlineOf(doc, child))]
  return 'children' in node ? [...place, node.children.map((child) => outlineOf(doc, child))] : place
}
