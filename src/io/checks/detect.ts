import { type PytestImports, pytestImports } from '../../core/pytest-imports.ts'
import { uncheckedTypes } from '../../core/types-check.ts'
import { type Choice, chooseRunner, type Manifest, type Runner } from './choose-runner.ts'
import { goSigns, isForeign } from './go-tests.ts'
import { GO_BUILD } from './harness.ts'
import { type NodeTests, nodeTestScript } from './node-script.ts'
import { codeOfPython, IS_PROJECT, pytestSigns } from './python-tests.ts'

/** What the checks need to know about a project. */
export interface Project {
  /** Null: commands of agent.yaml alone judge. */
  runner: Runner | null
  /** Why this runner, in words for the user. */
  why: string
  /** Command of the build and type check, run in the project's folder; null: there is nothing to build. */
  build: string[] | null
  /** Options and places of `node --test`; empty with other runners, which read their own configuration. */
  node: NodeTests
  /** With pytest: how it finds the modules. */
  imports?: PytestImports
  /** Why no compiler sees the types of a project of TypeScript; left out: one does, or it is none. */
  unchecked?: string
}

export interface DetectOptions {
  /** A shell command that replaces the detected build. */
  build?: string
  /** The runner that agent.yaml names. */
  runner?: Runner
  /** agent.yaml names commands under `checks:`. */
  commands?: boolean
  /** package.json of the workspace around the project, whose dependencies it has too; left out: there is none. */
  workspace?: string | null
  /** Folders from the workspace's root down to the project; left out: it is the root. */
  dir?: string
}

/** Reads a project from the files of one tree. `read` gives null for a file that does not exist. Never throws. */
export async function detectProject(
  read: (path: string) => Promise<string | null>,
  paths: string[],
  options: DetectOptions = {},
): Promise<Project | { unsupported: string }> {
  const project = await withImports(read, paths, await withRunner(read, paths, options))
  if (!('unsupported' in project) || !options.commands) return project
  const build = options.build === undefined ? null : ['sh', '-c', options.build]
  return { runner: null, why: 'agent.yaml names commands under `checks:`', build, node: NO_NODE_TESTS }
}

async function withImports(
  read: (path: string) => Promise<string | null>,
  paths: string[],
  project: Project | { unsupported: string },
): Promise<Project | { unsupported: string }> {
  if ('unsupported' in project || project.runner !== 'pytest') return project
  return { ...project, imports: await pytestImports(read, paths) }
}

async function withRunner(
  read: (path: string) => Promise<string | null>,
  paths: string[],
  options: DetectOptions,
): Promise<Project | { unsupported: string }> {
  const build = options.build === undefined ? null : ['sh', '-c', options.build]
  const pytest = (why: string): Project => ({ runner: 'pytest', why, build, node: NO_NODE_TESTS })
  const go = (why: string): Project => ({ runner: 'go', why, build: build ?? GO_BUILD, node: NO_NODE_TESTS })
  if (options.runner === 'pytest') return pytest('agent.yaml says so')
  if (options.runner === 'go') return go('agent.yaml says so')
  const others = options.runner === undefined ? await otherLanguages(read, paths, { pytest, go }) : []
  const [first, second] = others
  if (first && second) return question(first, second)
  const source = await read('package.json')
  if (source === null && first) return first
  // Commands, or a runner of JavaScript that agent.yaml names, are another word for it.
  const code = options.commands || options.runner !== undefined ? null : codeOfPython(paths)
  if (source === null && code !== null) return pytest(`${code} ${IS_PROJECT}`)
  if (source === null) return { unsupported: withoutManifest(paths, options.dir) }
  const manifest = parseManifest(source)
  if ('unsupported' in manifest) return manifest
  if (!first && code !== null && isOurs(manifest)) return pytest(`${code} ${IS_PROJECT}`)
  const script = ofScript(manifest, paths, options)
  // A package.json without tests serves tools; one with tests beside those of another language is a question.
  if (!first || 'unsupported' in script) return first ?? script
  // And so may packages of Python without a test.
  return first.why.endsWith(IS_PROJECT) ? script : question(script, first)
}

/** Why there is no project, where no manifest of any language says how it is tested. */
function withoutManifest(paths: string[], dir: string | undefined): string {
  const goFile = paths.find((path) => path.endsWith('.go') && !isForeign(path))
  if (goFile !== undefined)
    return `there is code of Go (${goFile}) and no go.mod: run \`go mod init MODULE && go mod tidy\` with the path by which it is imported, and commit go.mod and go.sum`
  return `there is no package.json ${dir ? `in ${dir}` : 'at the top of the repository'}, and nothing of Python or Go`
}

async function otherLanguages(
  read: (path: string) => Promise<string | null>,
  paths: string[],
  make: Record<'pytest' | 'go', (why: string) => Project>,
): Promise<Project[]> {
  const go = goSigns(paths)
  const python = await pytestSigns(read, paths)
  // Scripts in Python lie in many a repository of Go; tests of both are a question.
  const both = go === null || !python?.endsWith(IS_PROJECT)
  return [...(go === null ? [] : [make.go(go)]), ...(python === null || !both ? [] : [make.pytest(python)])]
}

