import { readDecisions } from './decisions.ts'
import { readLabel, readValidates } from './labels.ts'
import { readLayers } from './layers.ts'
import { type Reference, references } from './links.ts'
import { type Doc, type Line, lineOf, linesOf, paragraphs, plain, squeeze, startOf } from './markdown.ts'
import { outline, ownBlocks, type Section } from './outline.ts'
import { pattern } from './pattern.ts'
import { readProtocol } from './protocol.ts'
import type { Decision, DesignSection, Property, PropertyLayer, ProtocolEntry } from './spec.ts'
import { withoutEnd } from './words.ts'

/** References of one `Validates:` line with its place. */
export interface LinkLine {
  line: Line
  references: Reference[]
}

/** A property, section or entry whose links are not resolved yet. */
export type Unlinked<T> = Omit<T, 'validates'> & { links: LinkLine[] }

export interface Design {
  properties: Unlinked<Property>[]
  sections: Unlinked<DesignSection>[]
  protocol: Unlinked<ProtocolEntry>[]
  decisions: Decision[]
  layers: PropertyLayer[]
}

/** What a document without design holds. */
export const NO_DESIGN: Design = { properties: [], sections: [], protocol: [], decisions: [], layers: [] }

const WORD = '(?:correctness\\s+)?property|属性|性质|プロパティ|свойство|propiedad'
/** What a heading or a bold line says that defines a property: its number and its title. */
export const PROPERTY = pattern(`^(?:${WORD})\\s*#?(\\d+)(?:\\s*[.:：–—-]\\s*|\\s+|(?=[(（])|$)(.*)$`, 'iu')
/** Without a mark of its own a paragraph defines a property only where a colon follows the number. */
export const PLAIN = pattern(`^(?:${WORD})\\s*#?(\\d+)\\s*[:：]\\s*(.*)$`, 'iu')
const CHAPTER = pattern('propert(?:y|ies)|属性|性质|プロパティ|свойств|propiedades|invariants?|不变', 'iu')

/** Sections, properties, protocol entries, decisions and test layers of design.md. */
export function readDesign(doc: Doc): Design {
  const sections = outline(doc)
  const headed = sections.flatMap((_, at) => headedProperty(doc, sections, at))
  // Test plans mention "Property 1" in bold as well: paragraphs define properties only where no heading does.
  const led = headed.length > 0 ? [] : sections.flatMap((section) => ledProperties(doc, section))
  const numbered = [...headed, ...led]
  const marked = [...numbered, ...labelled(doc, sections, numbered)]
  const properties = marked.length > 0 ? marked : sections.flatMap((section) => listedProperties(doc, section))
  return {
    properties: properties.sort((a, b) => a.line - b.line),
    sections: sections.map((section) => ({
      path: section.path,
      title: section.title,
      depth: section.heading.depth,
      line: lineOf(section.heading),
      file: doc.file,
      text: doc.body.slice(startOf(section.heading), section.offsetEnd).trimEnd(),
      links: linksOf(ownLines(doc, section)),
    })),
    protocol: readProtocol(doc, sections, linksOf),
    decisions: readDecisions(doc, sections),
    layers: readLayers(doc),
  }
}

function ownLines(doc: Doc, section: Section): Line[] {
  return paragraphs(ownBlocks(doc, section)).flatMap((paragraph) => linesOf(doc, paragraph))
}

/** What the lines say, and what they validate. A link that ends in a comma goes on in the next line. */
function split(lines: readonly Line[]): { text: string; links: LinkLine[] } {
  const texts: string[] = []
  const links: LinkLine[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const found = readValidates(line.text)
    if (found === null) {
      texts.push(line.text)
      continue
    }
    let { value } = found
    while (/[,，、]$/.test(value) && at + 1 < lines.length) value = `${value} ${lines[++at]!.text}`
    texts.push(found.before, found.after)
    links.push({ line, references: references(value) })
  }
  return { text: squeeze(texts.join(' ')), links }
}

function linksOf(lines: readonly Line[]): LinkLine[] {
  return split(lines).links
}

/** `### Property 3: title`, its text and its `Validates:` line below. */
function headedProperty(doc: Doc, sections: readonly Section[], at: number): Unlinked<Property>[] {
  const section = sections[at]!
  const match = PROPERTY.exec(section.title)
  if (match === null) return []
  let end = section.end
  for (let next = at + 1; next < sections.length && sections[next]!.index < end; next++) {
    if (PROPERTY.test(sections[next]!.title)) end = sections[next]!.index
  }
  const own = doc.root.children.slice(section.index + 1, end)
  const { text, links } = split(paragraphs(own).flatMap((paragraph) => linesOf(doc, paragraph)))
  const line = lineOf(section.heading)
  return [{ n: Number(match[1]), title: match[2]!.trim(), text, links, line, section: section.path }]
}

