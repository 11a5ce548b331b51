import { listTree, openTree } from '../git/tree.ts'
import type { Source } from './managers.ts'

/** The files of a commit, from git objects. */
export async function openSource(root: string, commit: string): Promise<Source> {
  const [entries, tree] = await Promise.all([listTree(root, commit), openTree(root, commit)])
  return {
    commit,
    paths: tree.paths,
    hashOf: (path) => entries.get(path)?.hash ?? null,
    async read(path) {
      const file = await tree.read(path)
      return file.kind === 'text' ? file.text : null
    },
  }
}
