import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type FoundFile, loadFolder, MOST_CHARACTERS, type SpecTree } from '../core/spec/load.ts'
import { baseOf, hasSpecAbove, steeringPaths } from '../core/spec/locate.ts'
import type { Spec } from '../core/spec/spec.ts'
import { decodeBlob } from './git/tree.ts'

/** Folders that hold specs and steering, wherever they lie. */
const ROOTS = new Set(['.kiro', '.specify', '.opencode', 'openspec'])
/** The same, at the top of the repository only. */
const TOP = new Set(['specs', 'steering'])
const SKIPPED = new Set(['node_modules', 'vendor', 'dist', 'build', 'out', 'target', 'coverage', '__pycache__'])
/** How far below the top a `.kiro` is looked for, and how deep a folder of specs may be. */
const DEPTH = { outside: 5, inside: 12 }

/** Files of specs and steering as they lie on the disk, committed or not. `roots`: further folders, from agent.yaml. */
export async function specFilesOnDisk(root: string, roots: readonly string[] = []): Promise<SpecTree> {
  const seen: Seen = { files: [], links: new Set(), linkedFolders: [] }
  await walk(root, '', 0, false, seen)
  for (const named of roots) await walk(root, slashed(relative(root, resolve(root, named))), 0, true, seen)
  const found = new Set(seen.files)
  const linked: string[] = []
  for (const path of seen.linkedFolders) {
    if (hasSpecAbove(path, found)) linked.push(path)
    // What would be a spec is told as one that cannot be read.
    else if (await holdsTasks(join(root, path))) {
      found.add(`${path}/tasks.md`)
      seen.links.add(`${path}/tasks.md`)
    }
  }
  return {
    paths: [...found].sort(),
    linked,
    read: (path) => (seen.links.has(path) ? Promise.resolve({ kind: 'link' }) : readFound(join(root, path))),
  }
}

interface Seen {
  files: string[]
  /** Those that are symbolic links. */
  links: Set<string>
  /** Links to folders, and links that go in a circle. */
  linkedFolders: string[]
}

async function walk(root: string, dir: string, depth: number, inside: boolean, seen: Seen): Promise<void> {
  const entries = await readdir(join(root, dir), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // A folder of specs that nobody may open is told as a spec that cannot be read.
    if (inside && error.code === 'EACCES') seen.files.push(`${dir}/tasks.md`)
    return [] as Dirent[]
  })
  for (const entry of entries) {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`
    if (isSpecFile(entry.name) && (inside || entry.name === 'AGENTS.md') && !entry.isDirectory()) {
      seen.files.push(path)
      if (entry.isSymbolicLink()) seen.links.add(path)
    } else if (inside && entry.isSymbolicLink() && (await leadsToFolder(join(root, path)))) {
      // Not followed: what is not in the repository is not part of its specs, and links may loop.
      seen.linkedFolders.push(path)
    }
    if (!entry.isDirectory()) continue
    const enters = ROOTS.has(entry.name) || (dir === '' && TOP.has(entry.name))
    const hidden = entry.name.startsWith('.') || SKIPPED.has(entry.name)
    if (inside ? depth < DEPTH.inside : enters || (!hidden && depth < DEPTH.outside))
      await walk(root, path, enters && !inside ? 0 : depth + 1, inside || enters, seen)
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code === 'ELOOP',
  )
}

async function holdsTasks(folder: string): Promise<boolean> {
  return stat(join(folder, 'tasks.md')).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ELOOP',
  )
}

/** Reads one folder as a spec, wherever it lies; null when it is not a folder. */
export async function readSpecFolder(root: string, folder: string): Promise<Spec | null> {
  const dir = resolve(folder)
  if (!(await stat(dir).catch(() => null))?.isDirectory()) return null
  const place = slashed(relative(root, dir))
  const shown = place === '' ? '.' : place.startsWith('..') ? slashed(dir) : place
  const own = await specFilesOnDisk(dir, ['.'])
  const read = new Map(own.paths.map((path) => [`${shown}/${path}`, () => own.read(path)]))
  // Steering lies where the spec's own repository begins, which may be another one than this.
  const base = baseOf(slashed(dir))
  for (const start of new Set([base, ...(place.startsWith('..') ? [] : [root])].filter((one) => one !== ''))) {
    const around = await specFilesOnDisk(start)
    for (const path of steeringPaths(around.paths)) read.set(named(root, join(start, path)), () => around.read(path))
  }
  const tree: SpecTree = {
    paths: [...read.keys()].sort(),
    linked: own.linked?.map((path) => `${shown}/${path}`),
    read: (path) => read.get(path)?.() ?? readFound(join(dir, path)),
  }
  return loadFolder(tree, { id: basename(dir), dir: shown, twin: null })
}

function named(root: string, path: string): string {
  const place = slashed(relative(root, path))
  return place.startsWith('..') ? slashed(path) : place
}

function isSpecFile(name: string): boolean {
  return name.endsWith('.md') || name === 'spec.json'
}

async function readFound(path: string): Promise<FoundFile> {
  try {
    const found = await stat(path)
    // A pipe or a device would be waited for.
    if (!found.isFile()) return { kind: 'unreadable', reason: 'it is no regular file' }
    const { size } = found
    // UTF-8 needs at most three bytes for a UTF-16 unit.
    return size > 3 * MOST_CHARACTERS ? { kind: 'large', bytes: size } : decodeBlob(await readFile(path))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { kind: 'absent' }
    return { kind: 'unreadable', reason: code === 'EACCES' ? 'permission denied' : message }
  }
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}