/** `**Property 3: title**` or `Property 3: title` as the start of a paragraph. */
function ledProperties(doc: Doc, section: Section): Unlinked<Property>[] {
  const found: Unlinked<Property>[] = []
  for (const block of ownBlocks(doc, section)) {
    const lines = paragraphs([block]).flatMap((paragraph) => linesOf(doc, paragraph))
    const bold = block.type === 'paragraph' && block.children[0]?.type === 'strong' ? plain(block.children[0]) : ''
    const marked = PROPERTY.exec(bold)
    const match = marked ?? (block.type === 'paragraph' ? PLAIN.exec(lines[0]?.text ?? '') : null)
    const current = found.at(-1)
    if (match !== null) {
      const [first, ...rest] = lines
      const lead = marked === null ? '' : (first?.text ?? '').slice(bold.length).replace(/^[\s:：–—-]+/, '')
      const { text, links } = split(first === undefined ? rest : [{ ...first, text: lead }, ...rest])
      const title = withoutEnd(match[2]!, /[\s:：]/)
      found.push({ n: Number(match[1]), title, text, links, line: lineOf(block), section: section.path })
    } else if (current !== undefined) {
      const { text, links } = split(lines)
      current.text = squeeze(`${current.text} ${text}`)
      current.links.push(...links)
    }
  }
  return found
}

/** `1. *For any* ... (Validates: 1.2)` in a chapter of properties: numbered by the list. */
function listedProperties(doc: Doc, section: Section): Unlinked<Property>[] {
  if (!CHAPTER.test(section.title)) return []
  let n = 0
  return ownBlocks(doc, section).flatMap((block) => {
    if (block.type !== 'list') return []
    return block.children.flatMap((item) => {
      const lead = item.children[0]
      const lines = paragraphs(item.children).flatMap((paragraph) => linesOf(doc, paragraph))
      const { text, links } = split(lines)
      const named =
        PLAIN.exec(text) ??
        PROPERTY.exec(lead?.type === 'paragraph' && lead.children[0]?.type === 'strong' ? plain(lead.children[0]) : '')
      if (named === null && links.length === 0 && !/^for (?:any|all|every|each)\b/i.test(text)) return []
      n = named === null ? n + 1 : Number(named[1])
      const bold =
        named !== null && lead?.type === 'paragraph' && lead.children[0]?.type === 'strong'
          ? plain(lead.children[0])
          : ''
      const title = bold === '' ? '' : withoutEnd(named?.[2] ?? '', /[\s:：]/)
      const said =
        bold !== '' && text.startsWith(bold)
          ? text.slice(bold.length).replace(/^[\s:：–—-]+/, '')
          : (named?.[2] ?? text)
      return [{ n, title, text: said, links, line: lineOf(item), section: section.path }]
    })
  })
}

/** `Property:` lines below a bold lead; `Validates:` lines belong to the property above them. Numbered by appearance. */
function labelled(doc: Doc, sections: readonly Section[], taken: readonly { n: number }[]): Unlinked<Property>[] {
  const used = new Set(taken.map(({ n }) => n))
  const found: Unlinked<Property>[] = []
  let n = 0
  for (const section of sections) {
    if (PROPERTY.test(section.title)) continue
    let title = section.title
    let current: Unlinked<Property> | null = null
    for (const paragraph of paragraphs(ownBlocks(doc, section))) {
      const lead = paragraph.children[0]
      for (const line of linesOf(doc, paragraph)) {
        const label = readLabel(line.text)
        if (label?.name === 'property') {
          do n++
          while (used.has(n))
          current = { n, title, text: label.value, links: [], line: line.line, section: section.path }
          found.push(current)
        } else if (readValidates(line.text) !== null) {
          current?.links.push(...linksOf([line]))
        } else if (lead?.type === 'strong' && line.line === lineOf(paragraph)) {
          title = withoutEnd(plain(lead), /[\s:：]/)
          current = null
        } else if (current !== null && line.line > lineOf(paragraph)) {
          current.text = squeeze(`${current.text} ${line.text}`)
        }
      }
    }
  }
  return found
}
