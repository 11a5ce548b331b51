import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { applyPatch } from '../../src/core/patch/apply.ts'
import { describeRefusals } from '../../src/core/patch/describe-refusals.ts'
import { readReply } from '../../src/core/patch/read-reply.ts'

/** One wrong version of a reference implementation: what a model could have answered. */
export interface Bug {
  system: string
  /** Name of its file without `.md`: `03-token-reused`. */
  name: string
  /** Criteria of specs/<system>, comma separated. */
  violates: string
  /** Where such a bug comes from. */
  from: string
  /** Why no test can kill it within the bounds, where none does. */
  survives: string | null
  /** One sentence. */
  what: string
  /** The file below its front matter: sentence and patch. */
  reply: string
}

export const REFERENCE = join(import.meta.dirname, '..', '..', 'sandbox', 'reference')

/** Systems that have bugs and tests, sorted. */
export function systems(): string[] {
  if (!existsSync(REFERENCE)) return []
  return readdirSync(REFERENCE)
    .filter((name) => ['bugs', 'test'].every((part) => existsSync(join(REFERENCE, name, part))))
    .sort()
}

/** All bugs of a system by name. Throws for front matter that is missing or holds an unknown key. */
export function bugsOf(system: string): Bug[] {
  const folder = join(REFERENCE, system, 'bugs')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readBug(system, basename(name, '.md'), readFileSync(join(folder, name), 'utf8')))
}

const KEYS = ['violates', 'from', 'survives']

function readBug(system: string, name: string, text: string): Bug {
  const file = `sandbox/reference/${system}/bugs/${name}.md`
  const [, front, reply] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
  if (front === undefined || reply === undefined)
    throw new Error(`${file}: no front matter; begin with ---, violates:, from:, ---`)
  // Without types: 2.10 is no number.
  const fields = (parse(front, { schema: 'failsafe' }) ?? {}) as Record<string, string>
  const unknown = Object.keys(fields).filter((key) => !KEYS.includes(key))
  if (unknown.length > 0) throw new Error(`${file}: unknown ${unknown.join(', ')}; known are ${KEYS.join(', ')}`)
  const { violates = '', from = '', survives = null } = fields
  if (violates === '' || from === '') throw new Error(`${file}: violates: and from: must say something`)
  const what = (/^[^`<]*/.exec(reply)?.[0] ?? '').trim().replaceAll(/\s+/g, ' ')
  return { system, name, violates, from, survives, what, reply }
}

/** New contents by path, relative to the system's folder. Throws where the reply holds no patch, or one that does not apply to `src/`. */
export async function applied({ system, name, reply }: Bug): Promise<Record<string, string>> {
  const answer = readReply(reply)
  if (answer.kind !== 'patch') throw new Error(`${system}/${name}: ${JSON.stringify(answer)}`)
  const result = await applyPatch(answer.patch, (path) => {
    const file = join(REFERENCE, system, path)
    return statSync(file, { throwIfNoEntry: false })?.isFile()
      ? { kind: 'text', text: readFileSync(file, 'utf8') }
      : { kind: 'absent' }
  })
  if (!result.ok) throw new Error(`${system}/${name}: ${describeRefusals(result.refused)}`)
  const strays = result.changes.filter(({ path, action }) => action !== 'edit' || !path.startsWith('src/'))
  if (strays.length > 0) throw new Error(`${system}/${name}: changes ${strays.map(({ path }) => path).join(', ')}`)
  return Object.fromEntries(result.changes.map(({ path, content }) => [path, content ?? '']))
}
