import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileChange } from '../../core/patch/patch.ts'
import type { CommitRequest } from '../../world.ts'
import { git } from './git.ts'
import { byLine, createServer, perRepository } from './server.ts'
import { signedCommit, wantsSigned } from './sign.ts'
import type { TreeEntry } from './tree.ts'
import { changedTree, entriesAt, treeOf } from './write-tree.ts'

/**
 * Writes blobs, a tree and a commit from data alone, without an index. No ref, no index and no file of the user changes, and
 * nothing that ran on a worktree can slip into the commit. `place`: a folder for what is written on the way.
 */
export async function makeCommit(
  root: string,
  { parent, changes, message, lasting }: CommitRequest,
  place = tmpdir(),
): Promise<{ commit: string; tree: string }> {
  const before = await treeOf(root, parent)
  const known = changes.flatMap(({ action, path }) => (action === 'create' ? [] : [path]))
  const [entries, blobs] = await Promise.all([entriesAt(root, before, known), writeBlobs(root, changes, place)])
  const modeOf = modesAfter(entries, changes)
  const tree = await changedTree(
    root,
    before,
    changes.map(({ path, content }) => ({
      path,
      entry: content === null ? null : { mode: modeOf(path), hash: blobs.get(content)! },
    })),
  )
  const signed = lasting && (await wantsSigned(root))
  const commit = signed
    ? await signedCommit(root, tree, [parent], message)
    : await git(root, ['commit-tree', tree, '-p', parent], { input: message })
  return { commit, tree }
}

const hashers = perRepository((root) =>
  createServer(root, ['hash-object', '-w', '--stdin-paths', '--no-filters'], byLine),
)

/** Hashes of all contents by the contents. */
async function writeBlobs(root: string, changes: readonly FileChange[], place: string): Promise<Map<string, string>> {
  const contents = [...new Set(changes.flatMap(({ content }) => (content === null ? [] : [content])))]
  if (contents.length === 0) return new Map()
  // git is told paths one a line.
  const scratch = await mkdtemp(join(place.includes('\n') ? tmpdir() : place, 'specproof-blobs-'))
  try {
    const hashes = contents.map(async (content, at) => {
      const path = join(scratch, `${at}`)
      await writeFile(path, content)
      return hashers(root).ask(`${path}\n`)
    })
    const written = await Promise.all(hashes)
    return new Map(contents.map((content, at) => [content, written[at]!]))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A file keeps its executable bit, also when it moves: a move is an old path without content, then the new one. */
function modesAfter(entries: ReadonlyMap<string, TreeEntry>, changes: FileChange[]): (path: string) => string {
  const from = new Map<string, string>()
  for (const [i, change] of changes.entries()) {
    const before = changes[i - 1]
    const moved = change.action === 'move' && before?.action === 'move' && before.content === null
    from.set(change.path, moved ? before.path : change.path)
  }
  return (path) => (entries.get(from.get(path) ?? path)?.mode === '100755' ? '100755' : '100644')
}
