import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openBlobs } from './blobs.ts'
import { gitBuffer } from './git.ts'
import { removeTree } from './remove-tree.ts'
import type { Repository } from './repository.ts'
import type { TreeEntry } from './tree.ts'
import { type Layout, layoutOf, type Stamp, stampNow, type Touched, touchedSince } from './tree-state.ts'
import { createWriter, isAttributes, type Writer } from './tree-writer.ts'

/** Gives what was written to the user of the payload: a whole folder, or these paths in it. */
export type PrepareTree = (dir: string, paths?: string[]) => Promise<void>

/** Beyond so many files a tree is laid out anew. */
const MOST_MENDED = 2_000

interface Slot {
  dir: string
  commit: string
  layout: Layout
  inodes: Map<string, bigint>
  /** Null: changes since cannot be told, so the tree is used once. */
  stamp: Stamp | null
}

export interface Pool {
  open(commit: string): Promise<string>
  /** Takes the tree back. What was done in it is undone. */
  close(dir: string): Promise<void>
  /** Tracked files of an open tree that no longer hold what its commit holds. */
  modified(dir: string): Promise<string[]>
  /** Removes a tree that is open or kept. */
  remove(dir: string): Promise<void>
  dirs(): string[]
}

/**
 * Trees of commits that are used again: instead of a checkout only what differs is written. What a payload has touched is told by
 * change times, which it cannot set; where these cannot be relied upon, a tree is laid out anew.
 */
export function createPool(repository: Repository, scratch: string, prepare: PrepareTree): Pool {
  const kept: Slot[] = []
  const open = new Map<string, Slot>()
  const blobs = openBlobs(repository.root)
  const writer = createWriter(repository, scratch, blobs)
  let count = 0
  const drop = async (dir: string) => {
    open.delete(dir)
    await removeTree(dir)
    rmSync(`${dir}.stamp`, { force: true })
    rmSync(`${dir}.stamp.tick`, { force: true })
  }
  const again = async (slot: Slot, commit: string): Promise<boolean> => {
    if (slot.commit !== commit) {
      const moved = await changedBetween(repository.root, slot.commit, commit)
      if (moved.length > MOST_MENDED || moved.some(({ path }) => isAttributes(path))) return false
      await applyDiff(slot, moved, writer, prepare)
      slot.commit = commit
    }
    await settleDown(slot)
    return true
  }
  const settleDown = async (slot: Slot) => {
    mkdirSync(join(slot.dir, '.git'), { recursive: true })
    slot.stamp = await stampNow(`${slot.dir}.stamp`)
  }
  return {
    dirs: () => [...open.keys(), ...kept.map(({ dir }) => dir)],
    async open(commit) {
      const at = Math.max(
        0,
        kept.findIndex((slot) => slot.commit === commit),
      )
      const [old] = kept.splice(at, 1)
      if (old) {
        open.set(old.dir, old)
        if (await again(old, commit).catch(() => false)) return old.dir
        await drop(old.dir)
      }
      const dir = join(scratch, `tree-${++count}`)
      const slot: Slot = { dir, commit, layout: layoutOf(new Map()), inodes: new Map(), stamp: null }
      open.set(dir, slot)
      slot.layout = layoutOf(await writer.whole(dir, commit))
      mkdirSync(join(dir, '.git'), { recursive: true })
      await prepare(dir)
      noteFolders(slot, slot.layout.folders.keys())
      await settleDown(slot)
      return dir
    },
    async close(dir) {
      const slot = open.get(dir)
      const touched = slot ? await look(slot) : null
      const mended = slot && touched ? await mend(slot, touched, writer, prepare).catch(() => false) : false
      open.delete(dir)
      if (slot && mended) kept.push(slot)
      else await drop(dir)
    },
    async modified(dir) {
      const slot = open.get(dir)
      if (!slot) throw new Error(`no tree is open at ${dir}`)
      const touched = await look(slot)
      const paths = touched ? [...touched.suspects] : [...slot.layout.entries.keys()]
      return writer.differing(dir, slot.layout.entries, paths)
    },
    async remove(dir) {
      const at = kept.findIndex((slot) => slot.dir === dir)
      if (at >= 0) kept.splice(at, 1)
      await drop(dir)
    },
  }
}

