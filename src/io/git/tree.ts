import { join } from 'node:path'
import type { BaseFile } from '../../core/patch/patch.ts'
import type { Tree } from '../../world.ts'
import { BUILD } from '../package-root.ts'
import { keepParsed } from '../parsed-specs.ts'
import { openBlobs } from './blobs.ts'
import { cacheFolder } from './cache-folder.ts'
import { git, gitBuffer } from './git.ts'
import { ignoredPaths } from './ignored.ts'
import { treeOf } from './write-tree.ts'

/** More names would make a command line too long. */
const MOST_NAMED = 200

export interface TreeEntry {
  mode: string
  hash: string
}

/** Entries of a commit's tree by path: all, or those at these paths. */
export async function listTree(
  root: string,
  commit: string,
  paths: readonly string[] | null = null,
): Promise<ReadonlyMap<string, TreeEntry>> {
  if (paths?.length === 0) return new Map()
  const some = paths && paths.length < MOST_NAMED ? ['--', ...paths] : []
  const known = some.length > 0 && isWhole(commit) ? listings.peek(`${root}\0${commit}`) : null
  if (known) return known
  if (some.length > 0 || !isWhole(commit)) return list(root, commit, some)
  return listings.get(`${root}\0${commit}`, () => list(root, commit, []))
}

/** What a name of a commit means may change, unless it is the whole hash. */
function isWhole(commit: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)
}

async function list(root: string, commit: string, some: string[]): Promise<Map<string, TreeEntry>> {
  const entries = new Map<string, TreeEntry>()
  const out = (await gitBuffer(root, ['ls-tree', '-r', '-z', '--full-tree', commit, ...some])).toString('utf8')
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf('\0', at)
    const tab = out.indexOf('\t', at)
    // `100644 blob HASH`, a tab, the path.
    const [mode = '', , hash = ''] = out.slice(at, tab).split(' ')
    entries.set(out.slice(tab + 1, end), { mode, hash })
    at = end + 1
  }
  return entries
}

/** Text of a blob, or binary when it is not UTF-8 or holds NUL. A byte order mark stays in the text. */
export function decodeBlob(bytes: Buffer): BaseFile {
  if (bytes.includes(0)) return { kind: 'binary' }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { kind: 'binary' }
  }
}

/** The files of a commit. One that was opened lately is not listed again: what a hash names never changes. */
export function openTree(root: string, commit: string): Promise<Tree> {
  return isWhole(commit) ? trees.get(`${root}\0${commit}`, () => open(root, commit)) : open(root, commit)
}

/** Entries that are kept of all listings together; a million take some 200 MB. */
const MOST_ENTRIES = 600_000
const MOST_ANSWERS = 40

interface Latest<T> {
  get(key: string, ask: () => Promise<T>): Promise<T>
  peek(key: string): Promise<T> | null
}

/** The latest answers to questions whose answers cannot change, of a bearable size; an error is no answer. */
function latest<T>(sizeOf: (answer: T) => number): Latest<T> {
  const known = new Map<string, { answer: Promise<T>; size: number }>()
  const trim = () => {
    let all = [...known.values()].reduce((sum, { size }) => sum + size, 0)
    for (const [key, { size }] of known) {
      if (known.size <= 1 || (all <= MOST_ENTRIES && known.size <= MOST_ANSWERS)) return
      known.delete(key)
      all -= size
    }
  }
  return {
    peek: (key) => known.get(key)?.answer ?? null,
    get(key, ask) {
      const found = known.get(key)
      known.delete(key)
      const one = found ?? { answer: ask(), size: 0 }
      known.set(key, one)
      if (!found)
        one.answer.then(
          (answer) => {
            one.size = sizeOf(answer)
            trim()
          },
          () => known.delete(key),
        )
      return one.answer
    },
  }
}

const listings = latest<ReadonlyMap<string, TreeEntry>>(({ size }) => size)
const trees = latest<Tree>(({ paths }) => paths.length)

function hashOf(root: string, commit: string): Promise<string> {
  return isWhole(commit) ? treeOf(root, commit) : git(root, ['rev-parse', `${commit}^{tree}`])
}

async function open(root: string, commit: string): Promise<Tree> {
  const [entries, hash] = await Promise.all([listTree(root, commit), hashOf(root, commit)])
  const blobs = openBlobs(root)
  const cache = new Map<string, Promise<BaseFile>>()
  const load = async (path: string): Promise<BaseFile> => {
    const entry = entries.get(path)
    if (!entry) return { kind: 'absent' }
    if (entry.mode === '120000') return { kind: 'link' }
    if (entry.mode === '160000') return { kind: 'binary' }
    return decodeBlob(await blobs.read(entry.hash))
  }
  return {
    commit,
    hash,
    paths: [...entries.keys()],
    ...(BUILD === null ? {} : { parsed: keepParsed(join(cacheFolder({ root }), 'specs'), BUILD) }),
    ignored: (paths) =>
      ignoredPaths(
        root,
        paths.filter((path) => !entries.has(path)),
      ),
    read(path) {
      let file = cache.get(path)
      if (!file) {
        file = load(path)
        cache.set(path, file)
        file.catch(() => cache.delete(path))
      }
      return file
    },
  }
}
