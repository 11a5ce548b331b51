import { openBlobs } from './blobs.ts'
import { git } from './git.ts'
import { byLine, createServer, perRepository } from './server.ts'
import type { TreeEntry } from './tree.ts'

/** What a tree holds at a path afterwards: a file, or nothing. */
export interface TreeChange {
  path: string
  entry: TreeEntry | null
}

const FOLDER = '40000'
/** What git keeps for itself, and steps that lead elsewhere; whoever asks has refused them long before. */
const UNSAFE = /^(?:\.{0,2}|\.git)$/i

const treeServers = perRepository((root) => createServer(root, ['mktree', '--batch', '-z', '--missing'], byLine))

/** Hash of the tree of a commit; a tree is its own. */
export async function treeOf(root: string, commit: string): Promise<string> {
  const text = (await openBlobs(root).read(commit)).toString('latin1')
  return /^tree ([0-9a-f]+)\n/.exec(text)?.[1] ?? git(root, ['rev-parse', `${commit}^{tree}`])
}

/** The tree that comes of another one by these changes, in their order. Only the folders on their way are read and written. */
export async function changedTree(root: string, tree: string, changes: readonly TreeChange[]): Promise<string> {
  const top = await folderOf(root, tree)
  for (const { path, entry } of changes) await put(root, top, path, entry)
  return (await write(root, top)) ?? treeOfEntries(root, new Map())
}

/** The files that a tree holds at these paths; a path with none, or with a folder, is missing. */
export async function entriesAt(
  root: string,
  tree: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, TreeEntry>> {
  const known = new Map<string, Folder | null>([['', paths.length === 0 ? null : await folderOf(root, tree)]])
  const found = new Map<string, TreeEntry>()
  for (const path of paths) {
    const steps = Buffer.from(path, 'utf8').toString('latin1').split('/')
    const name = steps.pop()!
    let folder = known.get('') ?? null
    for (const [at, step] of steps.entries()) {
      const place = steps.slice(0, at + 1).join('/')
      if (!known.has(place)) known.set(place, folder && (await opened(root, folder, step, false)))
      folder = known.get(place) ?? null
    }
    const entry = folder?.entries.get(name)
    if (entry && entry.mode !== FOLDER) found.set(path, entry)
  }
  return found
}

/** A folder of which something changes. Those of its folders that were looked into stand in `open`, the others by their hash. */
interface Folder {
  entries: Map<string, TreeEntry>
  open: Map<string, Folder>
}

async function folderOf(root: string, hash: string): Promise<Folder> {
  return { entries: readTree(await openBlobs(root).read(hash), hash.length / 2), open: new Map() }
}

/** A tree as git stores it: mode, a blank, the name, NUL, so many bytes of a hash. */
function readTree(bytes: Buffer, size: number): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>()
  for (let at = 0; at < bytes.length; ) {
    const [blank, end] = [bytes.indexOf(32, at), bytes.indexOf(0, at)]
    if (blank < at || end < blank) throw new Error('this object is no tree')
    // Names are bytes to git; what is no UTF-8 goes back as it came.
    const name = bytes.toString('latin1', blank + 1, end)
    entries.set(name, {
      mode: bytes.toString('latin1', at, blank),
      hash: bytes.toString('hex', end + 1, end + 1 + size),
    })
    at = end + 1 + size
  }
  return entries
}

async function put(root: string, top: Folder, path: string, entry: TreeEntry | null): Promise<void> {
  const steps = Buffer.from(path, 'utf8').toString('latin1').split('/')
  if (steps.some((step) => UNSAFE.test(step))) throw new Error(`no commit can hold the path ${path}`)
  const name = steps.pop()!
  let folder = top
  for (const step of steps) {
    const below = folder.open.get(step) ?? (await opened(root, folder, step, entry !== null))
    if (below === null) return
    folder.open.set(step, below)
    folder = below
  }
  if (entry) {
    folder.open.delete(name)
    folder.entries.set(name, entry)
  } else if (folder.entries.get(name)?.mode !== FOLDER) folder.entries.delete(name)
}

/** Null: there is none, and none is made. A file in the way of a folder goes. */
async function opened(root: string, folder: Folder, step: string, make: boolean): Promise<Folder | null> {
  const known = folder.entries.get(step)
  if (known?.mode === FOLDER) return folderOf(root, known.hash)
  if (!make) return null
  folder.entries.delete(step)
  return { entries: new Map(), open: new Map() }
}

/** Writes what was opened, innermost first. Null: nothing is left in it, and no tree holds an empty folder. */
async function write(root: string, { entries, open }: Folder): Promise<string | null> {
  for (const [name, folder] of open) {
    const hash = await write(root, folder)
    if (hash === null) entries.delete(name)
    else entries.set(name, { mode: FOLDER, hash })
  }
  return entries.size === 0 ? null : treeOfEntries(root, entries)
}

/** git puts them in its order. */
function treeOfEntries(root: string, entries: ReadonlyMap<string, TreeEntry>): Promise<string> {
  const lines = [...entries].map(([name, { mode, hash }]) => `${mode} ${typeOf(mode)} ${hash}\t${name}\0`)
  return treeServers(root).ask(Buffer.from(`${lines.join('')}\0`, 'latin1'))
}

function typeOf(mode: string): string {
  if (mode === FOLDER) return 'tree'
  return mode === '160000' ? 'commit' : 'blob'
}
