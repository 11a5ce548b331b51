import type { FileChange } from '../../core/patch/patch.ts'
import { changesBetween, changesOf } from './changes.ts'
import { makeCommit } from './commit.ts'
import { git, gitBuffer, tryGit } from './git.ts'
import { listTree } from './tree.ts'

export type Reapplied = { ok: true; changes: FileChange[] } | { ok: false; conflicts: string[] }

/**
 * What a commit changed against its parent, as changes of `onto`: a merge of three trees, in which `except` stays as `onto` has
 * it. Writes objects only. `conflicts`: files that both sides changed in the same places.
 */
export async function reapply(root: string, commit: string, onto: string, except: string): Promise<Reapplied> {
  const [own, others] = await Promise.all([changesOf(root, commit), namesBetween(root, `${commit}^1`, onto)])
  const mine = own.filter(({ path }) => path !== except)
  if (!mine.some(({ path }) => others.some((other) => meet(path, other)))) return { ok: true, changes: mine }
  const parent = await git(root, ['rev-parse', '--verify', `${commit}^1`])
  const kept = (await listTree(root, onto)).get(except)?.hash
  const text = kept === undefined ? null : (await gitBuffer(root, ['cat-file', 'blob', kept])).toString('utf8')
  const side = async (at: string, parents: string[]) => {
    const change: FileChange = { path: except, action: 'edit', content: text, blocks: [] }
    const { tree } = await makeCommit(root, { parent: at, changes: [change], message: 'side' })
    return git(root, ['commit-tree', tree, ...parents.flatMap((one) => ['-p', one])], { input: 'side' })
  }
  const base = await side(parent, [])
  const [ours, theirs] = [await side(onto, [base]), await side(commit, [base])]
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs]
  const merged = await tryGit(root, args)
  const [tree = '', ...names] = merged.stdout.toString('utf8').split('\0')
  const conflicts = [...new Set(names.filter(Boolean))]
  if (!merged.ok && conflicts.length === 0) throw new Error(`git merge-tree: ${merged.message}`)
  return merged.ok
    ? { ok: true, changes: await changesBetween(root, `${onto}^{tree}`, tree.trim()) }
    : { ok: false, conflicts }
}

async function namesBetween(root: string, from: string, to: string): Promise<string[]> {
  const out = await gitBuffer(root, ['diff-tree', '-r', '-z', '--no-renames', '--name-only', from, to])
  return out.toString('utf8').split('\0').filter(Boolean)
}

/** The same file, or one a folder in which the other lies. */
function meet(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
}
