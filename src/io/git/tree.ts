import type { BaseFile } from '../../core/patch/patch.ts'
import type { Tree } from '../../world.ts'
import { openBlobs } from './blobs.ts'
import { git, gitBuffer } from './git.ts'
import { ignoredPaths } from './ignored.ts'

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
): Promise<Map<string, TreeEntry>> {
  const entries = new Map<string, TreeEntry>()
  if (paths?.length === 0) return entries
  const some = paths && paths.length < MOST_NAMED ? ['--', ...paths] : []
  const out = (await gitBuffer(root, ['ls-tree', '-r', '-z', '--full-tree', commit, ...some])).toString('utf8')
  for (const line of out.split('\0')) {
    const match = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line)
    if (match) entries.set(match[3]!, { mode: match[1]!, hash: match[2]! })
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

export async function openTree(root: string, commit: string): Promise<Tree> {
  const [entries, hash] = await Promise.all([listTree(root, commit), git(root, ['rev-parse', `${commit}^{tree}`])])
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
      }
      return file
    },
  }
}
