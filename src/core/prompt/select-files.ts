import type { GoManifests } from './go-packages.ts'
import { importedModules } from './imported-modules.ts'

/**
 * Files of `paths` that a text names, by full path or, for names that are unique, by file name. `dir`: the package that the text is
 * about, where its paths and names are looked for first; '' is the top.
 */
export function namedFiles(text: string, paths: string[], dir = ''): string[] {
  const words = new Set(text.match(/[\w./@-]+\.\w+/g) ?? [])
  const known = new Set(paths)
  const inside = dir === '' ? paths : paths.filter((path) => path.startsWith(`${dir}/`))
  const byName = [inside, ...(dir === '' ? [] : [paths])].map((some) => Map.groupBy(some, nameOf))
  const found = new Set<string>()
  for (const word of words) {
    const clean = word.replace(/^\.\//, '').replace(/\.$/, '')
    const whole = [dir === '' ? clean : `${dir}/${clean}`, clean].find((path) => known.has(path))
    if (whole !== undefined) found.add(whole)
    const same = byName.map((names) => names.get(clean)).find((some) => some !== undefined)
    if (same?.length === 1) found.add(same[0]!)
  }
  return paths.filter((path) => found.has(path))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * Files that a file imports: TypeScript and JavaScript by a relative path, Python, Go, Rust and Java by module. `manifests`: what says where Go's
 * modules are.
 */
export function importedFiles(
  path: string,
  text: string,
  paths: string[],
  manifests: GoManifests = new Map(),
): string[] {
  if (!/\.([cm]?[jt]sx?|json|vue|svelte)$/.test(path)) return importedModules(path, text, paths, manifests)
  const folder = path.split('/').slice(0, -1)
  const known = new Set(paths)
  const found: string[] = []
  for (const match of text.matchAll(/(?:from|import|import\()\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
    const target = resolveRelative(folder, match[1]!)
    if (target === null) continue
    const hit = candidates(target).find((name) => known.has(name))
    if (hit) found.push(hit)
  }
  return found
}

/** What a specifier may mean: the file itself, its source where it names the built file, one without its ending. */
function candidates(target: string): string[] {
  const source = target.replace(/\.([cm]?)jsx?$/, '.$1ts')
  const endings = ['.ts', '.tsx', '.js', '.jsx', '/index.ts', '/index.js']
  return [target, source, `${source}x`, ...endings.map((ending) => `${target}${ending}`)]
}

/** The path that `specifier` means in `folder` (its parts); null where it leads out of the repository. */
export function resolveRelative(folder: string[], specifier: string): string | null {
  const parts = [...folder]
  for (const piece of specifier.split('/')) {
    if (piece === '.' || piece === '') continue
    if (piece !== '..') parts.push(piece)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

/**
 * The existing test file that has most in common with `wanted`: first the test of one of the files that are `named`, in their order, then same
 * words in the path, then the one in the fullest folder, then the shorter one.
 */
export function nearestTest(wanted: string, tests: string[], named: string[] = []): string | null {
  const subjects = named.map(subjectOf)
  const words = (text: string) => new Set(text.toLowerCase().match(/[a-z]{3,}/g) ?? [])
  const target = words(wanted)
  const score = (path: string) => [...words(path)].filter((word) => target.has(word)).length
  const rank = (path: string) => {
    const at = subjects.indexOf(subjectOf(path))
    return at < 0 ? subjects.length : at
  }
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/') + 1)
  const fullness = Map.groupBy(tests, folder)
  const full = (path: string) => fullness.get(folder(path))?.length ?? 0
  const nearer = (a: string, b: string) =>
    rank(a) - rank(b) || score(b) - score(a) || full(b) - full(a) || a.length - b.length || (a < b ? -1 : 1)
  return [...tests].sort(nearer)[0] ?? null
}

/** What a file and its test have in common: `queue` of `src/queue.ts`, `queue_test.go`, `test_queue.py` and `queue.spec.ts`. */
function subjectOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  return name.replace(/\..*$/, '').replace(/^tests?[_-]|[_-]tests?$/g, '')
}
