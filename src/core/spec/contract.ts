import type { Property, Task } from './spec.ts'
import { wordsOf } from './words.ts'

/** Whether a task has more to show than its parts: a test, a property, a command, or the checks of a checkpoint. */
export function hasContract(task: Pick<Task, 'test' | 'statements' | 'verify' | 'kind'>): boolean {
  return task.test !== null || task.statements.length > 0 || task.verify !== null || task.kind === 'checkpoint'
}

const NAMES_ONLY = /^propert(?:y|ies)\b(?:[\s\d,&.–-]|\band\b|\bpropert(?:y|ies)\b)*$/i

/** What a task states in its own words; `Property: Property 1, Property 2` names what the design says. */
export function ownStatements({ statements }: Pick<Task, 'statements'>): string[] {
  return statements.filter((text) => !NAMES_ONLY.test(text.trim()))
}

/** The properties of the design that a task names, by their titles, and what it states itself and they do not say. */
export function statementsOf(task: Pick<Task, 'statements' | 'properties'>, properties: readonly Property[]): string[] {
  const named = properties.filter(({ n }) => task.properties.includes(n))
  const own = ownStatements(task)
  const said = new Set(own.map(wordsOf))
  const titles = named.filter(({ title, text }) => !said.has(wordsOf(title)) && !said.has(wordsOf(text)))
  return [...titles.map(({ n, title }) => (title === '' ? `Property ${n}` : `Property ${n}: ${title}`)), ...own]
}

/** From this length on a line was wrapped at a margin, and the next one goes on with its sentence. */
const WRAPPED = 60

/** What a property of the design says, with its title: where it stands below a section's heading, that is its title. */
export function propertyWords({ title, text }: Pick<Property, 'title' | 'text'>): string {
  if (title === '' || text === '') return title + text
  const goesOn = /[.!?:;,]$/.test(title) || (title.length >= WRAPPED && /^\p{Ll}/u.test(text))
  return `${title}${goesOn ? ' ' : ': '}${text}`
}

/** Optional parts and those struck through may stay open. */
export function isRequired(task: Pick<Task, 'optional' | 'struck'>): boolean {
  return !task.optional && !task.struck
}
