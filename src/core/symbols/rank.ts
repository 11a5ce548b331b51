import type { FileSymbols } from './symbols.ts'
import { wordsOf } from './words.ts'

/** What a map is ranked for. */
export interface Interest {
  /** Text of the task and all it links to. */
  text: string
  /** Files that the prompt shows: what they import, and what imports them, is near. */
  shown: ReadonlySet<string>
  /** Files that earlier tasks have built: they come first. */
  built: readonly string[]
}

export interface Ranked {
  file: FileSymbols
  score: number
}

const BUILT = 1_000
const NEAR = 6
const IN_PATH = 3
const IN_NAMES = 2

/**
 * Files by relevance, most relevant first; equal ones in the order of their paths. A word of the slice counts more the
 * fewer files have it, in the path more than in a name; being imported by many counts a little. Linear in the files.
 */
export function rankFiles(files: readonly FileSymbols[], interest: Interest): Ranked[] {
  const wanted = wordsOf(interest.text)
  const bySegment = new Map<string, readonly string[]>()
  const having = new Map<string, number>()
  const own = files.map((file) => {
    const inPath = new Set(file.path.split('/').flatMap((segment) => wantedIn(segment, wanted, bySegment)))
    const inNames = file.words.filter((word) => wanted.has(word) && !inPath.has(word))
    for (const word of [...inPath, ...inNames]) having.set(word, (having.get(word) ?? 0) + 1)
    return { inPath, inNames }
  })
  const weight = (word: string) => Math.log(1 + files.length / (having.get(word) ?? files.length))
  const graph = importGraph(files)
  const near = new Set<string>()
  for (const [from, targets] of graph.edges)
    for (const to of targets) {
      if (interest.shown.has(from)) near.add(to)
      if (interest.shown.has(to)) near.add(from)
    }
  const built = new Set(interest.built)
  const ranked = files.map((file, at): Ranked => {
    let score = Math.log1p(graph.degree.get(file.path) ?? 0) * 0.5
    for (const word of own[at]!.inPath) score += IN_PATH * weight(word)
    for (const word of own[at]!.inNames) score += IN_NAMES * weight(word)
    if (near.has(file.path)) score += NEAR
    if (built.has(file.path)) score += BUILT
    // Long files have many names; without this they would win by size.
    return { file, score: built.has(file.path) ? score : score / Math.log(8 + file.names.length) }
  })
  return ranked.sort((a, b) => b.score - a.score || (a.file.path < b.file.path ? -1 : 1))
}

/** Wanted words of one folder or file name; folders come again and again. */
function wantedIn(
  segment: string,
  wanted: ReadonlySet<string>,
  known: Map<string, readonly string[]>,
): readonly string[] {
  const before = known.get(segment)
  if (before) return before
  const found = [...wordsOf(segment)].filter((word) => wanted.has(word))
  known.set(segment, found)
  return found
}

interface Graph {
  edges: Map<string, string[]>
  /** How many files import a file. */
  degree: Map<string, number>
}

/** Imports by the end of their names: exact for relative ones, by module or package name for the rest. */
function importGraph(files: readonly FileSymbols[]): Graph {
  const byStem = new Map<string, string[]>()
  for (const { path } of files) {
    const stem = stemOf(path)
    const same = byStem.get(stem)
    if (same) same.push(path)
    else byStem.set(stem, [path])
  }
  const graph: Graph = { edges: new Map(), degree: new Map() }
  for (const { path, imports } of files) {
    const targets = imports.flatMap((written) => targetOf(path, written, byStem) ?? [])
    if (targets.length > 0) graph.edges.set(path, targets)
    for (const to of targets) graph.degree.set(to, (graph.degree.get(to) ?? 0) + 1)
  }
  return graph
}

/** `queue` of `src/queue.ts`, `net` of `src/net/index.ts`. */
function stemOf(path: string): string {
  const [name = '', folder = ''] = path.split('/').reverse()
  const stem = name.replace(/\.\w+$/, '')
  return /^(?:index|__init__|mod|main|lib)$/.test(stem) ? folder : stem
}

/** The file that an import most likely means: of those with its name, the one that shares most of the path. */
function targetOf(from: string, written: string, byStem: Map<string, string[]>): string | null {
  const parts = written
    .replace(/\.(?:[cm]?[jt]sx?)$/, '')
    .split(/::|[/.]/)
    .filter((part) => part !== '')
  for (const name of parts.slice(-2).reverse()) {
    const named = byStem.get(name)
    if (named === undefined) continue
    const same = named.filter((path) => path !== from)
    if (same.length === 0 || same.length > 50) continue
    if (same.length === 1) return same[0]!
    const near = (path: string) => parts.filter((part) => path.includes(part)).length * 100 + common(path, from)
    return same.reduce((best, path) => (near(path) > near(best) ? path : best))
  }
  return null
}

function common(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}
