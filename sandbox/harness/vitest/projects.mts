/**
 * `test.projects` gives each of several projects a configuration of its own, into which nothing of the whole's plug-ins comes. So that
 * the harness judges them all, its plug-in is put into each: into those that are written there, and into a configuration of ours around
 * each one that lies in a file.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { glob, mkdtemp, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { HarnessPlugin } from './plugin.mts'

/** What the configuration of a project is overridden with; it is written into files. */
export interface Judging {
  /** Absolute paths of test files that run on wrong versions. */
  bitten: string[]
  /** A writable folder. */
  scratch: string
  /** Of the options that the command line does not reach in a project: milliseconds. */
  hookTimeout: number
  /** Files of configuration around the one that is read, outermost first. */
  chain: string[]
}

type Config = Record<string, unknown> & { plugins?: unknown; root?: string; test?: { root?: string } }
type Export = Config | ((env: object) => Config | Promise<Config>) | Promise<Config>

/** `.mts` from source, `.mjs` when built. */
const EXTENSION = extname(import.meta.filename)
/** Vitest's own order. */
const CONFIGS = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((extension) => `${name}${extension}`),
)
/** What vitest calls a file of configuration. */
const NAME = /^vite(?:st)?(?:\.[\w-]+)?\.config\./
const PATTERN = /[*?{}[\]()!]/
/** What vitest leaves out of patterns. */
const IGNORED = /(^|\/)(node_modules|\.DS_Store)(\/|$)|\.timestamp-/

/** Configuration of the folder itself: null where it has none. */
export function configIn(folder: string): string | null {
  const files = new Set(readdirSync(folder))
  const found = CONFIGS.find((name) => files.has(name))
  return found ? join(folder, found) : null
}

/** Definitions of projects as vitest takes them, each with the plug-in. `root`: folder from which paths count. */
export async function judgedProjects(
  definitions: readonly unknown[],
  root: string,
  judging: Judging,
  plugin: (judging: Judging) => HarnessPlugin,
): Promise<unknown[]> {
  const inline = definitions.flatMap((definition) => (typeof definition === 'string' ? [] : [definition as Export]))
  const paths = definitions.filter((definition) => typeof definition === 'string')
  const files = await pathsOf(paths, root)
  return [
    ...inline.map((own) => async (env: object) => {
      const config = await (typeof own === 'function' ? own(env) : own)
      return { ...config, plugins: [plugin(judging), config.plugins ?? []] }
    }),
    ...(await Promise.all(files.map((file) => wrapped(file, judging)))),
  ]
}

/** A configuration that lies in `file` (null: there is none), for a project in the folder `dir`. Used by the files that are written here. */
export async function ofFile(own: Export, env: object, dir: string, plugin: HarnessPlugin): Promise<Config> {
  const config = await (typeof own === 'function' ? own(env) : own)
  const { root, test } = config
  return {
    ...config,
    root: root ? resolve(dir, root) : dir,
    ...(test ? { test: { ...test, ...(test.root ? { root: resolve(dir, test.root) } : {}) } } : {}),
    plugins: [plugin, config.plugins ?? []],
  }
}

/** Absolute paths of files of configuration and of folders that paths and patterns name; what names nothing stays for vitest to complain of. */
async function pathsOf(words: readonly string[], root: string): Promise<string[]> {
  const named = words.map((word) => word.replace('<rootDir>', () => root))
  const patterns = named.filter((word) => PATTERN.test(word))
  const plain = named.filter((word) => !PATTERN.test(word)).map((word) => resolve(root, word))
  const wanted = patterns.filter((word) => !word.startsWith('!'))
  const unwanted = patterns.filter((word) => word.startsWith('!')).map((word) => word.slice(1))
  const left = new Set(await matches(unwanted, root))
  const found = (await matches(wanted, root)).filter((path) => !left.has(path) && !IGNORED.test(path))
  return [...new Set([...plain, ...found])]
}

async function matches(patterns: string[], root: string): Promise<string[]> {
  if (patterns.length === 0) return []
  const found: string[] = []
  for await (const path of glob(patterns, { cwd: root })) found.push(resolve(root, path))
  return found
}

/** The path of a configuration of ours around what lies at `path`; `path` itself where vitest has to say something of it. */
async function wrapped(path: string, judging: Judging): Promise<string> {
  if (!existsSync(path)) return path
  const isFolder = statSync(path).isDirectory()
  const file = isFolder ? configIn(path) : path
  // A circle, or the whole's own; or a name that vitest refuses.
  if (file !== null && (judging.chain.includes(file) || !NAME.test(basename(file)))) return file
  const dir = isFolder ? path : dirname(path)
  const folder = await mkdtemp(join(judging.scratch, 'project-'))
  const wrapper = join(folder, 'vitest.config.mjs')
  await writeFile(wrapper, source(file, dir, { ...judging, chain: [...judging.chain, ...(file ? [file] : [])] }))
  return wrapper
}

function source(file: string | null, dir: string, judging: Judging): string {
  const ours = (name: string) => JSON.stringify(join(import.meta.dirname, `${name}${EXTENSION}`))
  return [
    `import { harnessPlugin } from ${ours('plugin')}`,
    `import { ofFile } from ${ours('projects')}`,
    file === null ? 'const own = {}' : `import own from ${JSON.stringify(file)}`,
    `const plugin = harnessPlugin(${JSON.stringify(judging)})`,
    `export default (env) => ofFile(own, env, ${JSON.stringify(dir)}, plugin)`,
    '',
  ].join('\n')
}
