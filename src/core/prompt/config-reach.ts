import { importedFiles } from './select-files.ts'

const CONFIG =
  /(^|\/)((vitest|vite|jest)\.(config|workspace|projects|preset)\.[cm]?[jt]s|jest\.config\.json|babel\.config\.[cm]?js(on)?)$/

const MANIFEST = /(^|\/)package\.json$/
const RUNS_TESTS = /\b(vitest|jest)\b|\s--test\b/
/** Options of a runner, and of Node for it, that name a file. */
const NAMES_FILE =
  /(?:--(?:import|require|loader|experimental-loader|config|setupFiles\w*|globalSetup|preset|env-file)|-r|-c)[= ]+["']?([\w@./-]+)/g

/**
 * Files that the test runner's configuration names or imports, at any remove: setup files, global set-up, aliases,
 * helpers. What they do happens to the judge, so they belong to it. `read` answers null for what is no text.
 */
export async function reachedByConfig(
  paths: string[],
  read: (path: string) => Promise<string | null>,
): Promise<string[]> {
  const reached = new Set(paths.filter((path) => CONFIG.test(path) || MANIFEST.test(path)))
  const queue = [...reached]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const whole = await read(path)
    const text = whole !== null && MANIFEST.test(path) ? runnerWords(whole) : whole
    if (text === null) continue
    for (const found of [...importedFiles(path, text, paths), ...namedInStrings(text, paths)]) {
      if (reached.has(found)) continue
      reached.add(found)
      queue.push(found)
    }
  }
  return [...reached].filter((path) => !MANIFEST.test(path))
}

/** What a manifest says of the runner: jest's section, and the files that its scripts give to a runner. */
function runnerWords(text: string): string {
  try {
    const manifest = JSON.parse(text) as { jest?: unknown; scripts?: Record<string, unknown> }
    const scripts = Object.values(manifest.scripts ?? {}).map(String)
    const words = scripts
      .filter((script) => RUNS_TESTS.test(script))
      .flatMap((script) => [...script.matchAll(NAMES_FILE)])
    return JSON.stringify([manifest.jest ?? null, words.map((match) => match[1])])
  } catch {
    return ''
  }
}

/** Paths from the top of the project that stand in string literals, with or without `./` and extension. */
function namedInStrings(text: string, paths: string[]): string[] {
  const known = new Set(paths)
  const found: string[] = []
  for (const match of text.matchAll(/(['"`])(?:<rootDir>)?((?:\.?\/)?[\w@./-]+)\1/g)) {
    const name = match[2]!.replace(/^\.?\//, '')
    const hit = [name, `${name}.ts`, `${name}.js`, `${name}.mts`, `${name}.mjs`].find((path) => known.has(path))
    if (hit) found.push(hit)
  }
  return found
}
