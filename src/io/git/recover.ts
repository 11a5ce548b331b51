import { finishLanding } from './finish-landing.ts'
import { tryGit } from './git.ts'
import { dropBranch } from './land.ts'
import { mayHaveOurs, OURS } from './our-branches.ts'
import type { Repository } from './repository.ts'
import { sweepLocks } from './run-lock.ts'
import { removeOrphans } from './worktree.ts'

/**
 * Clears up after runs that were killed, while this one alone works in the repository. Answers what was found, a sentence each. What
 * is not ours, and every commit that is not part of HEAD, stays.
 * `landing`: the commit whose landing was begun last, if nobody knows what came of it.
 */
export async function recover(repository: Repository, landing: string | null = null): Promise<string[]> {
  const landed = landing === null ? null : await finishLanding(repository.root, landing)
  const found = landed === null ? [] : [landed]
  const worktrees = await removeOrphans(repository)
  if (worktrees > 0)
    found.push(`${worktrees === 1 ? 'a worktree' : `${worktrees} worktrees`} of a run that was killed removed`)
  for (const branch of await dropMerged(repository.root)) found.push(`branch ${branch} removed: its commit had landed`)
  await sweepLocks(repository.commonDir)
  return found
}

/** Branches of ours that a run had no time to remove after their commit landed. */
async function dropMerged(root: string): Promise<string[]> {
  if (!(await mayHaveOurs(root))) return []
  const args = ['for-each-ref', '--format=%(refname:lstrip=2) %(objectname) %(worktreepath)', '--merged=HEAD', OURS]
  const out = (await tryGit(root, args)).stdout.toString('utf8')
  const dropped: string[] = []
  for (const line of out.split('\n').filter(Boolean)) {
    const [branch = '', commit = '', ...checkedOut] = line.split(' ')
    if (checkedOut.join(' ') !== '') continue
    await dropBranch(root, branch, commit)
    dropped.push(branch)
  }
  return dropped
}
