import type { Heading, Root } from 'mdast'
import { readLabel, readValidates } from './labels.ts'
import { type Reference, references } from './links.ts'
import { contentOf, type Doc, type Line, lineOf, linesOf, paragraphs, plain, squeeze, startOf } from './markdown.ts'
import type { DesignSection, Property } from './spec.ts'

/** References of one `Validates:` line with its place. */
export interface LinkLine {
  line: Line
  references: Reference[]
}

/** A property or section whose links are not resolved yet. */
export type Unlinked<T> = Omit<T, 'validates'> & { links: LinkLine[] }

export interface Design {
  properties: Unlinked<Property>[]
  sections: Unlinked<DesignSection>[]
}

const PROPERTY_HEADING = /^(?:correctness\s+)?property\s+(\d+)(?:\s*[.:：–—-]\s*|\s+|(?=[(（])|$)(.*)$/i

interface Section {
  index: number
  heading: Heading
  path: string
  end: number
}

/** Sections and properties of design.md. */
export function readDesign(doc: Doc): Design {
  const sections = sectionsOf(doc)
  const headed = sections.flatMap((section) => headedProperty(doc, section))
  // Test plans mention "Property 1" in bold as well: bold paragraphs define properties only where no heading does.
  const led = headed.length > 0 ? [] : sections.flatMap((section) => boldProperties(doc, section))
  const numbered = [...headed, ...led]
  const properties = [...numbered, ...labelled(doc, sections, numbered)].sort((a, b) => a.line - b.line)
  return {
    properties,
    sections: sections.map((section) => ({
      path: section.path,
      title: plain(section.heading),
      depth: section.heading.depth,
      line: lineOf(section.heading),
      text: doc.body.slice(startOf(section.heading), section.end).trimEnd(),
      links: linksOf(ownLines(doc, section)),
    })),
  }
}

function sectionsOf(doc: Doc): Section[] {
  const headings = doc.root.children.flatMap((node, index) =>
    node.type === 'heading' ? [{ index, heading: node }] : [],
  )
  const above: { depth: number; title: string }[] = []
  return headings.map(({ index, heading }, position) => {
    while (above.length > 0 && above.at(-1)!.depth >= heading.depth) above.pop()
    above.push({ depth: heading.depth, title: plain(heading) })
    const next = headings[position + 1]?.heading
    const end = next === undefined ? doc.body.length : startOf(next)
    return { index, heading, path: above.map(({ title }) => title).join(' > '), end }
  })
}

function ownNodes(doc: Doc, section: Section): Root['children'] {
  const rest = doc.root.children.slice(section.index + 1)
  const end = rest.findIndex((node) => node.type === 'heading')
  return end < 0 ? rest : rest.slice(0, end)
}

function ownLines(doc: Doc, section: Section): Line[] {
  return paragraphs(ownNodes(doc, section)).flatMap((paragraph) => linesOf(doc, paragraph))
}

function linksOf(lines: readonly Line[]): LinkLine[] {
  return lines.flatMap((line) => {
    const validates = readValidates(line.text)
    return validates === null ? [] : [{ line, references: references(validates.value) }]
  })
}

/** The lines without their links. */
function statement(lines: readonly Line[]): string {
  return squeeze(lines.map((line) => readValidates(line.text)?.before ?? line.text).join(' '))
}

/** `### Property 3: title`, its text and its `Validates:` line below. */
function headedProperty(doc: Doc, section: Section): Unlinked<Property>[] {
  const match = PROPERTY_HEADING.exec(plain(section.heading))
  if (match === null) return []
  const content = contentOf(doc.root, section.index)
  const nested = content.findIndex((node) => node.type === 'heading' && PROPERTY_HEADING.test(plain(node)))
  const own = nested < 0 ? content : content.slice(0, nested)
  const lines = paragraphs(own).flatMap((paragraph) => linesOf(doc, paragraph))
  const line = lineOf(section.heading)
  return [
    {
      n: Number(match[1]),
      title: match[2]!.trim(),
      text: statement(lines),
      links: linksOf(lines),
      line,
      section: section.path,
    },
  ]
}

/** `**Property 3: title**` as the start of a paragraph. */
function boldProperties(doc: Doc, section: Section): Unlinked<Property>[] {
  const found: Unlinked<Property>[] = []
  for (const node of ownNodes(doc, section)) {
    const lines = paragraphs([node]).flatMap((paragraph) => linesOf(doc, paragraph))
    const bold = node.type === 'paragraph' && node.children[0]?.type === 'strong' ? plain(node.children[0]) : ''
    const match = PROPERTY_HEADING.exec(bold)
    const current = found.at(-1)
    if (match !== null) {
      const [first, ...rest] = lines
      const lead = (first?.text ?? '').slice(bold.length).replace(/^[\s:：–—-]+/, '')
      const text = squeeze(`${readValidates(lead)?.before ?? lead} ${statement(rest)}`)
      const title = match[2]!.replace(/[\s:：]+$/, '')
      found.push({ n: Number(match[1]), title, text, links: linksOf(lines), line: lineOf(node), section: section.path })
    } else if (current !== undefined) {
      current.text = squeeze(`${current.text} ${statement(lines)}`)
      current.links.push(...linksOf(lines))
    }
  }
  return found
}

/** `Property:` lines below a bold lead; `Validates:` lines belong to the property above them. Numbered by appearance. */
function labelled(doc: Doc, sections: readonly Section[], taken: readonly { n: number }[]): Unlinked<Property>[] {
  const used = new Set(taken.map(({ n }) => n))
  const found: Unlinked<Property>[] = []
  let n = 0
  for (const section of sections) {
    if (PROPERTY_HEADING.test(plain(section.heading))) continue
    let title = plain(section.heading)
    let current: Unlinked<Property> | null = null
    for (const paragraph of paragraphs(ownNodes(doc, section))) {
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
          title = plain(lead).replace(/[\s:：]+$/, '')
          current = null
        } else if (current !== null && line.line > lineOf(paragraph)) {
          current.text = squeeze(`${current.text} ${line.text}`)
        }
      }
    }
  }
  return found
}
