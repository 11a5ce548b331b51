import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type FoundFile, loadFolder, MOST_CHARACTERS, type SpecTree } from '../core/spec/load.ts'
import { baseOf, steeringPaths } from '../core/spec/locate.ts'
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
  const found: string[] = []
  const links = new Set<string>()
  const walk = async (dir: string, depth: number, inside: boolean): Promise<void> => {
    const entries = await readdir(join(root, dir), { withFileTypes: true }).catch((): Dirent[] => [])
    for (const entry of entries) {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`
      if (
        isSpecFile(entry.name) &&
        (inside || path === 'AGENTS.md' || entry.name === 'AGENTS.md') &&
        !entry.isDirectory()
      ) {
        found.push(path)
        if (entry.isSymbolicLink()) links.add(path)
      }
      // Links to folders are not followed: what is not in the repository is not part of its specs, and they may loop.
      if (!entry.isDirectory()) continue
      const enters = ROOTS.has(entry.name) || (dir === '' && TOP.has(entry.name))
      const hidden = entry.name.startsWith('.') || SKIPPED.has(entry.name)
      if (inside ? depth < DEPTH.inside : enters || (!hidden && depth < DEPTH.outside))
        await walk(path, enters && !inside ? 0 : depth + 1, inside || enters)
    }
  }
  await walk('', 0, false)
  for (const named of roots) await walk(slashed(relative(root, resolve(root, named))), 0, true)
  return {
    paths: [...new Set(found)].sort(),
    read: (path) => (links.has(path) ? Promise.resolve({ kind: 'link' }) : readFound(join(root, path))),
  }
}

/** Reads one folder as a spec, wherever it lies; null when it is not a folder. */
export async function readSpecFolder(root: string, folder: string): Promise<Spec | null> {
  const dir = resolve(folder)
  if (!(await stat(dir).catch(() => null))?.isDirectory()) return null
  const place = slashed(relative(root, dir))
  const shown = place === '' ? '.' : place.startsWith('..') ? slashed(dir) : place
  const own = await specFilesOnDisk(dir, ['.'])
  const paths = new Map(own.paths.map((path) => [`${shown}/${path}`, join(dir, path)]))
  // Steering lies where the spec's own repository begins, which may be another one than this.
  const base = baseOf(slashed(dir))
  for (const start of new Set([base, ...(place.startsWith('..') ? [] : [root])].filter((one) => one !== ''))) {
    const around = await specFilesOnDisk(start)
    for (const path of steeringPaths(around.paths)) paths.set(named(root, join(start, path)), join(start, path))
  }
  const tree: SpecTree = {
    paths: [...paths.keys()].sort(),
    read: (path) => readFound(paths.get(path) ?? join(dir, path)),
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
    const { size } = await stat(path)
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
