import type { ListItem, Paragraph } from 'mdast'
import { holdsCriteria, opensCriteria, readCriteria, storyOf, toCriterion } from './criteria.ts'
import { obliges } from './ears.ts'
import { type Doc, itemText, lineOf, linesOf, paragraphs, plain, squeeze, startOf } from './markdown.ts'
import { allBlocks, type Block, outline, ownBlocks, type Section } from './outline.ts'
import { type Expression, pattern } from './pattern.ts'
import type { Requirement, RequirementKind } from './requirement.ts'
import { distinct, slug } from './words.ts'

const WORD = 'requirement|req|要件|需求|требование|requisito|requerimiento'
const NAMED = new RegExp(String.raw`^(?:${WORD})\s*(\d+(?:\.\d+)*[a-z]?)(?:\s*[.:：–—-]\s*|\s+|(?=[(（])|$)(.*)$`, 'i')
/** `US-1: title`, `FR-001 title`, `[NFR-2] title`, `Requirement FR-1: title`. */
const PREFIXED = pattern(
  String.raw`^(?:(?:${WORD})\s+)?\[?([A-Z]{1,6}-(?:[A-Z]{1,8}-)?\d+(?:\.\d+)*[a-z]?)\]?(?:\s*[.:：–—-]\s*|\s+|(?=[(（])|$)(.*)$`,
  'iu',
)
const NUMBERED = /^(\d+(?:\.\d+)*)[.:：、]?\s+(.*)$/
const ABOVE = /requirements?|要件|需求|требовани|requisitos|用户故事|user stories|験収|验收/i
const INLINE = new RegExp(String.raw`^(?:${WORD})\s*(\d+(?:\.\d+)*)\s*[:：]\s*(.+)$`, 'i')
const NON_FUNCTIONAL = /^(?:[\d.]+\s*)?(?:non-?functional|非功能|非機能|нефункциональные|requisitos no funcionales)/i
const BUGFIX: [RegExp, RequirementKind, string][] = [
  [/^(?:current|actual) behaviou?r|^当前行为|^現在の(?:動作|挙動)|^текущее поведение/i, 'defect', '1'],
  [/^expected behaviou?r|^期望行为|^預期行為|^期待される(?:動作|挙動)|^ожидаемое поведение/i, 'expected', '2'],
  [/^unchanged behaviou?r|^不变行为|^変更されない|^неизменное поведение/i, 'unchanged', '3'],
]

/** Whether a heading names a requirement by its number: `Requirement 3: ...`. `FR-001` may as well be the name of a term, as `UTF-8` is. */
export function namesRequirement(title: string): boolean {
  return NAMED.test(title)
}

/** A requirement of a document, with the fields that only some dialects fill left at their rest. */
export function requirement(
  doc: Doc,
  parts: Pick<Requirement, 'id' | 'title' | 'line' | 'story' | 'criteria'> & Partial<Requirement>,
): Requirement {
  return { kind: 'requirement', priority: null, change: null, formerly: null, file: doc.file, ...parts }
}

interface Head {
  section: Section
  id: string
  title: string
  /** Index of the block behind its last. */
  end: number
}

/** Requirements of requirements.md or bugfix.md in file order, with their criteria. */
export function readRequirements(doc: Doc): Requirement[] {
  const sections = outline(doc)
  const bugfix = readBugfix(doc, sections)
  if (bugfix.length > 0) return bugfix
  const all = numberedRequirements(doc, sections)
  if (all.length > 0) return all
  const inline = inlineRequirements(doc)
  return inline.length > 0 ? inline : unnumbered(doc, sections)
}

/** Requirements that have a heading or a list item of their own, and the sections of a non-functional chapter. */
export function numberedRequirements(doc: Doc, sections: readonly Section[]): Requirement[] {
  const heads = requirementHeads(doc, sections)
  const read = heads.map(({ section, id, title, end }) => {
    const blocks = doc.root.children.slice(section.index + 1, end)
    const story = storyOf(doc, title, blocks)
    const kind = kindOf(id, sections, section)
    return requirement(doc, {
      id,
      title,
      line: lineOf(section.heading),
      story,
      criteria: readCriteria(doc, id, blocks),
      kind,
    })
  })
  const free = freeBlocks(doc, heads)
  const items = itemRequirements(doc, sections, free)
  const named = items.length > 0 ? [] : namedSections(doc, sections, free)
  return [...read, ...items, ...named].sort((a, b) => a.line - b.line)
}

/** For each block, whether it stands outside every requirement that has a heading. */
function freeBlocks(doc: Doc, heads: readonly Head[]): boolean[] {
  const free = doc.root.children.map(() => true)
  for (const { section, end } of heads) free.fill(false, section.index, end)
  return free
}

function kindOf(id: string, sections: readonly Section[], section: Section): RequirementKind {
  if (/^US-?\d/i.test(id)) return 'story'
  const around = sections[section.parent]?.title ?? ''
  if (/^(?:NFR|PR|SR)-/i.test(id) || /non-?functional|非功能|非機能|нефункциональн|no funcionales/i.test(around))
    return 'non-functional'
  return /^FR-/i.test(id) ? 'functional' : 'requirement'
}

