import type { List, ListItem } from 'mdast'
import { boundsOf } from './bounds.ts'
import { ears, hasShall, obliges } from './ears.ts'
import { type Doc, itemText, type Line, lineOf, linesOf, paragraphs, plain, squeeze, startOf } from './markdown.ts'
import type { Block } from './outline.ts'
import { pattern } from './pattern.ts'
import type { Criterion } from './requirement.ts'
import { distinct, slug, withoutEnd } from './words.ts'

const CRITERIA =
  /acceptance criteria|критерии при[её]мки|验收标准|验收条件|受け?入れ?(?:基準|条件)|criterios de aceptación|success criteria|критерии успеха|成功(?:基準|标准|指標)/i
/** `1.1 `, `AC-1.1:`, `AC 1.1.1:` in front of a statement. */
const LITERAL = /^(?:AC[- ]?)?(\d+(?:\.\d+)+[a-z]?)[.:：)]?\s+(.*)$/i
const STORY =
  /^(?:user story|story|objective|目的|目标|用户故事|ユーザー?ストーリー|пользовательская история|цель|historia de usuario|objetivo)\s*[:：]\s*/i
const STORY_WORDS = pattern(
  String.raw`^(?:as an? .{1,300}\bi (?:want|need|would|can)\b|作为.{1,60}[，,]|как .{1,200}\bя хочу\b|como .{1,200}\b(?:quiero|necesito)\b|.{2,60}として、)`,
  'iu',
)

/** A sentence that demands something, with its place. */
export interface Statement {
  line: number
  text: string
  /** The number as written: `2` in a list, `3.2` in front of a paragraph; null where position counts. */
  written: string | null
  section: string | null
  /** Which list of the requirement it stands in. */
  list: number
}

/** Whether a block opens a list of criteria: a heading or a bold line that says so. */
export function opensCriteria(block: Block): boolean {
  if (block.type === 'heading') return CRITERIA.test(plain(block))
  if (block.type !== 'paragraph' || block.children[0]?.type !== 'strong') return false
  const text = plain(block)
  return text.length < 60 && CRITERIA.test(text)
}

/** Whether blocks hold something that can be a criterion. */
export function holdsCriteria(doc: Doc, blocks: readonly Block[]): boolean {
  return blocks.some((block) => {
    if (opensCriteria(block)) return true
    if (block.type === 'heading' || block.type === 'table' || block.type === 'code') return false
    return linesOf(doc, block).some(({ text }) => obliges(text) || LITERAL.test(text)) || holdsItems(doc, block)
  })
}

function holdsItems(doc: Doc, block: Block): boolean {
  if (block.type !== 'list') return false
  return block.children.some((item) => {
    const text = itemText(doc, item)
    return obliges(text) || LITERAL.test(text)
  })
}

/** The story of a requirement; null where none stands. */
export function storyOf(doc: Doc, title: string, blocks: readonly Block[]): string | null {
  for (const [index, block] of blocks.entries()) {
    if (block.type === 'heading' && /^(?:user story|story|用户故事|ユーザー?ストーリー)[:：]?$/i.test(plain(block))) {
      const next = blocks[index + 1]
      if (next?.type === 'paragraph') return plain(next)
    }
    if (block.type === 'paragraph' && isStory(plain(block))) return plain(block).replace(STORY, '')
    // "- **As a** developer", "- **I want** tests", "- **So that** ..." over three items.
    if (block.type === 'list' && /^as an?\s/i.test(itemText(doc, block.children[0]!)))
      return squeeze(block.children.map((item) => itemText(doc, item)).join(' '))
  }
  return STORY_WORDS.test(title) ? title : null
}

function isStory(text: string): boolean {
  return STORY.test(text) || STORY_WORDS.test(text)
}

/** The criteria of a requirement: below its criteria heading, else all of its statements. */
export function readCriteria(doc: Doc, requirement: string, blocks: readonly Block[]): Criterion[] {
  const { zone, marked } = criteriaZone(doc, blocks)
  return number(requirement, statementsOf(doc, zone, marked))
}

/** A criterion from its sentence. */
export function toCriterion(id: string, line: number, text: string, section: string | null): Criterion {
  const { pattern, system, conditions, trigger, response, modals } = ears(text)
  const bounds = boundsOf(text)
  const kind = 'statement'
  return { id, line, pattern, system, conditions, trigger, response, modals, text, bounds, section, kind }
}

interface Zoned {
  block: Block
  section: string | null
}

function criteriaZone(doc: Doc, blocks: readonly Block[]): { zone: Zoned[]; marked: boolean } {
  if (!blocks.some(opensCriteria)) {
    const zone = blocks.filter(
      (block) =>
        !(block.type === 'paragraph' && isStory(plain(block))) &&
        !(block.type === 'list' && /^as an?\s/i.test(itemText(doc, block.children[0]!))),
    )
    return { zone: sectioned(zone), marked: zone.length > 0 && zone.every(({ type }) => type === 'list') }
  }
  const zone: Zoned[] = []
  let depth: number | null = null
  let section: string | null = null
  for (const block of blocks) {
    if (opensCriteria(block)) {
      depth = block.type === 'heading' ? block.depth : 6
      section = remainder(plain(block))
    } else if (block.type === 'heading') {
      if (depth !== null && block.depth <= depth) depth = null
      section = plain(block)
    } else if (depth !== null && isLead(block)) section = leadText(block)
    else if (depth !== null) zone.push({ block, section })
  }
  return { zone, marked: true }
}

