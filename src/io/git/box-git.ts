import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from './git.ts'

/** The same base gives the same commit, and the payload learns nobody's name. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'specproof',
  GIT_AUTHOR_EMAIL: 'specproof@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'specproof',
  GIT_COMMITTER_EMAIL: 'specproof@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
}

/**
 * Makes the `.git` that the payload sees: one commit with the base's files, no history, no remotes, no configuration
 * of the user. Answers its folder.
 */
export async function makeBoxGit(root: string, commit: string, scratch: string): Promise<string> {
  const home = join(scratch, 'box-git')
  // One run works on several bases, one after the other.
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  const dir = join(home, '.git')
  const format = commit.length === 64 ? 'sha256' : 'sha1'
  const [lonely] = await Promise.all([
    git(root, ['commit-tree', `${commit}^{tree}`, '-m', 'base'], { env: NOBODY }),
    git(home, ['init', '--quiet', '--template=', '--initial-branch=main', `--object-format=${format}`, '.']),
  ])
  // A fetch does the same with ten processes. Nothing is made smaller than it is: the pack is gone with the run.
  const pack = ['pack-objects', '--quiet', '--revs', '--window=0', join(dir, 'objects', 'pack', 'pack')]
  await git(root, pack, { input: `${lonely}\n` })
  await writeFile(join(dir, 'refs', 'heads', 'main'), `${lonely}\n`)
  await git(home, ['read-tree', 'HEAD'])
  return dir
}

/** One `.git` for each base, for all who work on it at the same time. */
export interface BoxGits {
  /** `holder` lets go of what it had before; what nobody has is removed. */
  of(holder: object, commit: string): Promise<string>
  /** Begins with one that somebody will want soon. */
  begin(commit: string): void
  /** When nothing is being made any more. */
  settled(): Promise<void>
}

/** `scratch`: a folder of the run. */
export function createBoxGits(root: string, scratch: string): BoxGits {
  const made = new Map<string, { home: string; dir: Promise<string> }>()
  const held = new Map<object, string>()
  let count = 0
  const make = (commit: string) => {
    const home = join(scratch, `base-${++count}`)
    const known = made.get(commit) ?? { home, dir: makeBoxGit(root, commit, home) }
    made.set(commit, known)
    known.dir.catch(() => made.delete(commit))
    return known
  }
  return {
    begin: (commit) => void make(commit),
    async settled() {
      await Promise.allSettled([...made.values()].map(({ dir }) => dir))
    },
    of(holder, commit) {
      const known = make(commit)
      held.set(holder, commit)
      const wanted = new Set(held.values())
      for (const [old, { home: gone, dir }] of made) {
        if (wanted.has(old)) continue
        made.delete(old)
        void dir.catch(() => {}).then(() => rm(gone, { recursive: true, force: true }).catch(() => {}))
      }
      return known.dir
    },
  }
}
