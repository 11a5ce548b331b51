import { configuredGlobs } from './test-globs.ts'

/** What the checks need to know about a project. */
export interface Project {
  runner: 'vitest'
  /** Command of the build and type check, run in the project's folder; null: there is nothing to build. */
  build: string[] | null
  /** Where the runner looks for test files. */
  testGlobs: string[]
}

export interface DetectOptions {
  /** A shell command that replaces the detected build. */
  build?: string
}

const DEFAULT_GLOBS = ['**/*.{test,spec}.?(c|m)[jt]s?(x)']
const CONFIGS = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.${extension}`),
)

/** Reads a project from the files of one tree. `read` gives null for a file that does not exist. Never throws. */
export async function detectProject(
  read: (path: string) => Promise<string | null>,
  paths: string[],
  options: DetectOptions = {},
): Promise<Project | { unsupported: string }> {
  const source = await read('package.json')
  if (source === null) return { unsupported: 'there is no package.json at the top of the repository' }
  const parsed = parseManifest(source)
  if ('unsupported' in parsed) return parsed
  if (!parsed.dependencies.has('vitest')) {
    return { unsupported: 'package.json: vitest is not among the dependencies, and no other test runner is supported' }
  }
  const typed = paths.includes('tsconfig.json') && parsed.dependencies.has('typescript')
  const build = options.build === undefined ? (typed ? TSC : null) : ['sh', '-c', options.build]
  return { runner: 'vitest', build, testGlobs: await testGlobs(read, paths) }
}

const TSC = ['node', 'node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false']

async function testGlobs(read: (path: string) => Promise<string | null>, paths: string[]): Promise<string[]> {
  const config = CONFIGS.find((name) => paths.includes(name))
  const source = config === undefined ? null : await read(config)
  return (source === null ? null : configuredGlobs(source)) ?? DEFAULT_GLOBS
}

function parseManifest(source: string): { dependencies: Set<string> } | { unsupported: string } {
  let manifest: unknown
  try {
    manifest = JSON.parse(source.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { unsupported: `package.json${position((error as Error).message)}: ${(error as Error).message}` }
  }
  if (typeof manifest !== 'object' || manifest === null) return { unsupported: 'package.json: not an object' }
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  const names = kinds.flatMap((kind) => Object.keys(Reflect.get(manifest, kind) ?? {}))
  return { dependencies: new Set(names) }
}

/** `:line:column` as the JSON parser tells it, else nothing. */
function position(message: string): string {
  const found = /\(line (\d+) column (\d+)\)/.exec(message)
  return found ? `:${found[1]}:${found[2]}` : ''
}
