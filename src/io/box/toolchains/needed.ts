import { basename, dirname } from 'node:path'
import type { Language } from './part.ts'

const MANIFESTS: Record<Exclude<Language, 'node'>, RegExp> = {
  go: /^go\.(mod|work)$/,
  python: /^(pyproject\.toml|requirements[^/]*\.txt|setup\.py|setup\.cfg|Pipfile)$/,
  rust: /^Cargo\.toml$/,
  java: /^(pom\.xml|(build|settings)\.gradle(\.kts)?)$/,
}
/** Folders whose manifests belong to others, or to tests of tools. */
const FOREIGN = /(^|\/)(node_modules|vendor|third_party|testdata|fixtures)\//

/**
 * The languages that the manifests of a tree ask for, each with the folder (relative to the root) of the manifest nearest
 * to the top. Node is always among them: the harness runs on it. `environment`: there is a virtual environment, which is
 * worth nothing without its Python.
 */
export function neededLanguages(paths: string[], environment = false): Map<Language, string> {
  const needed = new Map<Language, string>([['node', '.']])
  if (environment) needed.set('python', '.')
  const own = manifestsIn(paths)
  for (const [language, manifest] of Object.entries(MANIFESTS) as [Language, RegExp][]) {
    const folders = own.filter((path) => manifest.test(basename(path))).map((path) => dirname(path))
    const nearest = folders.sort((a, b) => depth(a) - depth(b) || a.localeCompare(b))[0]
    if (nearest !== undefined) needed.set(language, nearest)
  }
  return needed
}

/** The manifests of the project itself. */
export function manifestsIn(paths: string[]): string[] {
  const manifests = Object.values(MANIFESTS)
  return paths.filter((path) => !FOREIGN.test(path) && manifests.some((manifest) => manifest.test(basename(path))))
}

function depth(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length
}
