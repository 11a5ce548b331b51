import type { ListItem, Nodes } from 'mdast'
import { type Doc, type Line, lineOf, linesOf, paragraphs, plain, squeeze } from './markdown.ts'
import { allBlocks, ownBlocks, type Section } from './outline.ts'
import { type Expression, pattern } from './pattern.ts'
import type { Decision } from './spec.ts'
import { withoutEnd } from './words.ts'

const MADE = `decision|adr|决策|決策|決定|решение|decisión`
/** `Decision 1: title`, `ADR-003 title`, `决策 1：标题`. */
const HEADING = pattern(String.raw`^(?:${MADE})[\s#-]*(\d+)?\s*[.:：–—-]+\s*(.+)$|^(?:adr)[\s-]?(\d+)\s+(.+)$`, 'iu')
const SINGLE = /^(.+)\sDecision$/
/** A chapter of decisions, each a sub-section or a list item. */
const CHAPTER = pattern(
  String.raw`^(?:[\d.]+\s*)?(?:(?:\p{L}+\s){0,3}decisions?(?:\s(?:records?|log|rationale|and rationale))?|design rationale|.{0,8}设计决策|.{0,8}(?:关键|技术|架构)决策|.{0,12}決定(?:事項|根拠|の理由)|設計判断|(?:ключевые|проектные|архитектурные)\sрешения|decisiones.{0,20})$`,
  'iu',
)
const SINGULAR = /\bdecision$/i

type Part = 'decision' | 'context' | 'rationale' | 'tradeoffs' | 'alternatives'
const PARTS: [Expression, Part][] = [
  [
    /^(?:decision|what|choice|chosen|selected approach|selection|选择|决策|决定|決定|選択|решение|decisión)$/i,
    'decision',
  ],
  [/^(?:context|background|problem|背景|コンテキスト|контекст|contexto)$/i, 'context'],
  [/^(?:rationale|why|reason(?:s|ing)?|justification|理由|原因|根拠|обоснование|justificación|motivo)$/i, 'rationale'],
  [
    pattern(
      String.raw`^(?:trade-?offs?|consequences?|cost|权衡|トレードオフ|影响|компромисс\p{L}*|последствия|consecuencias)$`,
      'iu',
    ),
    'tradeoffs',
  ],
  [
    pattern(
      String.raw`^(?:alternatives?|alternatives? considered|options considered|备选(?:方案)?|替代方案|代替案|альтернатив\p{L}*|alternativas)$`,
      'iu',
    ),
    'alternatives',
  ],
]

/** Decision records of a document: sections, sub-sections or list items of a chapter of decisions, in file order. */
export function readDecisions(doc: Doc, sections: readonly Section[]): Decision[] {
  const found: Decision[] = []
  const done = new Set<Section>()
  sections.forEach((section, position) => {
    if (done.has(section)) return
    const own = HEADING.exec(section.title)
    const single = SINGULAR.test(section.title) ? SINGLE.exec(section.title) : null
    if (own !== null) found.push(recordOf(doc, section, Number(own[1] ?? own[3]) || null, own[2] ?? own[4]!))
    else if (CHAPTER.test(section.title) && !isRecord(doc, section))
      found.push(...chapter(doc, sections, position, done))
    else if (single !== null || (CHAPTER.test(section.title) && isRecord(doc, section)))
      found.push(recordOf(doc, section, null, single?.[1] ?? section.title))
  })
  return found
}

/** A chapter whose own text has the parts of one record: "**Decision**: ... **Rationale**: ...". */
function isRecord(doc: Doc, section: Section): boolean {
  return ownBlocks(doc, section).some(
    (block) => block.type === 'paragraph' && linesOf(doc, block).some(({ text }) => partOf(text)?.part === 'rationale'),
  )
}

