/** Where spec folders and steering lie in a repository, by their paths alone, and which dialect a folder is written in. */

import type { SourceFile, SpecSource } from './source.ts'
import type { Dialect } from './spec.ts'

export interface SpecFolder {
  /** Its path below its root; the whole path where two folders would share that. */
  id: string
  /** Folder from the repository's root, with forward slashes. */
  dir: string
  /** Another folder of the same name: both then go by their path. */
  twin: string | null
}

/** Folders that hold specs, wherever they lie; `specs` only at the top of the repository. */
const ROOT = /^(?:(.*)\/)?(\.kiro\/specs|\.specify\/specs|openspec\/changes\/archive|openspec\/changes)\/(.+)$/
/** Folders that hold examples, copies and other people's files, never the specs of this repository. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|vendor|third_party|tests?|__tests__|testdata|fixtures|__fixtures__|templates|examples)(?:\/|$)/

const STEERING = [
  /^(?:specs\/|\.opencode\/|\.kiro\/)?steering\/[^/]+\.md$/,
  /^AGENTS\.md$/,
  /^\.specify\/memory\/constitution\.md$/,
  /^openspec\/project\.md$/,
]

/** A root of specs and the rest of a path below it; null where the path lies in none. */
function rootOf(path: string, configured: readonly string[]): { root: string; rest: string } | null {
  const named = configured.find((root) => path.startsWith(`${root}/`))
  if (named !== undefined) return { root: named, rest: path.slice(named.length + 1) }
  if (path.startsWith('specs/')) return { root: 'specs', rest: path.slice('specs/'.length) }
  const match = ROOT.exec(path)
  if (match === null || FOREIGN.test(match[1] ?? '')) return null
  const [, base, name, rest] = match
  return { root: base === undefined ? name! : `${base}/${name}`, rest: rest! }
}

/** Configured folders as they are compared: without `./`, doubled and closing slashes. */
function cleaned(roots: readonly string[]): string[] {
  return roots
    .map((root) =>
      root
        .replaceAll('\\', '/')
        .replace(/\/+/g, '/')
        .replace(/^(?:\.\/)+/, '')
        .replace(/\/$/, ''),
    )
    .filter((root) => root !== '' && root !== '.')
    .sort((a, b) => b.length - a.length)
}

/**
 * Folders that hold a tasks.md, in order of path: below `specs/`, `.kiro/specs/`, `.specify/specs/` and
 * `openspec/changes/` (all but the first at any depth of the repository), and below the folders that agent.yaml names.
 */
export function specFolders(paths: readonly string[], roots: readonly string[] = []): SpecFolder[] {
  const configured = cleaned(roots)
  const found = paths.flatMap((path) => {
    if (!path.endsWith('/tasks.md')) return []
    const dir = path.slice(0, -'/tasks.md'.length)
    const place = rootOf(dir, configured)
    return place === null ? [] : [{ id: place.rest, dir }]
  })
  const first = new Map<string, string>()
  const twins = new Map<string, string>()
  for (const { id, dir } of found) {
    const other = first.get(id)
    if (other === undefined) first.set(id, dir)
    else {
      twins.set(dir, other)
      if (!twins.has(other)) twins.set(other, dir)
    }
  }
  return found.map(({ id, dir }) => ({ id: twins.has(dir) ? dir : id, dir, twin: twins.get(dir) ?? null }))
}

/** Folders that look like a spec and hold no tasks.md: worth a word instead of silence. */
export function foldersWithoutTasks(paths: readonly string[], roots: readonly string[] = []): string[] {
  const configured = cleaned(roots)
  const all = new Set(paths)
  const found = new Set<string>()
  for (const path of paths) {
    const dir = /^(.+)\/(?:requirements|design|bugfix|proposal|plan)\.md$/.exec(path)?.[1]
    if (dir === undefined || all.has(`${dir}/tasks.md`) || FOREIGN.test(dir) || rootOf(dir, configured) === null)
      continue
    // `checklists/requirements.md` of Spec Kit and the like belong to the spec above.
    if (!hasSpecAbove(dir, all)) found.add(dir)
  }
  return [...found]
}

