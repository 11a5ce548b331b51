import { importedFiles } from './select-files.ts'

const CONFIG = /(^|\/)(vitest|vite)\.(config|workspace)\.[cm]?[jt]s$/

/**
 * Files that the test runner's configuration names or imports, at any remove: setup files, global set-up, aliases,
 * helpers. What they do happens to the judge, so they belong to it. `read` answers null for what is no text.
 */
export async function reachedByConfig(
  paths: string[],
  read: (path: string) => Promise<string | null>,
): Promise<string[]> {
  const reached = new Set(paths.filter((path) => CONFIG.test(path)))
  const queue = [...reached]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const text = await read(path)
    if (text === null) continue
    for (const found of [...importedFiles(path, text, paths), ...namedInStrings(text, paths)]) {
      if (reached.has(found)) continue
      reached.add(found)
      queue.push(found)
    }
  }
  return [...reached]
}

/** Paths from the top of the project that stand in string literals, with or without `./` and extension. */
function namedInStrings(text: string, paths: string[]): string[] {
  const known = new Set(paths)
  const found: string[] = []
  for (const match of text.matchAll(/(['"`])((?:\.?\/)?[\w@./-]+)\1/g)) {
    const name = match[2]!.replace(/^\.?\//, '')
    const hit = [name, `${name}.ts`, `${name}.js`, `${name}.mts`, `${name}.mjs`].find((path) => known.has(path))
    if (hit) found.push(hit)
  }
  return found
}
