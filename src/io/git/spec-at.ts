import type { BaseFile } from '../../core/patch/patch.ts'
import { loadFolder, type SpecTree } from '../../core/spec/load.ts'
import { specFolders } from '../../core/spec/locate.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { gitBuffer } from './git.ts'
import { decodeBlob, listTree } from './tree.ts'

const AT_ONCE = 8

/** Which folder of specs is wanted from which commit. */
export interface SpecAt {
  commit: string
  dir: string
}

export function keyOf({ commit, dir }: SpecAt): string {
  return `${commit}:${dir}`
}

/**
 * Specs as they were in commits, by `keyOf`; null where a commit has no such folder or is not there (a shallow clone). A file that many
 * commits share is read once.
 */
export async function specsAt(
  root: string,
  wanted: readonly SpecAt[],
  roots: readonly string[] = [],
): Promise<Map<string, Spec | null>> {
  const found = new Map<string, Spec | null>()
  const blobs = new Map<string, Promise<BaseFile>>()
  const queue = [...wanted]
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      found.set(keyOf(next), await specAt(root, next, roots, blobs).catch(() => null))
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.length) }, work))
  return found
}

async function specAt(
  root: string,
  { commit, dir }: SpecAt,
  roots: readonly string[],
  blobs: Map<string, Promise<BaseFile>>,
): Promise<Spec | null> {
  const entries = await listTree(root, commit)
  const tree: SpecTree = {
    paths: [...entries.keys()],
    read(path) {
      const entry = entries.get(path)
      if (entry === undefined) return Promise.resolve({ kind: 'absent' })
      if (entry.mode === '120000') return Promise.resolve({ kind: 'link' })
      const blob = blobs.get(entry.hash) ?? gitBuffer(root, ['cat-file', 'blob', entry.hash]).then(decodeBlob)
      blobs.set(entry.hash, blob)
      return blob
    },
  }
  const folders = specFolders(tree.paths, roots)
  const folder = folders.find((one) => one.dir === dir)
  return folder === undefined ? null : loadFolder(tree, folder, folders)
}