function chapter(doc: Doc, sections: readonly Section[], position: number, done: Set<Section>): Decision[] {
  const found: Decision[] = []
  const section = sections[position]!
  for (const block of ownBlocks(doc, section)) {
    if (block.type === 'list') found.push(...block.children.map((item) => itemDecision(doc, item, section.path)))
  }
  for (let at = position + 1; at < sections.length && sections[at]!.index < section.end; at++) {
    const below = sections[at]!
    done.add(below)
    if (below.heading.depth > section.heading.depth + 1) continue
    const named = HEADING.exec(below.title)
    const number = /^(\d+)[.:：)]?\s+(.+)$/.exec(below.title)
    const n = Number(named?.[1] ?? named?.[3] ?? number?.[1]) || null
    found.push(recordOf(doc, below, n, named?.[2] ?? named?.[4] ?? number?.[2] ?? below.title))
  }
  return found
}

function recordOf(doc: Doc, section: Section, n: number | null, title: string): Decision {
  const parts = partsOf(doc, allBlocks(doc, section))
  return { n, title: title.trim(), ...parts, line: lineOf(section.heading), section: section.path }
}

/** `- **Detection**: text`, `- Decision: text` and `1. **Question?**` with the parts below. */
function itemDecision(doc: Doc, item: ListItem, section: string): Decision {
  const lead = item.children[0]
  const marked = lead?.type === 'paragraph' && lead.children[0]?.type === 'strong' ? plain(lead.children[0]) : ''
  const { lead: text, ...parts } = leadAndParts(doc, item.children)
  const split = /^(.{1,80}?)\s*(?:[:：]\s|[：]|\s[—–-]\s)/u.exec(text)
  const first = lead === undefined ? '' : (leadLine(doc, lead) ?? '')
  const title = marked !== '' && text.startsWith(marked) ? marked : (split?.[1] ?? (first || text))
  const rest = text.slice(text.startsWith(title) ? title.length : 0).replace(/^[\s:：—–,-]+/, '')
  const line = lineOf(item)
  const decision = parts.decision ?? (rest || null)
  return { n: null, title: withoutEnd(title, /[\s:：]/), ...parts, decision, line, section }
}

/** First line of an item without its label. */
function leadLine(doc: Doc, lead: Nodes): string | null {
  const text = linesOf(doc, lead)[0]?.text
  return text === undefined ? null : (partOf(text)?.rest ?? text)
}

type Parts = Pick<Decision, Part>

/** The parts of a record. Text in front of the first part is the decision itself. */
function partsOf(doc: Doc, blocks: readonly Nodes[]): Parts {
  const { lead, ...parts } = leadAndParts(doc, blocks)
  return { ...parts, decision: parts.decision ?? (lead || null) }
}

function leadAndParts(doc: Doc, blocks: readonly Nodes[]): Parts & { lead: string } {
  const texts: Record<Part | 'lead', string[]> = {
    lead: [],
    decision: [],
    context: [],
    rationale: [],
    tradeoffs: [],
    alternatives: [],
  }
  let current: Part | 'lead' = 'lead'
  for (const line of paragraphs(blocks).flatMap((paragraph): Line[] => linesOf(doc, paragraph))) {
    const label = partOf(line.text)
    if (label !== null) current = label.part
    texts[current].push(label?.rest ?? line.text)
  }
  const text = (part: Part | 'lead') => squeeze(texts[part].join(' '))
  return {
    lead: text('lead'),
    decision: text('decision') || null,
    context: text('context') || null,
    rationale: text('rationale') || null,
    tradeoffs: text('tradeoffs') || null,
    alternatives: text('alternatives') || null,
  }
}

const PART = pattern(String.raw`^([\p{L}][\p{L} -]{1,28}?)\s?(?:[(（][^()（）]{0,30}[)）])?\s?[:：]\s*(.*)$`, 'su')

function partOf(text: string): { part: Part; rest: string } | null {
  const match = PART.exec(text)
  if (match === null) return null
  const part = PARTS.find(([pattern]) => pattern.test(match[1]!))?.[1]
  return part === undefined ? null : { part, rest: match[2]! }
}
