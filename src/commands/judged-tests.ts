import { taskCommits } from '../core/trace/evidence.ts'
import { makeCommit } from '../io/git/commit.ts'
import { changesSince } from '../io/git/lineage.ts'
import { openTree } from '../io/git/tree.ts'
import type { Verified } from '../ui/verify.ts'
import type { Tree } from '../world.ts'

/** The tests of a task that count: as they were judged. */
export interface JudgedTests {
  /** Files that are others at HEAD, and who changed them last. */
  changed: Verified['changed']
  /** A commit with the files of this one and those tests; writes objects only. */
  on(commit: string): Promise<string>
}

/**
 * Takes tests at HEAD for judged where they are as a commit of this tool has left them: the task's own, or a later one that moved
 * them or kept an example. Of those that somebody else changed the last judged text counts.
 */
export async function judgedTests(
  root: string,
  head: Tree,
  commit: string,
  files: readonly string[],
): Promise<JudgedTests> {
  const changed: Verified['changed'] = []
  const texts = new Map<string, string>()
  for (const path of files) {
    const read = async (at: string) => JSON.stringify(await (await openTree(root, at)).read(path))
    const now = JSON.stringify(await head.read(path))
    const own = await read(commit)
    if (own === now) continue
    const changes = await changesSince(root, commit, head.commit, path)
    const judged = new Map([[own, commit]])
    // What a commit of ours was made from counts as well: on top of somebody's change it says nothing for that.
    for (const { commit: one, message } of changes.toReversed())
      if (isOurs(message) && judged.has(await read(`${one}^`))) judged.set(await read(one), one)
    const last = changes.find(({ message }) => !isOurs(message)) ?? changes[0]
    if (judged.has(now) || !last) continue
    changed.push({ path, commit: last.commit, subject: last.subject })
    const then = await (await openTree(root, [...judged.values()].at(-1) ?? commit)).read(path)
    if (then.kind === 'text') texts.set(path, then.text)
  }
  const changes = [...texts].map(([path, content]) => ({ path, action: 'replace' as const, content, blocks: [] }))
  return {
    changed,
    async on(at) {
      if (changes.length === 0) return at
      return (await makeCommit(root, { parent: at, changes, message: 'the tests that were judged' })).commit
    },
  }
}

/** Whether a commit of this tool speaks of a task, be it on its own or squashed with others. */
function isOurs(message: string): boolean {
  return taskCommits([{ hash: '', date: '', message, files: [], undoes: [] }]).length > 0
}
