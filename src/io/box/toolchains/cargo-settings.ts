import { dirname, isAbsolute, join } from 'node:path'
import { isSystemPath } from '../system.ts'
import { isFile, isFolder, type Place } from './part.ts'

/** Settings by which a build finds its sources and its linker; `*` stands for any name. Everything else stays outside. */
const KEPT = [
  ...['replace-with', 'registry', 'directory', 'local-registry', 'git', 'branch', 'tag', 'rev'].map((key) => [
    'source',
    '*',
    key,
  ]),
  ['registries', '*', 'index'],
  ['registry', 'default'],
  ...['rustflags', 'rustdocflags', 'target', 'incremental', 'jobs'].map((key) => ['build', key]),
  ...['linker', 'rustflags', 'ar'].map((key) => ['target', '*', key]),
]

interface Settings {
  /** Text of a config.toml. */
  text: string
  /** Folders that stand in for a registry. */
  folders: string[]
}

/**
 * What the user's cargo settings say about sources and the compiler, read by cargo itself. Null where there is nothing
 * to pass on. Tokens, credentials, proxies, `[env]` and every address with a user's name in it are left out.
 */
export async function cargoSettings(place: Place, cargo: string, home: string): Promise<Settings | null> {
  const above = dirname(place.root)
  if (!(await isFile(cargo)) || !(await anySettings(above, home))) return null
  // Cargo shows its settings as JSON only where unstable options are allowed.
  const env = { ...place.env, RUSTC_BOOTSTRAP: '1', CARGO_HOME: home }
  const args = ['-Z', 'unstable-options', 'config', 'get', '--format', 'json']
  const answer = await place.ask(cargo, args, { cwd: above, env })
  const all = answer.ok ? parsed(answer.text) : null
  const kept = all === null ? [] : KEPT.flatMap((pattern) => pick(all, pattern, []))
  if (kept.length === 0) return null
  const folders = kept
    .filter(({ path }) => ['directory', 'local-registry'].includes(path.at(-1)!))
    .map(({ value }) => String(value))
    .filter((folder) => isAbsolute(folder) && !isSystemPath(folder))
  const there = await Promise.all(folders.map(isFolder))
  const text = kept.map(
    ({ path, value }) => `${path.map((key) => JSON.stringify(key)).join('.')} = ${JSON.stringify(value)}\n`,
  )
  return { text: text.join(''), folders: folders.filter((_, index) => there[index]) }
}

async function anySettings(above: string, home: string): Promise<boolean> {
  const folders = [home]
  for (let folder = above; ; folder = dirname(folder)) {
    folders.push(join(folder, '.cargo'))
    if (folder === dirname(folder)) break
  }
  const files = folders.flatMap((folder) => [join(folder, 'config.toml'), join(folder, 'config')])
  return (await Promise.all(files.map(isFile))).includes(true)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

type Leaf = { path: string[]; value: string | number | boolean | string[] }

function pick(value: unknown, pattern: string[], path: string[]): Leaf[] {
  const [key, ...rest] = pattern
  if (key === undefined) return isLeaf(value) && !holdsUser(value) ? [{ path, value }] : []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const names = key === '*' ? Object.keys(value) : [key]
  return names.flatMap((name) => pick(Reflect.get(value, name), rest, [...path, name]))
}

function isLeaf(value: unknown): value is Leaf['value'] {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function holdsUser(value: Leaf['value']): boolean {
  return [value].flat().some((item) => /:\/\/[^/\s]*@/.test(String(item)))
}
