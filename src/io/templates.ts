import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../core/hash.ts'
import type { Templates } from '../core/prompt/prompt.ts'
import { PACKAGE_ROOT } from './package-root.ts'

/** The prompt templates. Their version is a hash: a recording says exactly which texts it answered. */
export async function loadTemplates(): Promise<Templates> {
  const read = (name: string) => readFile(join(PACKAGE_ROOT, 'prompts', `${name}.md`), 'utf8')
  const [rules, author, implementer] = await Promise.all([read('rules'), read('author'), read('implementer')])
  return { rules, author, implementer, version: sha256([rules, author, implementer].join('\0')).slice(0, 12) }
}

/** The page on the simulation kit that prompts carry. */
export function loadKit(): Promise<string> {
  return readFile(join(PACKAGE_ROOT, 'sandbox', 'sim', 'README.md'), 'utf8')
}