function question(one: Project, other: Project): { unsupported: string } {
  return {
    unsupported: `${one.why}, and ${other.why}: say \`runner: ${one.runner}\` or \`runner: ${other.runner}\` in agent.yaml`,
  }
}

function ofScript(manifest: Manifest, paths: string[], options: DetectOptions): Project | { unsupported: string } {
  const shared = options.workspace ? parseManifest(options.workspace) : manifest
  const installed = new Set([...manifest.dependencies, ...('unsupported' in shared ? [] : shared.dependencies)])
  const choice = chosen(manifest, installed, paths, options)
  if ('unsupported' in choice) return choice
  const typed = paths.includes('tsconfig.json') && installed.has('typescript')
  const build = options.build === undefined ? (typed ? tsc(options.dir ?? '') : null) : ['sh', '-c', options.build]
  const node = choice.runner === 'node:test' ? nodeTestsOf(manifest) : NO_NODE_TESTS
  const unchecked = build === null ? uncheckedTypes(paths, installed) : null
  return { ...choice, build, node, ...(unchecked === null ? {} : { unchecked }) }
}

/** Its own words go first; what the workspace has installed for all of its packages only helps one that says nothing. */
function chosen(manifest: Manifest, installed: Set<string>, paths: string[], { runner }: DetectOptions): Choice {
  const own = chooseRunner(manifest, paths, runner)
  if (!('unsupported' in own) || installed.size === manifest.dependencies.size) return own
  const shared = chooseRunner({ ...manifest, dependencies: installed }, paths, runner)
  return 'unsupported' in shared ? own : shared
}

const TSC = 'node_modules/typescript/bin/tsc'
const TSC_OPTIONS = ['--noEmit', '--pretty', 'false']

/** The compiler of the project, or of the nearest folder around it that has one. */
function tsc(dir: string): string[] {
  if (dir === '') return ['node', TSC, ...TSC_OPTIONS]
  const places = ['', ...dir.split('/').map((_, at) => '../'.repeat(at + 1))].map((up) => `${up}${TSC}`)
  const search = `for tsc in ${places.join(' ')}; do [ -f "$tsc" ] && exec node "$tsc" "$@"; done; echo "no ${TSC} here or above" >&2; exit 127`
  return ['sh', '-c', search, 'tsc', ...TSC_OPTIONS]
}

const NO_NODE_TESTS: NodeTests = { flags: [], globs: [] }

/** The script `test` says how, else the first one that says it at all. */
function nodeTestsOf({ scripts }: Manifest): NodeTests {
  const all = [scripts['test'] ?? '', ...Object.values(scripts)]
  return all.map(nodeTestScript).find((found) => found !== null) ?? NO_NODE_TESTS
}

/** What `npm i -D specproof` leaves where there was no package.json: it says nothing of the project. */
export function isOurs({ dependencies, scripts, jest }: Manifest): boolean {
  const tested = Object.entries(scripts).some(([name, text]) => name !== 'test' || !NO_TEST.test(text))
  return dependencies.has('specproof') && [...dependencies].every((name) => OURS.has(name)) && !tested && !jest
}

const OURS = new Set(['specproof', 'node'])
/** What `npm init` writes. */
const NO_TEST = /^echo .*no test specified/

export function parseManifest(source: string): Manifest | { unsupported: string } {
  let manifest: unknown
  try {
    manifest = JSON.parse(source.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { unsupported: `package.json${position((error as Error).message)}: ${(error as Error).message}` }
  }
  if (typeof manifest !== 'object' || manifest === null) return { unsupported: 'package.json: not an object' }
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  const names = kinds.flatMap((kind) => Object.keys(Reflect.get(manifest, kind) ?? {}))
  const scripts = Object.entries(Reflect.get(manifest, 'scripts') ?? {}).filter(([, text]) => typeof text === 'string')
  return {
    dependencies: new Set(names),
    scripts: Object.fromEntries(scripts) as Record<string, string>,
    jest: typeof Reflect.get(manifest, 'jest') === 'object',
  }
}

/** `:line:column` as the JSON parser tells it, else nothing. */
function position(message: string): string {
  const found = /\(line (\d+) column (\d+)\)/.exec(message)
  return found ? `:${found[1]}:${found[2]}` : ''
}

/** The same files as a folder sees them. */
export function seenFrom<T>(
  dir: string,
  read: (path: string) => Promise<T>,
  paths: string[],
): { read: (path: string) => Promise<T>; paths: string[] } {
  if (dir === '') return { read, paths }
  const inside = paths.filter((path) => path.startsWith(`${dir}/`))
  return { read: (path) => read(`${dir}/${path}`), paths: inside.map((path) => path.slice(dir.length + 1)) }
}
