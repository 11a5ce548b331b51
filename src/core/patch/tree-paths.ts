import { foldPath, parentsOf } from './safe-path.ts'

/**
 * What a list of all files says about other paths: how the tree spells a path that differs from it only in case or Unicode
 * form (null: it holds the path itself, or none like it), and whether a path is one of its folders.
 */
export function treePaths(paths: readonly string[]): {
  twin: (path: string) => string | null
  isFolder: (path: string) => boolean
} {
  const folders = new Set(paths.flatMap(parentsOf))
  const spelt = new Map([...folders, ...paths].map((path) => [foldPath(path), path]))
  const known = new Set([...folders, ...paths])
  return {
    isFolder: (path) => folders.has(path),
    twin(path) {
      const strange = [...parentsOf(path), path].find((one) => !known.has(one))
      return strange === undefined ? null : (spelt.get(foldPath(strange)) ?? null)
    },
  }
}
