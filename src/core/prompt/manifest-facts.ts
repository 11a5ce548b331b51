import { PYTHON_MANIFESTS, pythonFacts } from './python-facts.ts'

/** Manifests that are shown as facts, not as files. */
export const MANIFESTS = ['package.json', 'tsconfig.json', 'go.mod', ...PYTHON_MANIFESTS]
/** Of a repository of several Go modules, so many are told. */
const MOST_MODULES = 6

/** The manifests that these paths hold; of Go modules those near the top. */
export function manifestsIn(paths: readonly string[]): string[] {
  const depth = (path: string) => path.split('/').length
  const modules = paths.filter((path) => /\/go\.mod$/.test(path) && !/(^|\/)(vendor|testdata)\//.test(path))
  const nested = modules.sort((a, b) => depth(a) - depth(b)).slice(0, MOST_MODULES)
  return [...MANIFESTS.filter((one) => paths.includes(one)), ...nested]
}

/** Compiler options that say nothing about how code has to be written. */
const SILENT =
  /^(noEmit|skipLibCheck|outDir|rootDir|declaration.*|sourceMap|incremental|tsBuildInfoFile|composite|pretty|listFiles|newLine|.*[mM]ap.*)$/
/** Seen in any file of the repository. */
const SEEN = /^(target|module|types|allowImportingTsExtensions)$/
const MOST_NAMES = 40

/**
 * What code and tests have to know of a manifest, in one line; null where it cannot be read. `short`: without scripts, and
 * without compiler options that the files shown beside it tell already.
 */
export function manifestFacts(path: string, text: string, short = false): string | null {
  if (path.endsWith('go.mod')) return moduleFacts(path, text)
  if (!path.endsWith('.json')) return pythonFacts(path, text)
  const value = readJson(text)
  if (value === null) return null
  const facts = path.endsWith('tsconfig.json') ? compilerFacts(value, short) : packageFacts(value, short)
  return facts === '' ? null : `- ${path}: ${facts}`
}

type Json = Record<string, unknown>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON with the comments and trailing commas that tsconfig files have. */
function readJson(text: string): Json | null {
  const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1').replace(/,(\s*[}\]])/g, '$1')
  for (const candidate of [text, plain]) {
    try {
      const value: unknown = JSON.parse(candidate)
      return isObject(value) ? value : null
    } catch {}
  }
  return null
}

function packageFacts(value: Json, short: boolean): string {
  const named = (field: string) => (isObject(value[field]) ? Object.entries(value[field]) : [])
  const dependencies = ['dependencies', 'peerDependencies', 'devDependencies']
    .flatMap(named)
    .filter(([name]) => !name.startsWith('@types/'))
    .map(([name, version]) => `${name} ${String(version).replace(/^[\^~>=\s]*(\d+\.\d+)\.\d+$/, '$1')}`)
  const scripts = named('scripts').map(([name, command]) => `${name} = \`${String(command)}\``)
  const parts = [value['type'] === 'module' ? 'ES modules' : '', list(dependencies)]
  return [...parts, short ? '' : list(scripts)].filter((part) => part !== '').join('; ')
}

function compilerFacts(value: Json, short: boolean): string {
  const options = isObject(value['compilerOptions']) ? value['compilerOptions'] : {}
  const base = typeof value['extends'] === 'string' ? [`extends ${value['extends']}`] : []
  const shown = Object.entries(options)
    .filter(([name, option]) => !SILENT.test(name) && !isImplied(name, option, options) && !(short && SEEN.test(name)))
    .map(([name, option]) =>
      option === true ? name : `${name} ${Array.isArray(option) ? `[${option.join(', ')}]` : String(option)}`,
    )
  return list([...base, ...shown])
}

/** The module's import path, its Go, and what it requires itself. */
function moduleFacts(path: string, text: string): string | null {
  const module = /^module[ \t]+"?([^\s"]+)/m.exec(text)?.[1]
  if (module === undefined) return null
  const go = /^go[ \t]+(\S+)/m.exec(text)?.[1]
  const required = [
    ...text.matchAll(
      /^[ \t]*(?:require[ \t]+)?([\w.~/-]+\.[\w.~/-]+)[ \t]+(v\S+)(?![^\n]*\/\/ indirect)(?![^\n]*=>)/gm,
    ),
  ]
  const own = required.flatMap(([line, name, version]) =>
    /^\s*(replace|exclude|retract)\b/.test(line) ? [] : [`${name} ${version}`],
  )
  return `- ${path}: module ${module}${go ? `, go ${go}` : ''}${own.length > 0 ? `; ${list(own)}` : ''}`
}

/** What another option says already. */
function isImplied(name: string, option: unknown, options: Json): boolean {
  if (name === 'moduleResolution') return option === options['module']
  return name === 'lib' && Array.isArray(option) && option.length === 1 && option[0] === options['target']
}

function list(parts: string[]): string {
  const shown = parts.slice(0, MOST_NAMES).join(', ')
  return parts.length > MOST_NAMES ? `${shown} and ${parts.length - MOST_NAMES} more` : shown
}
