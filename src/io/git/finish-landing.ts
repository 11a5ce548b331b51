import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { changesOf } from './changes.ts'
import { git, tryGit } from './git.ts'
import { fastForward } from './land.ts'
import { readHead } from './repository.ts'
import { stage } from './stage.ts'

/**
 * Finishes a landing that a loss of power has cut: some files of the checkout are those of the commit already, and the branch is not
 * there yet. Such a landing began with clean files, so one that is missing or holds the beginning of what it shall hold is git's work, and
 * everything else is a person's and stays. Answers what came of it; null: nothing was cut.
 */
export async function finishLanding(root: string, commit: string): Promise<string | null> {
  const head = await readHead(root)
  const parent = await tryGit(root, ['rev-parse', '--verify', '--quiet', `${commit}^`])
  if (head.branch === null || !parent.ok || parent.stdout.toString('utf8').trim() !== head.commit) return null
  const cut: string[] = []
  const torn: string[] = []
  for (const { path, content } of await changesOf(root, commit)) {
    const text = await readFile(join(root, path), 'utf8').catch(() => null)
    if (text === content) cut.push(path)
    else if (
      content !== null &&
      (text === null || content.startsWith(text)) &&
      (await isTracked(root, head.commit, path))
    )
      torn.push(path)
  }
  if (cut.length + torn.length === 0) return null
  const short = commit.slice(0, 7)
  if (torn.length > 0) await git(root, ['--literal-pathspecs', 'checkout', '--quiet', head.commit, '--', ...torn])
  const listed = await git(root, [
    '--literal-pathspecs',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--',
    ...cut,
    ...torn,
  ])
  const known = new Set(listed.split('\0'))
  // What is gone from the index as well is staged already.
  const back = await stage(
    root,
    cut.filter((path) => known.has(path)),
  )
  const why = await fastForward(root, commit, head)
  if (why === null) return `the landing of ${short} was cut and is finished now`
  await back()
  return `the landing of ${short} was cut and cannot be finished: ${why}. Look at ${cut.join(', ')}`
}

async function isTracked(root: string, commit: string, path: string): Promise<boolean> {
  return (await tryGit(root, ['cat-file', '-e', `${commit}:${path}`])).ok
}
