import { toCriterion } from './criteria.ts'
import { obliges } from './ears.ts'
import { type Doc, itemText, lineOf, linesOf, paragraphs, plain, squeeze } from './markdown.ts'
import { type Block, outline, type Section } from './outline.ts'
import { pattern } from './pattern.ts'
import type { Criterion, Requirement } from './requirement.ts'
import { requirement } from './requirements.ts'
import { scenario } from './scenarios.ts'
import { distinct, slug } from './words.ts'

const REQUIREMENT = pattern(String.raw`^(?:requirement|需求|要件|требование|requisito)\s*[:：]\s*(.+)$`, 'iu')
const SCENARIO = pattern(String.raw`^(?:scenario|场景|シナリオ|сценарий|escenario)\s*[:：]\s*(.*)$`, 'iu')
const DELTA = /^(added|modified|removed|renamed)\s+requirements?/i
const QUOTED = /`?#{2,4}\s*requirement\s*[:：]\s*([^`]+?)\s*`?$/i

type Change = NonNullable<Requirement['change']>

/** Whether a document names its requirements (`### Requirement: name`) as OpenSpec does. */
export function isOpenSpec(sections: readonly Section[]): boolean {
  return sections.some(({ title }) => REQUIREMENT.test(title) || DELTA.test(title))
}

/**
 * Requirements of an OpenSpec file: their ids are their names in lower case with dashes. What the body demands is `name.1`, `name.2`;
 * a scenario is `name.scenario-name`. In a delta each has its `change`; a rename carries the name it had in `formerly`.
 */
export function readOpenSpec(doc: Doc): Requirement[] {
  const sections = outline(doc)
  const unique = distinct()
  const found: Requirement[] = []
  sections.forEach((section, at) => {
    const name = REQUIREMENT.exec(section.title)?.[1]
    const change = changeOf(sections, section)
    if (name !== undefined) found.push(named(doc, sections, at, unique(slug(name) || 'requirement'), name, change))
    else if (DELTA.test(section.title)) found.push(...listed(doc, section, unique))
  })
  return found.sort((a, b) => a.line - b.line)
}

function changeOf(sections: readonly Section[], section: Section): Change | null {
  for (let at = section.parent; at >= 0; at = sections[at]!.parent) {
    const match = DELTA.exec(sections[at]!.title)
    if (match !== null) return match[1]!.toLowerCase() as Change
  }
  return null
}

function named(
  doc: Doc,
  sections: readonly Section[],
  at: number,
  id: string,
  title: string,
  change: Change | null,
): Requirement {
  const section = sections[at]!
  const body = doc.root.children.slice(section.index + 1, section.ownEnd)
  // What a delta takes away demands nothing any more: its text is the reason.
  const criteria = change === 'removed' ? [] : [...statements(doc, id, body), ...scenarios(doc, sections, at, id)]
  return requirement(doc, { id, title: title.trim(), line: lineOf(section.heading), story: null, criteria, change })
}

/** The sentences of the body; a list behind a colon belongs to its sentence. */
function statements(doc: Doc, id: string, body: readonly Block[]): Criterion[] {
  const found: { line: number; text: string }[] = []
  for (const block of body) {
    const last = found.at(-1)
    if (block.type === 'paragraph') {
      const first = linesOf(doc, block).find(({ text }) => text !== '')
      found.push({ line: first?.line ?? lineOf(block), text: plain(block) })
    } else if (block.type === 'list') {
      for (const item of block.children) {
        const text = itemText(doc, item)
        if (last !== undefined && (/[:：]$/.test(last.text) || !obliges(text)))
          last.text = squeeze(`${last.text} ${text}`)
        else found.push({ line: lineOf(item), text })
      }
    }
  }
  const demands = found.filter(({ text }) => obliges(text))
  return demands.map(({ line, text }, index) => toCriterion(`${id}.${index + 1}`, line, text, null))
}

function scenarios(doc: Doc, sections: readonly Section[], at: number, id: string): Criterion[] {
  const section = sections[at]!
  const unique = distinct()
  const found: Criterion[] = []
  for (let next = at + 1; next < sections.length && sections[next]!.index < section.end; next++) {
    const below = sections[next]!
    const name = SCENARIO.exec(below.title)?.[1]?.trim()
    // "~~Scenario: old~~" is struck out.
    if (name === undefined || below.heading.children[0]?.type === 'delete') continue
    const blocks = doc.root.children.slice(below.index + 1, below.ownEnd)
    const lines = paragraphs(blocks).flatMap((paragraph) => linesOf(doc, paragraph).map(({ text }) => text))
    const own = unique(slug(name) || 'scenario')
    found.push(scenario(`${id}.${own}`, lineOf(below.heading), name, lines))
  }
  return found
}

/** Renames ("- FROM: ... - TO: ...") and removals that a delta only lists. */
function listed(doc: Doc, section: Section, unique: (id: string) => string): Requirement[] {
  const change = DELTA.exec(section.title)![1]!.toLowerCase() as Change
  if (change !== 'renamed' && change !== 'removed') return []
  const blocks = doc.root.children.slice(section.index + 1, section.ownEnd)
  const found: Requirement[] = []
  let from: string | null = null
  for (const line of paragraphs(blocks).flatMap((paragraph) => linesOf(doc, paragraph))) {
    const name = QUOTED.exec(line.text)?.[1]?.trim()
    if (name === undefined) continue
    if (/^from\b/i.test(line.text)) from = name
    else {
      const parts = { id: unique(slug(name)), title: name, line: line.line, story: null, criteria: [], change }
      found.push(requirement(doc, { ...parts, formerly: change === 'renamed' ? from : null }))
      from = null
    }
  }
  return found
}
