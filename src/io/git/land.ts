import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { diskTrouble, UserError } from '../../core/errors.ts'
import type { Head, LandResult, Waiting } from '../../world.ts'
import { changesBetween } from './changes.ts'
import { git, tryGit } from './git.ts'
import { mayHaveOurs, OURS } from './our-branches.ts'
import { readHead } from './repository.ts'

/**
 * Flags that keep a fast-forward from touching what is not ours: stashes, ignored files, hooks (see git.ts). The
 * branch's own `mergeOptions` come before them, and a squash would leave the branch where it was.
 */
const MERGE = [
  '-c',
  'merge.autoStash=false',
  'merge',
  '--ff-only',
  '--no-autostash',
  '--no-squash',
  '--no-overwrite-ignore',
  '--quiet',
]

/** Keeps a verified commit on a branch of its own, under the first free name. Throws UserError where git allows none. */
export async function keepOnBranch(root: string, commit: string, wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const branch = n === 1 ? wanted : `${wanted}-${n}`
    const ref = `refs/heads/${branch}`
    // The empty old value: only while there is no such branch.
    const made = await tryGit(root, ['update-ref', ref, commit, ''], { apart: true })
    if (made.ok) return branch
    const existing = await tryGit(root, ['rev-parse', '--verify', '--quiet', ref])
    if (existing.ok && existing.stdout.toString('utf8').trim() === commit) return branch
    if (existing.ok) continue
    if (isOfDisk(made.message)) throw new Error(`the verified commit ${commit} could not be kept: ${made.message}`)
    if (n > 5)
      throw new UserError(`The verified commit ${commit} cannot be kept on branch ${wanted}: ${made.message}`, 'git')
  }
}

/** Beside the files themselves: the index, references and what a file system takes for itself. Bytes. */
const ROOM = 64 * 1024

/** That the checkout has no room for what a commit changes, in words; null: it has. Half of a landing would be in the person's way. */
async function noRoomFor(root: string, from: string, commit: string): Promise<string | null> {
  const most = await freeAt(root)
  if (most !== null && most > PLENTY) return null
  const changes = await changesBetween(root, from, commit)
  const needed = Map.groupBy(changes, ({ path }) => dirname(path))
  for (const [folder, files] of [...needed, ['.', changes] as const]) {
    const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content ?? ''), ROOM)
    const free = await freeAt(join(root, folder))
    if (free !== null && free < bytes)
      return `no space left on device: ${Math.ceil(bytes / 1024)} KB are needed and ${Math.floor(free / 1024)} KB are free at ${folder === '.' ? root : folder}`
  }
  return null
}

/** Where so much is free nothing more is asked, bytes. */
const PLENTY = 1024 ** 3

/** Bytes that are free where a folder lies or would lie; null: nobody knows. */
async function freeAt(folder: string): Promise<number | null> {
  const { bavail, bsize } = (await statfs(folder).catch(() => null)) ?? {}
  if (bavail !== undefined && bsize !== undefined) return bavail * bsize
  return dirname(folder) === folder ? null : freeAt(dirname(folder))
}

function isOfDisk(message: string): boolean {
  return diskTrouble(new Error(message)) !== null
}

function whyNotNow(now: Head, start: Head): { reason: string; moved?: true } | null {
  if (start.branch === null) return { reason: 'HEAD is detached' }
  if (now.branch !== start.branch) {
    const where = now.branch ? `on ${short(now.branch)}` : 'detached'
    return { reason: `HEAD was on ${short(start.branch)} and is now ${where}` }
  }
  if (now.commit === start.commit) return null
  const [was, is] = [start.commit, now.commit].map((commit) => commit.slice(0, 7))
  return { reason: `${short(start.branch)} moved from ${was} to ${is}`, moved: true }
}

function short(ref: string): string {
  return ref.replace(/^refs\/heads\//, '')
}

/**
 * Moves the user's branch to a verified commit, only while HEAD still names the branch and commit of the start and no
 * file of the user is in the way. Otherwise the commit waits on `waitingBranch`, and nothing of the user's changes.
 */
export async function land(root: string, commit: string, start: Head, waitingBranch: string): Promise<LandResult> {
  const moved = whyNotNow(await readHead(root), start)
  if (moved) return { landed: false, branch: await keepOnBranch(root, commit, waitingBranch), ...moved }
  const full = await noRoomFor(root, start.commit, commit)
  if (full) return { landed: false, branch: await keepOnBranch(root, commit, waitingBranch), reason: full, full: true }
  const merged = await tryGit(root, [...MERGE, commit], { apart: true })
  // Had somebody switched the branch in between, this says where the commit really went.
  if (merged.ok) return { landed: true, ref: (await readHead(root)).branch ?? 'HEAD' }
  // It may be half done, so it did not end: the next run finishes it, as after a kill.
  if (isOfDisk(merged.message)) throw new Error(`the verified commit ${commit} could not land: ${merged.message}`)
  return { landed: false, branch: await keepOnBranch(root, commit, waitingBranch), reason: merged.message }
}

/** Moves the user's branch to a commit on top of `start`, on the same terms as `land`. Null: done; else why not, and nothing changed. */
export async function fastForward(root: string, commit: string, start: Head): Promise<string | null> {
  const moved = whyNotNow(await readHead(root), start)
  if (moved) return moved.reason
  const merged = await tryGit(root, [...MERGE, commit], { apart: true })
  return merged.ok ? null : merged.message
}

/** Verified commits that wait on branches of ours and are not part of HEAD. */
export async function waitingCommits(root: string): Promise<Waiting[]> {
  if (!(await mayHaveOurs(root))) return []
  const out = await git(root, [
    'for-each-ref',
    '--format=%(refname:lstrip=2)%00%(objectname)%00%(parent)%00%(contents)%01',
    '--no-merged=HEAD',
    OURS,
  ])
  const waiting: Waiting[] = []
  for (const entry of out.split('\x01')) {
    const [branch, commit, parent, message] = entry.replace(/^\n/, '').split('\0')
    if (branch && commit && parent && message) waiting.push({ branch, commit, parent, message })
  }
  return waiting
}

export async function isMerged(root: string, commit: string): Promise<boolean> {
  return (await tryGit(root, ['merge-base', '--is-ancestor', commit, 'HEAD'])).ok
}

/** Removes a waiting branch whose commit has landed; compare-and-swap, so that a newer commit on it is never lost. */
export async function dropBranch(root: string, branch: string, commit: string): Promise<void> {
  await tryGit(root, ['update-ref', '-d', `refs/heads/${branch}`, commit])
}
