/** Manifests that are shown as facts, not as files. */
export const MANIFESTS = ['package.json', 'tsconfig.json']

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

/** What another option says already. */
function isImplied(name: string, option: unknown, options: Json): boolean {
  if (name === 'moduleResolution') return option === options['module']
  return name === 'lib' && Array.isArray(option) && option.length === 1 && option[0] === options['target']
}

function list(parts: string[]): string {
  const shown = parts.slice(0, MOST_NAMES).join(', ')
  return parts.length > MOST_NAMES ? `${shown} and ${parts.length - MOST_NAMES} more` : shown
}
