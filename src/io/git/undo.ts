import type { FileChange } from '../../core/patch/patch.ts'
import { makeCommit } from './commit.ts'
import { git, tryGit } from './git.ts'
import { signedCommit, wantsSigned } from './sign.ts'

export type Undone = { ok: true; commit: string } | { ok: false; conflicts: string[] }

/** A file that is not merged: what it holds at HEAD, and what it shall hold. */
export interface Rewritten {
  path: string
  now: string
  after: string
}

/**
 * A commit on top of `head` that takes `commit` back, all but `rewritten`, whose text is given: two tasks that stand side by side
 * would conflict there. Writes objects only. `conflicts`: files that later commits changed in the same places.
 */
export async function undo(
  root: string,
  head: string,
  commit: string,
  { path, now, after }: Rewritten,
  message: string,
): Promise<Undone> {
  const parent = await git(root, ['rev-parse', '--verify', `${commit}^`])
  // A merge of three commits that have no other history: the commit as base, HEAD and its parent as the two sides.
  const base = await commitTree(root, await treeWith(root, commit, path, now), [])
  const ours = await commitTree(root, `${head}^{tree}`, [base])
  const theirs = await commitTree(root, await treeWith(root, parent, path, after), [base])
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs]
  const merged = await tryGit(root, args)
  const [tree = '', ...names] = merged.stdout.toString('utf8').split('\0')
  if (!merged.ok && names.filter(Boolean).length === 0) throw new Error(`git merge-tree: ${merged.message}`)
  if (!merged.ok) return { ok: false, conflicts: [...new Set(names.filter(Boolean))] }
  const signed = await wantsSigned(root)
  const taken = signed
    ? await signedCommit(root, tree.trim(), [head], message)
    : await commitTree(root, tree.trim(), [head], message)
  return { ok: true, commit: taken }
}

async function treeWith(root: string, parent: string, path: string, content: string): Promise<string> {
  const change: FileChange = { path, action: 'edit', content, blocks: [] }
  return (await makeCommit(root, { parent, changes: [change], message: 'side' })).tree
}

function commitTree(root: string, tree: string, parents: string[], message = 'side'): Promise<string> {
  return git(root, ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], { input: message })
}
