import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worktree } from '../../world.ts'
import { isAlive } from '../alive.ts'
import { cacheFolder } from './cache-folder.ts'
import { tryGit } from './git.ts'
import { createPool, type PrepareTree } from './pool.ts'
import { removeTree } from './remove-tree.ts'
import type { Repository } from './repository.ts'

export interface Worktrees {
  /** A commit materialised, writable for the payload. */
  open(commit: string): Promise<Worktree>
  /** The tree is used again for a later commit, with all that was done in it undone. */
  close(worktree: Worktree): Promise<void>
  /** Tracked files of an open tree that no longer hold what its commit holds. */
  modified(worktree: Worktree): Promise<string[]>
  closeAll(): Promise<void>
  /** Scratch folder of this run, for other throw-away files. */
  scratch: string
}

/**
 * Worktrees of one run; the repository knows nothing of them. The folder's name carries our process id, so that a later run knows
 * which are orphans.
 */
export async function createWorktrees(
  repository: Repository,
  run: string,
  prepare: PrepareTree = async () => {},
): Promise<Worktrees> {
  const cache = cacheFolder(repository)
  const scratch = join(cache, `${run}.${process.pid}`)
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const pool = createPool(repository, scratch, prepare)
  return {
    scratch,
    open: async (commit) => ({ commit, dir: await pool.open(commit) }),
    close: ({ dir }) => pool.close(dir),
    modified: ({ dir }) => pool.modified(dir),
    async closeAll() {
      for (const dir of pool.dirs()) await pool.remove(dir)
      await removeTree(scratch)
      // Leaves no empty folders behind; fails harmlessly while another run uses them.
      await rmdir(cache).catch(() => {})
    },
  }
}

/** Of a run of an older version: its trees were registered in the repository. */
async function removeWorktree(repository: Repository, dir: string): Promise<void> {
  await removeTree(dir)
  // The folder goes first: git refuses to look into a tree that belongs to the payload's user.
  await tryGit(repository.root, ['worktree', 'remove', '--force', '--force', dir])
}

/** Removes what runs that were killed left behind. Answers the number of worktrees removed. */
export async function removeOrphans(repository: Repository): Promise<number> {
  const cache = cacheFolder(repository)
  let removed = 0
  for (const name of await readdir(cache).catch(() => [] as string[])) {
    const pid = Number(/\.(\d+)$/.exec(name)?.[1])
    if (!pid || isAlive(pid)) continue
    for (const tree of await readdir(join(cache, name)).catch(() => [] as string[])) {
      if (!tree.startsWith('tree-')) continue
      await removeWorktree(repository, join(cache, name, tree))
      removed++
    }
    await removeTree(join(cache, name))
  }
  return removed
}
