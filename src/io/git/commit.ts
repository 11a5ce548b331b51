import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileChange } from '../../core/patch/patch.ts'
import type { CommitRequest } from '../../world.ts'
import { git } from './git.ts'
import { signedCommit, wantsSigned } from './sign.ts'
import { listTree, type TreeEntry } from './tree.ts'

/**
 * Writes blobs, a tree and a commit from data alone, through an index of its own. No ref, no index and no file of the
 * user changes, and nothing that ran on a worktree can slip into the commit. `place`: a folder for the index.
 */
export async function makeCommit(
  root: string,
  request: CommitRequest,
  place = tmpdir(),
): Promise<{ commit: string; tree: string }> {
  const scratch = await mkdtemp(join(place, 'specproof-index-'))
  const env = { GIT_INDEX_FILE: join(scratch, 'index') }
  try {
    const known = request.changes.flatMap(({ action, path }) => (action === 'create' ? [] : [path]))
    const entries = await listTree(root, request.parent, known)
    const modeOf = modesAfter(entries, request.changes)
    const none = '0'.repeat(request.parent.length)
    await git(root, ['read-tree', request.parent], { env })
    const lines: string[] = []
    for (const change of request.changes) {
      if (change.content === null) {
        lines.push(`0 ${none}\t${change.path}`)
        continue
      }
      const blob = await git(root, ['hash-object', '-w', '--stdin', '--no-filters'], { input: change.content })
      lines.push(`${modeOf(change.path)} ${blob}\t${change.path}`)
    }
    if (lines.length > 0) {
      await git(root, ['update-index', '-z', '--index-info'], { env, input: `${lines.join('\0')}\0` })
    }
    const tree = await git(root, ['write-tree'], { env })
    const signed = request.lasting && (await wantsSigned(root))
    const commit = signed
      ? await signedCommit(root, tree, [request.parent], request.message)
      : await git(root, ['commit-tree', tree, '-p', request.parent], { input: request.message })
    return { commit, tree }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A file keeps its executable bit, also when it moves: a move is an old path without content, then the new one. */
function modesAfter(entries: Map<string, TreeEntry>, changes: FileChange[]): (path: string) => string {
  const from = new Map<string, string>()
  for (const [i, change] of changes.entries()) {
    const before = changes[i - 1]
    const moved = change.action === 'move' && before?.action === 'move' && before.content === null
    from.set(change.path, moved ? before.path : change.path)
  }
  return (path) => (entries.get(from.get(path) ?? path)?.mode === '100755' ? '100755' : '100644')
}
