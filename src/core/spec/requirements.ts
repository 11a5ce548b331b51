import type { Heading, List, ListItem, Root } from 'mdast'
import { boundsOf } from './bounds.ts'
import { earsPattern, hasShall } from './ears.ts'
import {
  contentOf,
  type Doc,
  itemText,
  type Line,
  lineOf,
  linesOf,
  paragraphs,
  plain,
  sourceOf,
  squeeze,
  startOf,
} from './markdown.ts'
import type { Criterion, Requirement } from './spec.ts'

const NAMED = /^(?:requirement|要件|需求|требование)\s*(\d+(?:\.\d+)*)(?:\s*[.:：–—-]\s*|\s+|(?=[(（])|$)(.*)$/i
const NUMBERED = /^(\d+(?:\.\d+)*)[.:：]?\s+(.*)$/
const CRITERIA = /acceptance criteria|критерии приемки|критерии приёмки|验收标准|受け?入れ?(?:基準|条件)/i
const STORY =
  /^(?:user story|story|objective|目的|用户故事|ユーザーストーリー|пользовательская история)\s*[:：]\s*|^(?=as an? .*\bi want\b)/i
const LITERAL = /^(?:AC-?)?(\d+(?:\.\d+)+)[.:：)]?\s+(.*)$/i

type Node = Root['children'][number]

interface Statement {
  line: number
  text: string
  /** The number as written: `2` in a list, `3.2` in front of a paragraph; null where position counts. */
  written: string | null
}

/** Requirements of requirements.md in file order, with their criteria. */
export function readRequirements(doc: Doc): Requirement[] {
  const heads = requirementHeads(doc)
  return heads.map(({ index, id, title, heading }) => {
    const nodes = ownNodes(doc, index, heads)
    const statements = statementsOf(doc, nodes)
    return {
      id,
      title,
      line: lineOf(heading),
      story: storyOf(nodes),
      criteria: statements.map((statement, position) => toCriterion(id, statement, position)),
    }
  })
}

interface Head {
  index: number
  heading: Heading
  id: string
  title: string
}

function requirementHeads(doc: Doc): Head[] {
  const headings = doc.root.children.flatMap((node, index) =>
    node.type === 'heading' ? [{ index, heading: node }] : [],
  )
  const read = (pattern: RegExp) =>
    headings.flatMap(({ index, heading }) => {
      const match = pattern.exec(plain(heading))
      return match === null ? [] : [{ index, heading, id: match[1]!, title: match[2]!.trim() }]
    })
  const named = read(NAMED)
  if (named.length > 0) return named
  // A bare number also heads chapters ("## 1. Introduction"), so it must hold something that reads like a requirement.
  return read(NUMBERED).filter(({ index, heading }) => heading.depth > 1 && holdsCriteria(doc, index))
}

function holdsCriteria(doc: Doc, index: number): boolean {
  const rest = doc.root.children.slice(index + 1)
  const end = rest.findIndex((node) => node.type === 'heading' && NUMBERED.test(plain(node)))
  const own = contentOf(doc.root, index).slice(0, end < 0 ? undefined : end)
  return own.some((node) => (node.type === 'heading' && CRITERIA.test(plain(node))) || hasShall(sourceOf(doc, node)))
}

function ownNodes(doc: Doc, index: number, heads: readonly Head[]): Node[] {
  const content = contentOf(doc.root, index)
  const next = heads.find((head) => head.index > index)?.index ?? Number.POSITIVE_INFINITY
  return content.slice(0, Math.max(0, next - index - 1))
}

function storyOf(nodes: readonly Node[]): string | null {
  for (const [index, node] of nodes.entries()) {
    if (node.type === 'heading' && /^(?:user story|story)[:：]?$/i.test(plain(node))) {
      const next = nodes[index + 1]
      if (next?.type === 'paragraph') return plain(next)
    }
    if (node.type === 'paragraph' && STORY.test(plain(node))) return plain(node).replace(STORY, '')
  }
  return null
}