function sectioned(blocks: readonly Block[]): Zoned[] {
  let section: string | null = null
  return blocks.flatMap((block) => {
    if (block.type === 'heading' || isLead(block)) {
      section = block.type === 'heading' ? plain(block) : leadText(block)
      return []
    }
    return [{ block, section }]
  })
}

/** A bold line of its own: "**Error cases:**". */
function isLead(block: Block): boolean {
  if (block.type !== 'paragraph' || block.children.length > 2 || block.children[0]?.type !== 'strong') return false
  const text = plain(block)
  const rest = text.slice(plain(block.children[0]).length)
  return /^\s*[:：]?$/.test(rest) && text.length < 80 && !obliges(text) && !LITERAL.test(text)
}

function leadText(block: Block): string {
  return withoutEnd(plain(block), /[\s:：]/)
}

/** What a criteria heading says besides: "Acceptance Criteria (Requirement 1)" says nothing more. */
function remainder(title: string): string | null {
  if (/^success|^成功|успеха/i.test(title)) return withoutEnd(title, /[\s:：]/)
  const said = title
    .replace(CRITERIA, '')
    .replace(/[(（][^()（）]*\d+[^()（）]*[)）]/g, '')
    .replace(/^[\s:：,()（）–—-]+/, '')
  const rest = withoutEnd(said, /[\s:：,()（）–—-]/)
  return rest === '' || /^\p{N}[\d.]*$/u.test(rest) ? null : rest
}

function statementsOf(doc: Doc, zone: readonly Zoned[], marked: boolean): Statement[] {
  const ordered = zone.filter(({ block }) => block.type === 'list' && block.ordered === true)
  if (ordered.length > 0) {
    return ordered.flatMap(({ block, section }, list) => listStatements(doc, block as List, section, list))
  }
  return zone.flatMap(({ block, section }, list) => {
    const at = (one: Omit<Statement, 'section' | 'list'>): Statement => ({ ...one, section, list })
    if (block.type === 'list') return block.children.flatMap((item) => bulletStatements(doc, item, marked)).map(at)
    return block.type === 'paragraph' ? looseStatements(linesOf(doc, block), false).map(at) : []
  })
}

function bulletStatements(doc: Doc, item: ListItem, marked: boolean) {
  const lines = paragraphs(item.children).flatMap((paragraph) => linesOf(doc, paragraph))
  const found = looseStatements(lines, marked)
  return marked && found.length === 0 ? looseStatements(lines, true) : found
}

function listStatements(doc: Doc, list: List, section: string | null, position: number): Statement[] {
  const written = list.children.map(
    (item) => /^\s*(\d+)/.exec(doc.body.slice(startOf(item), startOf(item) + 12))?.[1] ?? null,
  )
  // "1. 1. 1." is Markdown's way to leave the counting to the reader.
  const counted = written.length > 1 && written.every((number) => number === written[0])
  const found: Statement[] = []
  list.children.forEach((item, index) => {
    const text = itemText(doc, item)
    if (text === '') return
    const line = lineOf(item)
    const literal = LITERAL.exec(text)
    const number = counted ? String((list.start ?? 1) + index) : String(Number(written[index] ?? index + 1))
    if (literal === null) found.push({ line, text, written: number, section, list: position })
    else found.push({ line, text: literal[2]!, written: literal[1]!, section, list: position })
  })
  return found
}

const KEYWORD = pattern(String.raw`^(?:WHEN|WHILE|WHERE|IF|THE|КОГДА|ЕСЛИ|ПОКА)(?![\p{L}_])`, 'u')

/** Statements of a paragraph: it may hold several, each starting its own line with a number or an EARS keyword. */
function looseStatements(lines: readonly Line[], all: boolean): Omit<Statement, 'section' | 'list'>[] {
  const groups: Line[][] = []
  let obliged = false
  // A line of invisible characters only is no place to point at.
  for (const line of lines.filter((one) => one.text !== '')) {
    const starts = LITERAL.test(line.text) || (obliged && KEYWORD.test(line.text))
    if (groups.length === 0 || starts) {
      groups.push([line])
      obliged = false
    } else groups.at(-1)!.push(line)
    obliged ||= hasShall(line.text) || obliges(line.text)
  }
  const statements = groups.map((group) => {
    const text = squeeze(group.map((line) => line.text).join(' '))
    const literal = LITERAL.exec(text)
    return { line: group[0]!.line, text: literal?.[2] ?? text, written: literal?.[1] ?? null }
  })
  return statements.filter(({ written, text }) => text !== '' && (all || written !== null || obliges(text)))
}

/**
 * Gives statements their ids: requirement and number as written. A list that starts its numbers again below a second heading has
 * that heading in its ids (`2.error-cases.1`), so that they stay unique and do not move when the first list grows.
 */
function number(requirement: string, statements: readonly Statement[]): Criterion[] {
  const taken = new Set<string>()
  const prefixes = new Map<number, string>()
  const unique = distinct()
  return statements.map((statement, position) => {
    const { line, text, written, section, list } = statement
    if (written?.includes('.')) return toCriterion(written, line, text, section)
    const n = written ?? String(position + 1)
    if (!prefixes.has(list)) {
      const restarts = taken.has(n)
      prefixes.set(list, restarts ? `${unique(slug(section ?? '') || `list-${prefixes.size + 1}`)}.` : '')
    }
    const prefix = prefixes.get(list)!
    if (prefix === '') taken.add(n)
    return toCriterion(`${requirement}.${prefix}${n}`, line, text, section)
  })
}
