import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../core/hash.ts'
import type { Templates } from '../core/prompt/prompt.ts'
import { checkTemplate, ROLE_SLOTS } from '../core/prompt/templates.ts'
import { ROLES } from '../core/settings.ts'
import type { Role } from '../world.ts'
import { PACKAGE_ROOT } from './package-root.ts'

const PAGES = [
  'rules',
  ...(['kit-author', 'kit-author-disk', 'kit-example', 'kit-implementer', 'kit-implementer-disk'] as const),
  ...(['author-tests', 'author-refactoring'] as const),
] as const

/** Those that are other ones for a project of Python or Go, in a folder of their own. */
const OF_LANGUAGE: readonly string[] = ['author', 'strengthener']

/** Languages that the prompts know. */
export type PromptLanguage = 'typescript' | 'python' | 'go'

/**
 * The prompt templates. Their version is a hash: a recording says exactly which texts it answered. A template whose slots
 * are not those that its role fills throws with the file's name, before anything is asked.
 */
export async function loadTemplates(
  folder = join(PACKAGE_ROOT, 'prompts'),
  language: PromptLanguage = 'typescript',
): Promise<Templates> {
  const names = [...PAGES, ...ROLES]
  const own = (name: string) => language !== 'typescript' && OF_LANGUAGE.includes(name)
  const fileOf = (name: string) => join(folder, own(name) ? language : '.', `${name}.md`)
  const texts = await Promise.all(names.map((name) => readFile(fileOf(name), 'utf8')))
  const text = Object.fromEntries(names.map((name, at) => [name, texts[at]!])) as Record<(typeof names)[number], string>
  for (const name of PAGES) checkTemplate(`prompts/${name}.md`, text[name], [])
  for (const role of ROLES) checkTemplate(`prompts/${role}.md`, text[role], ROLE_SLOTS[role])
  const roles = Object.fromEntries(ROLES.map((role) => [role, text[role]])) as Record<Role, string>
  const disk = { author: text['kit-author-disk'], implementer: text['kit-implementer-disk'] }
  const kit = { author: text['kit-author'], example: text['kit-example'], implementer: text['kit-implementer'], disk }
  const instead = { tests: text['author-tests'], refactoring: text['author-refactoring'] }
  return { ...roles, rules: text.rules, kit, instead, version: sha256(texts.join('\0')).slice(0, 12) }
}
