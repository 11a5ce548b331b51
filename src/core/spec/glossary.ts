import type { Nodes, PhrasingContent, RootContent, Table } from 'mdast'
import { contentOf, type Doc, itemText, plain, squeeze } from './markdown.ts'
import { namesRequirement } from './requirements.ts'
import type { GlossaryTerm } from './spec.ts'
import { withoutEnd } from './words.ts'

const HEADING =
  /^(?:[\d.]+\s*)?(?:glossary(?: of terms)?|terms|terminology|definitions|key terms|术语表?|名词解释|用語集?|用語定義|глоссарий|термины(?: и определения)?|словарь|glosario|definiciones)\s*[:：]?$/i

/** Terms of every `Glossary` section: list items `**Term**: text`, bold lead paragraphs, or rows of a table. */
export function readGlossary(doc: Doc): GlossaryTerm[] {
  return doc.root.children.flatMap((node, index) =>
    node.type === 'heading' && HEADING.test(plain(node))
      ? beforeRequirements(contentOf(doc.root, index)).flatMap((child) => termsOf(doc, child))
      : [],
  )
}

/** A requirement below a glossary's heading is no part of it, whatever the depth of its own. */
function beforeRequirements(content: readonly RootContent[]): readonly RootContent[] {
  const end = content.findIndex((node) => node.type === 'heading' && namesRequirement(plain(node)))
  return end < 0 ? content : content.slice(0, end)
}

function termsOf(doc: Doc, node: Nodes): GlossaryTerm[] {
  if (node.type === 'table') return rowsOf(node)
  if (node.type === 'paragraph') return termOf(node.children, plain(node))
  if (node.type !== 'list') return []
  return node.children.flatMap((item) => {
    const first = item.children[0]
    return first?.type === 'paragraph' ? termOf(first.children, itemText(doc, item)) : []
  })
}

function termOf(lead: PhrasingContent[], whole: string): GlossaryTerm[] {
  const marked = lead[0]
  const name = marked !== undefined && ['strong', 'emphasis', 'inlineCode'].includes(marked.type) ? plain(marked) : ''
  if (name !== '' && whole.startsWith(name)) return entry(name, whole.slice(name.length))
  const split = /^(.{1,60}?)(?:\s*[:：]\s*|\s+[-–—]\s+)(.+)$/.exec(whole)
  return split === null ? [] : entry(split[1]!, split[2]!)
}

function rowsOf(table: Table): GlossaryTerm[] {
  return table.children.slice(1).flatMap((row) => {
    const [term, ...rest] = row.children.map((cell) => plain(cell))
    return term === undefined ? [] : entry(term, rest.filter((cell) => cell !== '').join(' '))
  })
}

function entry(name: string, text: string): GlossaryTerm[] {
  const term = squeeze(withoutEnd(name.replace(/`/g, ''), /[\s:：]/))
  return term === '' ? [] : [{ term, text: text.replace(/^[\s:：–—-]+/, '').trim() }]
}
