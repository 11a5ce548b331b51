import type { BaseFile, FileChange } from '../core/patch/patch.ts'
import type { Tree } from '../world.ts'

/** Reads a tree as it would be after `changes`. */
export function readerOf(tree: Tree, changes: FileChange[]): (path: string) => Promise<BaseFile> {
  const changed = new Map(changes.map((change) => [change.path, change]))
  return async (path) => {
    const change = changed.get(path)
    if (!change) return tree.read(path)
    return change.content === null ? { kind: 'absent' } : { kind: 'text', text: change.content }
  }
}

/** Later changes of a path replace earlier ones; what was created stays a creation. */
export function mergeChanges(...lists: FileChange[][]): FileChange[] {
  const merged = new Map<string, FileChange>()
  for (const change of lists.flat()) {
    const before = merged.get(change.path)
    const action = before?.action === 'create' && change.content !== null ? 'create' : change.action
    merged.set(change.path, { ...change, action })
  }
  return [...merged.values()]
}

export function pathsOf(tree: Tree, changes: FileChange[]): string[] {
  const paths = new Set(tree.paths)
  for (const change of changes) {
    if (change.content === null) paths.delete(change.path)
    else paths.add(change.path)
  }
  return [...paths].sort()
}
