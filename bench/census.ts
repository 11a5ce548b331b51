/**
 * What is understood of folders of real specs, counted, beside an independent count of their checkboxes. For checking the
 * parser against files that nobody here wrote. `node bench/census.ts DIR [--sources README]` prints JSON; DIR holds one
 * repository or, in folders of their own, several.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Spec } from '../src/core/spec/spec.ts'
import { specFilesOnDisk } from '../src/io/spec-files.ts'
import { loadSpecs } from '../src/task/load-specs.ts'

export interface Counts {
  dialect: string
  tasks: number
  /** Checkbox lines outside code fences, counted by a scanner that knows nothing of Markdown but fences. */
  boxes: number
  /** Of these, lines that no task has and a diagnostic names. */
  odd: number
  status: Record<string, number>
  kinds: Record<string, number>
  optional: number
  parallel: number
  numbered: number
  withParent: number
  repeated: number
  links: number
  linkedTasks: number
  free: number
  depends: number
  properties: number
  requirements: number
  criteria: number
  patterns: Record<string, number>
  designProperties: number
  phases: number
  /** By code, of those that say that something was not understood. */
  diagnostics: Record<string, number>
}

const NOT_UNDERSTOOD = new Set(
  'broken-link unknown-reference duplicate-id checkbox-in-text unknown-status task-without-checkbox wave-graph'.split(
    ' ',
  ),
)

export type Census = Record<string, Counts>

/** Counts by folder, named from DIR. */
export async function censusOf(dir: string): Promise<Census> {
  const census: Census = {}
  for (const { root, name, spec } of await specsBelow(dir)) {
    const text = readFileSync(join(root, spec.dir, 'tasks.md'), 'utf8')
    census[`${name}${spec.dir}`] = countsOf(spec, text)
  }
  return Object.fromEntries(Object.entries(census).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** All specs of the repositories in a folder, or of the one that it is. */
export async function specsBelow(dir: string): Promise<{ root: string; name: string; spec: Spec }[]> {
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const found: { root: string; name: string; spec: Spec }[] = []
  for (const { name } of folders) {
    const root = join(dir, name)
    const { specs } = await loadSpecs(await specFilesOnDisk(root))
    found.push(...specs.map((spec) => ({ root, name: `${name}/`, spec })))
  }
  if (found.length > 0) return found
  const { specs } = await loadSpecs(await specFilesOnDisk(dir))
  return specs.map((spec) => ({ root: dir, name: '', spec }))
}

function countsOf(spec: Spec, text: string): Counts {
  const { tasks, requirements, diagnostics } = spec
  const criteria = requirements.flatMap((one) => one.criteria)
  const tally = (values: readonly string[]) => {
    const counts: Record<string, number> = {}
    for (const value of values.toSorted()) counts[value] = (counts[value] ?? 0) + 1
    return counts
  }
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)
  const lines = boxLines(text)
  const known = new Set(tasks.map(({ line }) => line))
  const told = new Set(diagnostics.filter(({ file }) => file.endsWith('/tasks.md')).map(({ line }) => line))
  return {
    dialect: spec.dialect,
    tasks: tasks.length,
    boxes: lines.length,
    odd: lines.filter((line) => !known.has(line) && told.has(line)).length,
    status: tally(tasks.map(({ status }) => status)),
    kinds: tally(tasks.map(({ kind }) => kind)),
    optional: tasks.filter(({ optional }) => optional).length,
    parallel: tasks.filter(({ parallel }) => parallel).length,
    numbered: tasks.filter(({ id }) => !id.includes('/')).length,
    withParent: tasks.filter(({ parent }) => parent !== null).length,
    repeated: tasks.filter(({ id }) => id.includes('#')).length,
    links: sum(tasks.map((task) => task.requirements.length)),
    linkedTasks: tasks.filter((task) => task.requirements.length > 0).length,
    free: sum(tasks.map((task) => task.unresolved.length)),
    depends: sum(tasks.map((task) => task.depends.length)),
    properties: sum(tasks.map((task) => task.properties.length)),
    requirements: requirements.length,
    criteria: criteria.length,
    patterns: tally(criteria.map(({ pattern }) => pattern)),
    designProperties: spec.properties.length,
    phases: spec.phases.length,
    diagnostics: tally(diagnostics.map(({ code }) => code).filter((code) => NOT_UNDERSTOOD.has(code))),
  }
}

/** Lines (1-based) with a checkbox outside code fences, found line by line. */
export function boxLines(text: string): number[] {
  const found: number[] = []
  let fence: string | null = null
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    const marks = /^[\s>]*(?:[-*+]\s+)?(`{3,}|~{3,})/.exec(line)?.[1]
    if (marks !== undefined) {
      if (fence === null) fence = marks
      else if (marks.startsWith(fence)) fence = null
    } else if (fence === null && /^\uFEFF?[\s>]*(?:[-*+]|\d+[.)])\s+\[[ xX~!-]\](?:\s|\\?\*|$)/.test(line))
      found.push(index + 1)
  })
  return found
}

/** Repository and commit by folder, from a README with a table of them. */
export function sourcesOf(readme: string): Record<string, string> {
  const rows = [...readme.matchAll(/^\|\s*https:\/\/github\.com\/([^/\s]+)\/(\S+)\s*\|\s*([0-9a-f]{40})\s*\|/gm)]
  return Object.fromEntries(
    rows.map(([, owner, name, commit]) => [`${owner}+${name}`, `https://github.com/${owner}/${name} ${commit}`]),
  )
}

if (import.meta.main) {
  const [dir, flag, readme] = process.argv.slice(2)
  if (dir === undefined) throw new Error('node bench/census.ts DIR [--sources README]')
  const sources = flag === '--sources' && readme !== undefined ? sourcesOf(readFileSync(readme, 'utf8')) : {}
  console.log(JSON.stringify({ sources, folders: await censusOf(dir) }, null, 2))
}