/** Whether a path lies in a folder that holds a tasks.md, or in one of those around it. */
export function hasSpecAbove(dir: string, all: ReadonlySet<string>): boolean {
  for (let at = dir.lastIndexOf('/'); at > 0; at = dir.lastIndexOf('/', at - 1))
    if (all.has(`${dir.slice(0, at)}/tasks.md`)) return true
  return false
}

/** Files of one spec folder: its Markdown and spec.json, without those of specs that lie inside it. */
export function filesOf(paths: readonly string[], folder: SpecFolder, folders: readonly SpecFolder[]): string[] {
  const inner = folders.filter(({ dir }) => dir.startsWith(`${folder.dir}/`))
  return paths.filter(
    (path) =>
      path.startsWith(`${folder.dir}/`) &&
      (path.endsWith('.md') || path === `${folder.dir}/spec.json`) &&
      !inner.some(({ dir }) => path.startsWith(`${dir}/`)),
  )
}

/** Steering of the repository and, for a nested spec, of the folder that its root lies in (`packages/x/.kiro/steering`). */
export function steeringPaths(paths: readonly string[], dir = ''): string[] {
  const base = baseOf(dir)
  const is = (path: string) => STEERING.some((pattern) => pattern.test(path))
  return paths.filter(
    (path) => is(path) || (base !== '' && path.startsWith(`${base}/`) && is(path.slice(base.length + 1))),
  )
}

/** The folder that a spec's root lies in: `packages/x` of `packages/x/.kiro/specs/login`; '' at the top. */
export function baseOf(dir: string): string {
  const match = /^(?:(.*)\/)?(?:\.kiro\/specs|\.specify\/specs|openspec\/changes|specs)(?:\/|$)/.exec(dir)
  return match?.[1] ?? ''
}

/** An archived change of OpenSpec. */
export function isArchived(dir: string): boolean {
  return /(?:^|\/)openspec\/changes\/archive\//.test(`${dir}/`)
}

/** By the folder's place, then by the files in it. */
export function dialectOf(source: Pick<SpecSource, 'dir' | 'files'>): Dialect {
  const dir = `${source.dir}/`
  const has = (path: string) => source.files.some((file) => file.path === path)
  if (/(?:^|\/)openspec\/changes\//.test(dir)) return 'openspec'
  if (/(?:^|\/)\.kiro\//.test(dir))
    return has('spec.json') || has('research.md') || has('brief.md') || isCcSdd(source.files) ? 'cc-sdd' : 'kiro'
  if (/(?:^|\/)\.specify\//.test(dir)) return 'spec-kit'
  if (has('spec.json') && has('requirements.md')) return 'cc-sdd'
  if (has('requirements.md') || has('bugfix.md')) return 'specproof'
  if (has('spec.md') || has('plan.md')) return 'spec-kit'
  if (has('proposal.md')) return 'openspec'
  const tasks = source.files.find(({ path }) => path === 'tasks.md')?.text ?? ''
  return /^- \[.\] \**T\d{3}/m.test(tasks) ? 'spec-kit' : 'specproof'
}

/** The forms that only cc-sdd writes, for folders that lost their spec.json. */
function isCcSdd(files: readonly SourceFile[]): boolean {
  const find = (path: string) => files.find((file) => file.path === path)?.text
  const tasks = find('tasks.md') ?? ''
  if (/^[ \t]*[-*+] \[.\]\*? \d[\d.]* \(P\)\s|^[ \t]*- _(?:Boundary|Blocked):/m.test(tasks)) return true
  const requirements = find('requirements.md') ?? ''
  return /^\*\*(?:Objective|目的)\s*[:：]?\*\*|^## Project Description \(Input\)/m.test(requirements)
}

/**
 * `login/2.1` as a spec and a task. Both parts may hold slashes, so the longest name or folder of a spec that it starts with
 * counts; without one, what stands before the first slash.
 */
export function splitTarget(
  target: string,
  specs: readonly { id: string; dir: string }[],
): { spec: string; task: string | null } {
  const bare = target.replace(/\/+$/, '')
  const names = specs.flatMap(({ id, dir }) => [id, dir]).sort((a, b) => b.length - a.length)
  const spec = names.find((name) => bare === name || bare.startsWith(`${name}/`)) ?? bare.split('/')[0]!
  return { spec, task: bare.length > spec.length ? bare.slice(spec.length + 1) : null }
}
