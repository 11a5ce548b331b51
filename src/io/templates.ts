import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../core/hash.ts'
import type { Templates } from '../core/prompt/prompt.ts'
import { PACKAGE_ROOT } from './package-root.ts'

/** The prompt templates. Their version is a hash: a recording says exactly which texts it answered. */
export async function loadTemplates(): Promise<Templates> {
  const names = ['rules', 'author', 'implementer', 'kit-author', 'kit-example', 'kit-implementer']
  const texts = await Promise.all(names.map((name) => readFile(join(PACKAGE_ROOT, 'prompts', `${name}.md`), 'utf8')))
  const [rules = '', author = '', implementer = '', forTests = '', example = '', forCode = ''] = texts
  const version = sha256(texts.join('\0')).slice(0, 12)
  return { rules, author, implementer, kit: { author: forTests, example, implementer: forCode }, version }
}