async function look({ dir, stamp, layout, inodes }: Slot): Promise<Touched | null> {
  return stamp && (await touchedSince(dir, stamp, layout, inodes).catch(() => null))
}

/** Undoes what was touched. False where that is more than a new tree would be, or cannot be done well. */
async function mend(slot: Slot, touched: Touched, writer: Writer, prepare: PrepareTree): Promise<boolean> {
  const { suspects, strangers, folders } = touched
  if (suspects.size > MOST_MENDED || [...suspects].some(isAttributes)) return false
  for (const path of strangers) await removeTree(join(slot.dir, path))
  // Innermost first. A folder made anew has none of the attributes and rights that were given to it.
  for (const folder of [...folders].reverse()) anew(slot.dir, folder)
  const written = await writer.write(slot.dir, slot.layout.entries, [...suspects])
  const affected = [...new Set([...folders, ...foldersOf(written, slot.layout)])]
  await prepare(slot.dir, [...affected.map((folder) => folder || '.'), ...written])
  noteFolders(slot, affected)
  return true
}

function anew(dir: string, folder: string): void {
  const old = folder === '' ? dir : join(dir, folder)
  const fresh = `${old}.specproof-anew`
  mkdirSync(fresh)
  for (const name of readdirSync(old)) renameSync(join(old, name), join(fresh, name))
  rmdirSync(old)
  renameSync(fresh, old)
}

/** All folders on the way to these files. */
function foldersOf(paths: string[], { folders }: Layout): string[] {
  const found = new Set<string>()
  for (const path of paths)
    for (let folder = dirname(path); folder !== '.' && !found.has(folder); folder = dirname(folder)) found.add(folder)
  return [...found].filter((folder) => folders.has(folder))
}

function noteFolders({ dir, inodes, layout }: Slot, folders: Iterable<string>): void {
  for (const folder of folders) {
    if (!layout.folders.has(folder)) inodes.delete(folder)
    else inodes.set(folder, lstatSync(folder === '' ? dir : join(dir, folder), { bigint: true }).ino)
  }
}

interface Moved {
  path: string
  /** Null: it is gone. */
  entry: TreeEntry | null
}

async function changedBetween(root: string, from: string, to: string): Promise<Moved[]> {
  const out = await gitBuffer(root, ['diff-tree', '-r', '-z', '--no-renames', '--raw', from, to])
  const fields = out.toString('utf8').split('\0')
  const moved: Moved[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode = '', , hash = '', status] = fields[i]!.split(' ')
    moved.push({ path: fields[i + 1]!, entry: status === 'D' ? null : { mode, hash } })
  }
  return moved
}

async function applyDiff(slot: Slot, moved: Moved[], writer: Writer, prepare: PrepareTree): Promise<void> {
  const { entries, folders: before } = slot.layout
  for (const { path, entry } of moved) {
    if (entry) entries.set(path, entry)
    else entries.delete(path)
  }
  slot.layout = layoutOf(entries)
  for (const { path, entry } of moved) if (!entry) rmSync(join(slot.dir, path), { force: true, recursive: true })
  const gone = [...before.keys()].filter((folder) => !slot.layout.folders.has(folder))
  for (const folder of gone.sort().reverse()) rmSync(join(slot.dir, folder), { force: true, recursive: true })
  const paths = moved.flatMap(({ path, entry }) => (entry ? [path] : []))
  const written = await writer.write(slot.dir, entries, paths)
  const affected = foldersOf(
    moved.map(({ path }) => path),
    slot.layout,
  )
  await prepare(slot.dir, [...affected, ...written])
  noteFolders(slot, [...gone, ...affected])
}