function requirementHeads(doc: Doc, sections: readonly Section[]): Head[] {
  const read = (pattern: Expression) =>
    sections.flatMap((section) => {
      const match = pattern.exec(section.title)
      if (match === null) return []
      const id = pattern === PREFIXED ? match[1]!.toUpperCase() : match[1]!
      return [{ section, id, title: match[2]!.trim(), end: 0 }]
    })
  const named = [...read(NAMED), ...read(PREFIXED)].sort((a, b) => a.section.index - b.section.index)
  // A bare number also heads chapters ("## 1. Introduction"), so it must hold something that reads like a requirement.
  const heads = ended(named.length > 0 ? named : read(NUMBERED).filter(({ section }) => section.heading.depth > 1))
  return named.length > 0 ? heads : heads.filter((head) => isRequirement(doc, sections, head))
}

/** Each ends where the next begins, or its section does. */
function ended(heads: readonly Head[]): Head[] {
  return heads.map((head, index) => ({
    ...head,
    end: Math.min(head.section.end, heads[index + 1]?.section.index ?? Number.POSITIVE_INFINITY),
  }))
}

function isRequirement(doc: Doc, sections: readonly Section[], { section, end }: Head): boolean {
  const blocks = doc.root.children.slice(section.index + 1, end)
  if (holdsCriteria(doc, blocks)) return true
  // A list of wishes below "Non-Functional Requirements", or a group whose requirements follow.
  if (!isBelow(sections, section, ABOVE)) return false
  return blocks.some(({ type }) => type === 'list') || end < section.end
}

function isBelow(sections: readonly Section[], section: Section, pattern: Expression): boolean {
  for (let at = section.parent; at >= 0; at = sections[at]!.parent) if (pattern.test(sections[at]!.title)) return true
  return false
}

/** Sections of a "Non-Functional Requirements" chapter that number nothing: each is a requirement by its name. */
function namedSections(doc: Doc, sections: readonly Section[], free: readonly boolean[]): Requirement[] {
  const unique = distinct()
  return sections.flatMap((section) => {
    if (free[section.index] !== true) return []
    const chapter = NON_FUNCTIONAL.test(section.title)
    if (!chapter && !isBelow(sections, section, NON_FUNCTIONAL)) return []
    const name = slug(section.title)
    const blocks = ownBlocks(doc, section)
    if (name === '' || !blocks.some(({ type }) => type === 'list' || type === 'paragraph')) return []
    const id = unique(name)
    const criteria = readCriteria(doc, id, blocks)
    const line = lineOf(section.heading)
    return criteria.length === 0
      ? []
      : [requirement(doc, { id, title: section.title, line, story: null, criteria, kind: 'non-functional' })]
  })
}

/** `1. **FR-1**: title` with bullets below, and `- **FR-001**: System MUST ...`: requirements that are list items. */
function itemRequirements(doc: Doc, sections: readonly Section[], free: readonly boolean[]): Requirement[] {
  const found: Requirement[] = []
  let around = -1
  doc.root.children.forEach((block, index) => {
    while (around + 1 < sections.length && sections[around + 1]!.index < index) around++
    if (free[index] !== true) return
    const title = sections[around]?.title ?? ''
    if (block.type === 'list') for (const item of block.children) found.push(...itemRequirement(doc, item, title))
    else if (block.type === 'paragraph') found.push(...lineRequirements(doc, block, title))
  })
  return found.length > 0 ? found : tableRequirements(doc, free)
}

/** `**FR-001**: System MUST ...` as a line of its own. */
function lineRequirements(doc: Doc, block: Paragraph, title: string): Requirement[] {
  const groups: { id: string; line: number; text: string }[] = []
  for (const { line, text } of linesOf(doc, block)) {
    const match = ITEM.exec(text)
    const last = groups.at(-1)
    if (match !== null) groups.push({ id: match[1]!.toUpperCase(), line, text: match[2]! })
    else if (last === undefined) return []
    else last.text = squeeze(`${last.text} ${text}`)
  }
  return groups.map(({ id, line, text }) => {
    const criteria = text === '' ? [] : [toCriterion(`${id}.1`, line, text, null)]
    return requirement(doc, { id, title: '', line, story: null, criteria, kind: itemKind(id, title) })
  })
}

/** `| FR-001 | The system must ... |`, where nothing else makes requirements. */
function tableRequirements(doc: Doc, free: readonly boolean[]): Requirement[] {
  return doc.root.children.flatMap((block, index) => {
    if (block.type !== 'table' || free[index] !== true) return []
    return block.children.slice(1).flatMap((row) => {
      const [first = '', ...rest] = row.children.map((cell) => plain(cell))
      const id = ITEM.exec(first)?.[2] === '' ? ITEM.exec(first)![1]!.toUpperCase() : null
      const text = rest.find((cell) => obliges(cell))
      if (id === null || text === undefined) return []
      const line = lineOf(row)
      const criteria = [toCriterion(`${id}.1`, line, text, null)]
      return [requirement(doc, { id, title: '', line, story: null, criteria, kind: itemKind(id, '') })]
    })
  })
}

