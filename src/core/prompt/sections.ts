import type { Slice } from '../spec/slice.ts'
import type { Steering } from '../spec/spec.ts'

/** Lines that only link: what they name is shown. */
const LINKS = /^[ \t]*(?:[-*][ \t]+)?[*_]{0,2}(?:validates|requirements|depends)[*_]{0,2}[ \t]*:.*\n?/gim

const PROSE = /^[\p{L}\d`("'][^|]*\S$/u
/** A line of fewer characters ended where its author wanted. */
const WRAPPED = 60

/**
 * Text of the slice as a prompt shows it: task, criteria, design sections, properties elsewhere, glossary. `asWritten`: the design has
 * the lines of its file, for people who look for them there.
 */
export function renderSlice(slice: Slice, asWritten = false): string {
  const design = renderDesign(slice, asWritten ? (text) => text : unwrapped)
  return [`# Task\n\n${unlinked(slice.task.text)}`, renderCriteria(slice), design, renderGlossary(slice)]
    .filter((text) => text !== '')
    .join('\n\n')
}

function unlinked(text: string): string {
  return text.replace(LINKS, '').trimEnd()
}

/** Lines of a paragraph that were wrapped at a margin, joined, which saves tokens; code, lists and tables stay. */
function unwrapped(text: string): string {
  let fenced = false
  const lines: string[] = []
  for (const line of text.split('\n')) {
    const before = lines.at(-1)
    const goesOn = !fenced && before !== undefined && PROSE.test(before) && before.length >= WRAPPED && PROSE.test(line)
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced
    if (goesOn) lines[lines.length - 1] = `${before} ${line}`
    else lines.push(line)
  }
  return lines.join('\n')
}

function renderCriteria(slice: Slice): string {
  if (slice.requirements.length === 0) return ''
  const blocks = slice.requirements.map((requirement) => {
    // What the criteria say in full needs no story beside it.
    const story = requirement.story && requirement.criteria.length === 0 ? `${requirement.story}\n\n` : ''
    const lines = requirement.criteria.map((criterion) => `- ${criterion.id}: ${criterion.text}`)
    return `## Requirement ${requirement.id}: ${requirement.title}\n\n${story}${lines.join('\n')}`
  })
  return `# Linked requirements\n\n${blocks.join('\n\n')}`
}

function renderDesign(slice: Slice, lines: (text: string) => string): string {
  const shown = slice.sections.map((section) => lines(unlinked(section.text)))
  const inSections = new Set(slice.sections.map((section) => section.path))
  const loose = slice.properties
    .filter((property) => !inSections.has(property.section))
    .map((property) => `### Property ${property.n}: ${property.title}\n\n${property.text}`)
  const all = [...shown, ...loose]
  return all.length === 0 ? '' : `# Linked design\n\n${all.join('\n\n')}`
}

function renderGlossary(slice: Slice): string {
  if (slice.glossary.length === 0) return ''
  return `# Glossary\n\n${slice.glossary.map((entry) => `- **${entry.term}**: ${entry.text}`).join('\n')}`
}

export function renderSteering(steering: Steering): string {
  return steering.text.trim()
}

/** A file as a prompt shows it. */
export function renderFile(path: string, text: string): string {
  return `## File ${onOneLine(path)}\n\n${renderOutput(text)}`
}

/** What a program printed, or any text that must not be taken for ours. The fence is longer than any fence inside. */
export function renderOutput(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((match) => match[0].length))
  const fence = '`'.repeat(longest + 1)
  const newline = text.endsWith('\n') || text === '' ? '' : '\n'
  return `${fence}\n${text}${newline}${fence}`
}

/** The beginning of a rendered text; a fence that was cut open is closed. */
export function closeFence(text: string): string {
  let open: string | null = null
  for (const line of text.split('\n')) {
    const marks = /^`{3,}$/.exec(line)?.[0]
    if (marks === undefined) continue
    if (open === null) open = marks
    else if (marks.length >= open.length) open = null
  }
  return open === null ? text : `${text}\n${open}`
}

/** A path or a name stands on one line of a prompt, and its characters can be seen: git allows all but NUL in a path. */
export function onOneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`)
}
