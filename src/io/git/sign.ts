import { UserError } from '../../core/errors.ts'
import { tryGit } from './git.ts'

/** Nobody is there to type a passphrase. Milliseconds. */
const PATIENCE = 60_000

/** Whether the user wants commits signed here (`commit.gpgSign`). */
export async function wantsSigned(root: string): Promise<boolean> {
  const set = await tryGit(root, ['config', '--type=bool', 'commit.gpgSign'])
  return set.ok && set.stdout.toString('utf8').trim() === 'true'
}

/** A signed commit of a tree. Throws UserError where git cannot sign it, with what it says. */
export async function signedCommit(root: string, tree: string, parents: string[], message: string): Promise<string> {
  const args = ['commit-tree', '-S', tree, ...parents.flatMap((parent) => ['-p', parent])]
  const made = await tryGit(root, args, { input: message, timeoutMs: PATIENCE })
  if (made.ok) return made.stdout.toString('utf8').trim()
  const said = made.message || `it did not end within ${PATIENCE / 1_000} s`
  throw new UserError(
    `Commits are to be signed here (commit.gpgSign), and git cannot: ${said}\nMake the key usable without a question (\`git commit-tree -S HEAD^{tree} -m try\` has to work), or set commit.gpgSign to false.`,
    'git',
  )
}

/** Signs something that nobody keeps: found out before money is spent, not when the commit is made. Throws UserError. */
export async function requireSigning(root: string): Promise<void> {
  if (await wantsSigned(root)) await signedCommit(root, 'HEAD^{tree}', [], 'Can it be signed?\n')
}
