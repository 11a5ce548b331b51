import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import type { Worktree } from '../../world.ts'
import { git, tryGit } from './git.ts'
import type { Repository } from './repository.ts'

/** Attempt trees live here, never inside the repository: editors, watchers and test runners of the user would see them. */
export function cacheFolder(repository: Repository, env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const id = createHash('sha256').update(repository.root).digest('hex').slice(0, 8)
  return join(base, 'specproof', `${basename(repository.root)}-${id}`)
}

/** Removes a tree even where the payload took its own permissions away. */
export async function removeTree(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true })
  } catch {
    await unlock(dir)
    await rm(dir, { recursive: true, force: true })
  }
}

async function unlock(dir: string): Promise<void> {
  await chmod(dir, 0o700)
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    const stat = await lstat(path)
    if (stat.isDirectory()) await unlock(path)
  }
}

export interface Worktrees {
  open(commit: string): Promise<Worktree>
  close(worktree: Worktree): Promise<void>
  closeAll(): Promise<void>
  /** Scratch folder of this run, for other throw-away files. */
  scratch: string
}

/** Worktrees of one run. The folder's name carries our process id, so that a later run knows which are orphans. */
export async function createWorktrees(repository: Repository, run: string): Promise<Worktrees> {
  const cache = cacheFolder(repository)
  const scratch = join(cache, `${run}.${process.pid}`)
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const open = new Set<string>()
  let count = 0
  const close = async (worktree: Worktree) => {
    await removeWorktree(repository, worktree.dir)
    open.delete(worktree.dir)
  }
  return {
    scratch,
    async open(commit) {
      const dir = join(scratch, `tree-${++count}`)
      open.add(dir)
      // Where the user checks out a part only, git would do the same here.
      const whole = ['-c', 'core.sparseCheckout=false']
      await git(repository.root, [...whole, 'worktree', 'add', '--quiet', '--detach', dir, commit])
      // In place of the pointer to the user's repository a folder, on which the box mounts a `.git` of its own.
      await rm(join(dir, '.git'))
      await mkdir(join(dir, '.git'))
      return { commit, dir }
    },
    close,
    async closeAll() {
      for (const dir of [...open]) await close({ commit: '', dir })
      await removeTree(scratch)
      // Leaves no empty folders behind; fails harmlessly while another run uses them.
      await rmdir(cache).catch(() => {})
    },
  }
}

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

/** Whether a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
