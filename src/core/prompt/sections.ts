import type { Slice } from '../spec/slice.ts'
import type { Steering } from '../spec/spec.ts'

/** Text of the slice as a prompt shows it: task, criteria, design sections, properties elsewhere, glossary. */
export function renderSlice(slice: Slice): string {
  return [`# Task\n\n${slice.task.text.trimEnd()}`, renderCriteria(slice), renderDesign(slice), renderGlossary(slice)]
    .filter((text) => text !== '')
    .join('\n\n')
}

function renderCriteria(slice: Slice): string {
  if (slice.requirements.length === 0) return ''
  const blocks = slice.requirements.map((requirement) => {
    const story = requirement.story ? `${requirement.story}\n\n` : ''
    const lines = requirement.criteria.map((criterion) => `- ${criterion.id}: ${criterion.text}`)
    return `## Requirement ${requirement.id}: ${requirement.title}\n\n${story}${lines.join('\n')}`
  })
  return `# Linked requirements\n\n${blocks.join('\n\n')}`
}

function renderDesign(slice: Slice): string {
  const shown = slice.sections.map((section) => section.text.trimEnd())
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

/** A file as a prompt shows it. The fence is longer than any fence inside. */
export function renderFile(path: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((match) => match[0].length))
  const fence = '`'.repeat(longest + 1)
  const newline = text.endsWith('\n') || text === '' ? '' : '\n'
  return `## File ${path}\n\n${fence}\n${text}${newline}${fence}`
}
