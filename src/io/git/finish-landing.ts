import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { changesOf } from './changes.ts'
import { GitError, git, gitBuffer, tryGit } from './git.ts'
import { fastForward } from './land.ts'
import { readHead } from './repository.ts'
import { stage } from './stage.ts'

/** Files of the checkout that differ from HEAD as git may have left them. */
interface Cut {
  /** They are what the commit makes of them. */
  whole: string[]
  /** They are gone (`text` null), or hold the beginning of what the commit makes of them. */
  torn: { path: string; text: Buffer | null }[]
}

/**
 * Finishes a landing that a loss of power has cut: some files of the checkout are those of the commit already, and the branch is not
 * there yet. A file that is missing or holds the beginning of what it shall hold is taken for git's work only beside one that is whole,
 * and its text is kept as a blob; everything else is a person's and stays. Answers what came of it; null: nothing was cut. Throws
 * UserError (`git`) where git's lock is left, or it refuses for another reason.
 */
export async function finishLanding(root: string, commit: string): Promise<string | null> {
  const head = await readHead(root)
  const parent = await tryGit(root, ['rev-parse', '--verify', '--quiet', `${commit}^`])
  if (head.branch === null || !parent.ok || parent.stdout.toString('utf8').trim() !== head.commit) return null
  const { whole, torn } = await cutBy(root, commit, head.commit)
  const short = commit.slice(0, 7)
  if (whole.length === 0 && torn.length === 0) return null
  if (whole.length === 0) {
    const paths = torn.map(({ path }) => path).join(' ')
    return `the landing of ${short} may have been cut: ${paths} lacks what it was to write. If that is no change of yours: git checkout HEAD -- ${paths}`
  }
  await refuseLocked(root, short)
  try {
    const kept = await keepTexts(root, torn)
    const paths = torn.map(({ path }) => path)
    if (paths.length > 0) await git(root, ['--literal-pathspecs', 'checkout', '--quiet', head.commit, '--', ...paths])
    const back = await stage(root, await known(root, whole))
    const why = await fastForward(root, commit, head)
    if (why === null) return `the landing of ${short} was cut and is finished now${kept}`
    await back()
    return `the landing of ${short} was cut and cannot be finished: ${why}. Look at ${whole.join(', ')}${kept}`
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw new UserError(`the landing of ${short} was cut and cannot be finished: ${error.message}`, 'git')
  }
}

async function cutBy(root: string, commit: string, head: string): Promise<Cut> {
  const cut: Cut = { whole: [], torn: [] }
  for (const { path, content } of await changesOf(root, commit)) {
    const text = await readFile(join(root, path)).catch(() => null)
    const own = await gitBuffer(root, ['cat-file', 'blob', `${head}:${path}`]).catch(() => null)
    if (text === null ? own === null : own?.equals(text)) continue
    const after = content === null ? null : Buffer.from(content)
    if (text === null ? after === null : after?.equals(text)) cut.whole.push(path)
    else if (own !== null && after !== null && (text === null || after.subarray(0, text.length).equals(text)))
      cut.torn.push({ path, text })
  }
  return cut
}

/** The git that was cut had locked the index, and nobody else takes that lock away. */
async function refuseLocked(root: string, short: string): Promise<void> {
  const lock = resolve(root, await git(root, ['rev-parse', '--git-path', 'index.lock']))
  if (
    !(await access(lock).then(
      () => true,
      () => false,
    ))
  )
    return
  throw new UserError(
    `the landing of ${short} was cut, and the lock of the git that was at it is left. If no git is at work here, remove ${lock} and run again: the landing is finished then.`,
    'git',
  )
}

/** Writes what is about to be replaced; answers how it is had again, in words. */
async function keepTexts(root: string, torn: Cut['torn']): Promise<string> {
  const kept: string[] = []
  for (const { path, text } of torn) {
    if (text === null) continue
    const blob = await git(root, ['hash-object', '-w', '--stdin', '--no-filters'], { input: text })
    kept.push(`${path} as ${blob}`)
  }
  return kept.length === 0 ? '' : `; what it replaced is kept (git cat-file blob): ${kept.join(', ')}`
}

/** Without those that are gone from the index as well: they are staged already. */
async function known(root: string, paths: readonly string[]): Promise<string[]> {
  const args = ['--literal-pathspecs', 'ls-files', '-z', '--cached', '--others', '--', ...paths]
  const listed = new Set((await git(root, args)).split('\0'))
  return paths.filter((path) => listed.has(path))
}
