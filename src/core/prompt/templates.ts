import type { Role } from '../../world.ts'
import type { Part, Templates } from './prompt.ts'

const SLOT = /\{\{(\w+)\}\}/g

/** What the template of each role has to be given. */
export const ROLE_SLOTS = {
  author: ['framework'],
  implementer: [],
  strengthener: ['framework', 'most', 'right'],
  arbiter: [],
  migrator: ['framework'],
} as const satisfies Record<Role, readonly string[]>

/** Values of the slots of one role's template. */
export type SlotsOf<R extends Role> = Record<(typeof ROLE_SLOTS)[R][number], string>

/** Fills `{{slot}}`s. A broken slot, one without a value, or a value without a slot is our bug and throws. */
export function fill(template: string, values: Record<string, string>): string {
  const used = new Set<string>()
  const broken = brokenSlot(template)
  if (broken !== null) throw new Error(`the template has a broken slot: ${broken}`)
  const text = template.replace(SLOT, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw new Error(`the template has a slot {{${name}}} and no value for it`)
    used.add(name)
    return value
  })
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`the template has no slot for ${unused.join(', ')}`)
  return text
}

/** The role's own words, which end what every question of it begins with. */
export function rolePart<R extends Role>(role: R, templates: Templates, slots: SlotsOf<R>): Part {
  return { kind: 'role', source: `prompts/${role}.md`, text: fill(templates[role], slots), mandatory: true }
}

/** Throws where a template has other slots than `slots`; `file` and the line are in the message. */
export function checkTemplate(file: string, template: string, slots: readonly string[]): void {
  for (const [at, line] of template.split('\n').entries()) {
    const where = `${file}:${at + 1}`
    if (brokenSlot(line) !== null)
      throw new Error(`${where}: a slot is written {{name}}, found: ${line.trim().slice(0, 80)}`)
    for (const [, name = ''] of line.matchAll(SLOT))
      if (!slots.includes(name))
        throw new Error(`${where}: there is no value for {{${name}}}; slots here: ${slots.join(', ') || 'none'}`)
  }
  const missing = slots.filter((name) => !template.includes(`{{${name}}}`))
  if (missing.length > 0) throw new Error(`${file}: {{${missing[0]}}} is missing`)
}

/** The line of a slot that is not closed, has no name or one of several words; null where there is none. */
function brokenSlot(text: string): string | null {
  return /^.*(?:\{\{|\}\}).*$/m.exec(text.replace(SLOT, ''))?.[0].trim().slice(0, 80) ?? null
}
