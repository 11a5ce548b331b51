import type { LinkLine, Unlinked } from './design.ts'
import { readLabel } from './labels.ts'
import { type Doc, type Line, lineOf, linesOf, paragraphs, plain, squeeze } from './markdown.ts'
import { ownBlocks, type Section } from './outline.ts'
import { pattern } from './pattern.ts'
import type { ProtocolEntry } from './spec.ts'
import { firstTime, sentencesOf } from './times.ts'
import { withoutEnd } from './words.ts'

const CHAPTER = pattern(
  String.raw`^(?:[\d.]+\s*)?(?:(?:\p{L}+\s){0,2}coordination(?:\sprotocols?)?|(?:\p{L}+\s){0,2}protocols?|.{0,6}(?:协调|协作|通信)协议|協調プロトコル|.{0,8}プロトコル|протокол.{0,20}|protocolo.{0,20})$`,
  'iu',
)

/** Entries of a coordination protocol: bold leads, or the sub-sections of that chapter. */
export function readProtocol(
  doc: Doc,
  sections: readonly Section[],
  linksOf: (lines: readonly Line[]) => LinkLine[],
): Unlinked<ProtocolEntry>[] {
  return sections.flatMap((section) => {
    const around = sections[section.parent]
    if (CHAPTER.test(section.title)) return boldEntries(doc, section, linksOf)
    return around !== undefined && CHAPTER.test(around.title) ? [sectionEntry(doc, section, linksOf)] : []
  })
}

function boldEntries(
  doc: Doc,
  section: Section,
  linksOf: (lines: readonly Line[]) => LinkLine[],
): Unlinked<ProtocolEntry>[] {
  const found: { entry: Unlinked<ProtocolEntry>; lines: Line[] }[] = []
  for (const block of ownBlocks(doc, section)) {
    const lines = paragraphs([block]).flatMap((paragraph) => linesOf(doc, paragraph))
    const bold = block.type === 'paragraph' && block.children[0]?.type === 'strong' ? plain(block.children[0]) : ''
    const [first, ...rest] = lines
    if (bold !== '' && first !== undefined && readLabel(first.text) === null) {
      const name = withoutEnd(bold, /[\s:：]/)
      const text = first.text.slice(bold.length).replace(/^[\s:：–—-]+/, '')
      const entry = { name, text, statements: [], time: null, links: [], line: lineOf(block), section: section.path }
      found.push({ entry, lines: [{ ...first, text }, ...rest] })
    } else found.at(-1)?.lines.push(...lines)
  }
  return found.map(({ entry, lines }) => ({ ...entry, ...said(lines, linksOf) }))
}

function sectionEntry(
  doc: Doc,
  section: Section,
  linksOf: (lines: readonly Line[]) => LinkLine[],
): Unlinked<ProtocolEntry> {
  const lines = paragraphs(ownBlocks(doc, section)).flatMap((paragraph) => linesOf(doc, paragraph))
  const line = lineOf(section.heading)
  return { name: section.title, ...said(lines, linksOf), line, section: section.path }
}

/** Text, `Property:` lines and links. A line that follows a `Property:` line without a label goes on with it. */
function said(lines: readonly Line[], linksOf: (lines: readonly Line[]) => LinkLine[]) {
  const texts: string[] = []
  const statements: string[] = []
  let open = false
  let last = 0
  for (const line of lines) {
    const label = readLabel(line.text)
    const goesOn: boolean = open && label === null && line.line === last + 1
    last = line.line
    if (label?.name === 'property') statements.push(label.value)
    else if (goesOn) statements.push(`${statements.pop()!} ${line.text}`)
    else if (label?.name !== 'validates') texts.push(line.text)
    open = label?.name === 'property' || goesOn
  }
  const text = squeeze(texts.join(' '))
  return { text, statements, time: firstTime([...statements, ...sentencesOf(text)]), links: linksOf(lines) }
}
