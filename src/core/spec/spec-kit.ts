import type { ListItem } from 'mdast'
import { toCriterion } from './criteria.ts'
import { obliges } from './ears.ts'
import { type Doc, itemText, lineOf, linesOf, paragraphs, plain } from './markdown.ts'
import { allBlocks, type Block, outline, type Section } from './outline.ts'
import { pattern } from './pattern.ts'
import type { Criterion, Requirement } from './requirement.ts'
import { numberedRequirements, requirement } from './requirements.ts'
import { scenario } from './scenarios.ts'

const STORY = pattern(
  String.raw`^(?:user story|用户故事|ユーザー?ストーリー|пользовательская история|historia de usuario)\s*(\d+)\s*(?:[-–—:：.]\s*|\s+|(?=[(（])|$)(.*)$`,
  'iu',
)
const PRIORITY = pattern(
  String.raw`\s*[(（【[]?\s*(?:priority|优先级|優先度|приоритет|prioridad)\s*[:：]\s*(P?\d|\p{L}+)\s*[)）】\]]?`,
  'iu',
)
const SCENARIOS = pattern('acceptance|验收|受け?入れ?|критерии|сценарии|aceptación|scenarios?', 'iu')
const LABEL = pattern(
  '^(?:why this priority|independent test|acceptance|优先级|为什么|独立测试|验收|この優先度|独立|受け?入れ?|почему|независим|por qué|prueba)',
  'iu',
)

/** Whether a document tells its needs as numbered user stories. */
export function isSpecKit(sections: readonly Section[]): boolean {
  return sections.some(({ title }) => STORY.test(title))
}

/** Requirements of Spec Kit's spec.md: user stories (`US1`) with their scenarios, then FR-, NFR- and SC- items. */
export function readSpecKit(doc: Doc): Requirement[] {
  const sections = outline(doc)
  const stories = sections.flatMap((section) => storyRequirement(doc, section))
  return [...stories, ...numberedRequirements(doc, sections)].sort((a, b) => a.line - b.line)
}

function storyRequirement(doc: Doc, section: Section): Requirement[] {
  const match = STORY.exec(section.title)
  if (match === null) return []
  const id = `US${match[1]}`
  const blocks = allBlocks(doc, section)
  const priority = PRIORITY.exec(match[2]!)?.[1] ?? null
  const lead = blocks.find((block) => block.type === 'paragraph' && !LABEL.test(plain(block)))
  return [
    requirement(doc, {
      id,
      title: match[2]!.replace(PRIORITY.on(match[2]!), '').trim(),
      line: lineOf(section.heading),
      story: lead === undefined ? null : plain(lead),
      criteria: scenariosOf(doc, id, blocks),
      kind: 'story',
      priority,
    }),
  ]
}

/** Items below "Acceptance Scenarios", else the items that are scenarios. */
function scenariosOf(doc: Doc, id: string, blocks: readonly Block[]): Criterion[] {
  let inside = false
  const found: Criterion[] = []
  for (const block of blocks) {
    if (block.type === 'heading' || (block.type === 'paragraph' && block.children[0]?.type === 'strong')) {
      const text = plain(block)
      inside = SCENARIOS.test(text) && !/independent/i.test(text)
    } else if (block.type === 'list') {
      for (const item of block.children) {
        const one = itemCriterion(doc, `${id}.${found.length + 1}`, item)
        if (one !== null && (inside || one.pattern !== 'none')) found.push(one)
      }
    }
  }
  return found
}

function itemCriterion(doc: Doc, id: string, item: ListItem): Criterion | null {
  const lines = paragraphs(item.children).flatMap((paragraph) => linesOf(doc, paragraph).map(({ text }) => text))
  const text = itemText(doc, item)
  if (text === '') return null
  const read = scenario(id, lineOf(item), null, [text])
  if (read.pattern !== 'none') return read
  const byLine = scenario(id, lineOf(item), null, lines)
  if (byLine.pattern !== 'none') return byLine
  const statement = toCriterion(id, lineOf(item), text, null)
  return obliges(text) ? statement : { ...statement, kind: 'scenario' }
}