/** The part of a requirement that lists its criteria: below that heading, or all of it. */
function criteriaZone(nodes: readonly Node[]): Node[] {
  const isHead = (node: Node) =>
    (node.type === 'heading' && CRITERIA.test(plain(node))) ||
    (node.type === 'paragraph' &&
      node.children[0]?.type === 'strong' &&
      plain(node).length < 40 &&
      CRITERIA.test(plain(node)))
  if (!nodes.some(isHead)) return nodes.filter((node) => !(node.type === 'paragraph' && STORY.test(plain(node))))
  const zone: Node[] = []
  let depth: number | null = null
  for (const node of nodes) {
    if (isHead(node)) depth = node.type === 'heading' ? node.depth : 6
    else if (node.type === 'heading' && depth !== null && node.depth <= depth) depth = null
    else if (depth !== null) zone.push(node)
  }
  return zone
}

function statementsOf(doc: Doc, nodes: readonly Node[]): Statement[] {
  const zone = criteriaZone(nodes)
  const ordered = zone.filter((node): node is List => node.type === 'list' && node.ordered === true)
  if (ordered.length > 0) return ordered.flatMap((list) => listStatements(doc, list))
  return zone.flatMap((node) => {
    if (node.type === 'list') return node.children.flatMap((item) => looseStatements(itemLines(doc, item)))
    return node.type === 'paragraph' ? looseStatements(linesOf(doc, node)) : []
  })
}

function itemLines(doc: Doc, item: ListItem): Line[] {
  return paragraphs(item.children).flatMap((paragraph) => linesOf(doc, paragraph))
}

function listStatements(doc: Doc, list: List): Statement[] {
  const written = list.children.map(
    (item) => /^\s*(\d+)/.exec(doc.body.slice(startOf(item), startOf(item) + 12))?.[1] ?? null,
  )
  // "1. 1. 1." is Markdown's way to leave the counting to the reader.
  const counted = written.length > 1 && written.every((number) => number === written[0])
  return list.children.flatMap((item, index) => {
    const text = itemText(doc, item)
    const number = counted ? String((list.start ?? 1) + index) : String(Number(written[index] ?? index + 1))
    return text === '' ? [] : [{ line: lineOf(item), text, written: number }]
  })
}

/** Statements of a paragraph: it may hold several, each starting its own line with a number or an EARS keyword. */
function looseStatements(lines: readonly Line[]): Statement[] {
  const groups: Line[][] = []
  for (const line of lines) {
    const group = groups.at(-1)
    const starts =
      LITERAL.test(line.text) ||
      (/^(?:WHEN|WHILE|WHERE|IF|THE)\b/.test(line.text) && group?.some(({ text }) => hasShall(text)))
    if (group === undefined || starts) groups.push([line])
    else group.push(line)
  }
  const statements = groups.map((group): Statement => {
    const text = squeeze(group.map((line) => line.text).join(' '))
    const literal = LITERAL.exec(text)
    return { line: group[0]!.line, text: literal?.[2] ?? text, written: literal?.[1] ?? null }
  })
  return statements.filter((statement) => statement.written !== null || hasShall(statement.text))
}

function toCriterion(requirement: string, statement: Statement, position: number): Criterion {
  const { line, text, written } = statement
  const id = written?.includes('.') ? written : `${requirement}.${written ?? position + 1}`
  return { id, line, pattern: earsPattern(text), text, bounds: boundsOf(text) }
}

/** The document's first heading and the text before its first section; the section too, where it is the introduction. */
export function readIntroduction(doc: Doc): string {
  const sections = doc.root.children.filter((node): node is Heading => node.type === 'heading' && node.depth > 1)
  const [first, second] = sections
  const opens =
    first !== undefined &&
    /^(?:[\d.]+\s*)?(?:introduction|overview|简介|引言|概述|はじめに|概要|введение)$/i.test(plain(first))
  const end = opens ? second : first
  return doc.body.slice(0, end === undefined ? doc.body.length : startOf(end)).trim()
}