const ITEM = pattern(
  String.raw`^(?:\[[ xX]\]\s*)?\[?((?:FR|NFR|SC|TR|BR|SR|PR|DR|REQ|UR|CR|AR|IR|QR|RR|OR|SEC|PERF|UX|US)-(?:[A-Z]{1,12}-)?\d+(?:\.\d+)*(?:-?[a-z]|-\d+)?)\]?(?![\p{L}\p{N}])\s*(?:[(（[][^)）\]]{0,40}[)）\]]\s*)?(?:[:：.–—-]\s*|(?=\S)|$)(.*)$`,
  'isu',
)

function itemRequirement(doc: Doc, item: ListItem, section: string): Requirement[] {
  const lead = item.children[0]
  if (lead?.type !== 'paragraph') return []
  const match = ITEM.exec(plain(lead))
  if (match === null) return []
  const id = match[1]!.toUpperCase()
  const rest = match[2]!
  const nested = item.children.slice(1) as Block[]
  const line = lineOf(item)
  const bullets = nested.flatMap((block) => (block.type === 'list' ? block.children : []))
  const wishes = bullets.map((bullet) => ({ line: lineOf(bullet), text: itemText(doc, bullet) }))
  // A title with its demands below, or one sentence with its details.
  const titled = bullets.length > 0 && !obliges(rest) && rest.length < 100 && !/[:：]$/.test(rest)
  const whole = squeeze([rest, ...wishes.map((wish) => wish.text)].join(' '))
  const statements = titled ? wishes.filter((wish) => wish.text !== '') : [{ line, text: whole }]
  const criteria = statements.flatMap((one, index) =>
    one.text === '' ? [] : [toCriterion(`${id}.${index + 1}`, one.line, one.text, null)],
  )
  const title = titled ? rest : ''
  return [requirement(doc, { id, title, line, story: null, criteria, kind: itemKind(id, section) })]
}

function itemKind(id: string, section: string): RequirementKind {
  if (id.startsWith('SC-')) return 'success'
  if (/^(?:NFR|PERF|SEC|PR|SR)-/.test(id) || /non-?functional|非功能|非機能/i.test(section)) return 'non-functional'
  return 'functional'
}

/** `Requirement 4.3: WHEN ...` as a paragraph or list item, where no heading makes requirements. */
function inlineRequirements(doc: Doc): Requirement[] {
  return paragraphs(doc.root.children).flatMap((paragraph) => {
    const lines = linesOf(doc, paragraph)
    const match = INLINE.exec(squeeze(lines.map(({ text }) => text).join(' ')))
    if (match === null || !obliges(match[2]!)) return []
    const line = lineOf(paragraph)
    const criteria = [toCriterion(`${match[1]}.1`, line, match[2]!, null)]
    return [requirement(doc, { id: match[1]!, title: '', line, story: null, criteria })]
  })
}

/** A bare `## Acceptance Criteria` of a text without requirements: it is the requirement, by its name. */
function unnumbered(doc: Doc, sections: readonly Section[]): Requirement[] {
  const unique = distinct()
  return sections.flatMap((section) => {
    if (!opensCriteria(section.heading)) return []
    const id = unique(slug(section.title))
    const criteria = readCriteria(doc, id, [section.heading, ...allBlocks(doc, section)])
    const line = lineOf(section.heading)
    return criteria.length === 0 ? [] : [requirement(doc, { id, title: section.title, line, story: null, criteria })]
  })
}

/** Kiro's bugfix.md: the defect, what is expected instead, and what must stay, each with its own numbers. */
function readBugfix(doc: Doc, sections: readonly Section[]): Requirement[] {
  const found = sections.flatMap((section) => {
    const form = BUGFIX.find(([pattern]) => pattern.test(section.title))
    return form === undefined ? [] : [{ section, kind: form[1], number: form[2] }]
  })
  // One such heading may stand in any text; a bugfix spec has at least the defect and what is expected.
  if (new Set(found.map(({ kind }) => kind)).size < 2) return []
  return found.map(({ section, kind, number }) => {
    const blocks = allBlocks(doc, section)
    const criteria = readCriteria(doc, number, blocks)
    const id = /^(\d+)\./.exec(criteria[0]?.id ?? '')?.[1] ?? number
    return requirement(doc, { id, title: section.title, line: lineOf(section.heading), story: null, criteria, kind })
  })
}

/** The document's first heading and the text before its first section; the section too, where it is the introduction. */
export function readIntroduction(doc: Doc): string {
  const sections = outline(doc).filter(({ heading }) => heading.depth > 1)
  const [first, second] = sections
  const opens =
    first !== undefined &&
    /^(?:[\d.]+\s*)?(?:introduction|overview|summary|简介|引言|概述|はじめに|概要|введение|обзор|introducción)$/i.test(
      first.title,
    )
  const end = opens ? second : first
  return doc.body.slice(0, end === undefined ? doc.body.length : startOf(end.heading)).trim()
}
