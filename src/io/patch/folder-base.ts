import { join } from 'node:path'
import type { BaseFile } from '../../core/patch/patch.ts'
import { foldPath, parentsOf } from '../../core/patch/safe-path.ts'
import { decodeBlob } from '../git/tree.ts'
import type { FileLayer } from './file-layer.ts'

export interface FolderBase {
  read(path: string): BaseFile
  twin(path: string): string | null
  exists(path: string): boolean
  isFolder(path: string): boolean
}

/** A folder on the disk as the base of a patch. `root`: its path, links resolved. Links inside are never followed. */
export function folderBase(files: FileLayer, root: string, longest: number): FolderBase {
  const listings = new Map<string, string[]>()
  const namesIn = (folder: string) => {
    const known = listings.get(folder) ?? files.readdir(join(root, folder)) ?? []
    listings.set(folder, known)
    return known
  }
  return {
    read(path) {
      const above = parentsOf(path).find((parent) => !(files.lstat(join(root, parent))?.isDirectory() ?? true))
      if (above !== undefined) return { kind: 'absent' }
      const stats = files.lstat(join(root, path))
      if (stats === null) return { kind: 'absent' }
      if (stats.isSymbolicLink()) return { kind: 'link' }
      // A nested repository is a file to this one: no patch goes through it.
      if (stats.isDirectory()) return namesIn(path).includes('.git') ? { kind: 'binary' } : { kind: 'absent' }
      // A pipe would block whoever reads it; a file beyond all limits is not loaded to be refused.
      if (!stats.isFile() || stats.size > 4 * longest) return { kind: 'binary' }
      return decodeBlob(files.read(join(root, path)))
    },
    twin(path) {
      const segments = path.split('/')
      for (const [k, segment] of segments.entries()) {
        const folder = segments.slice(0, k).join('/')
        const names = namesIn(folder)
        if (names.includes(segment)) continue
        const twin = names.find((name) => foldPath(name) === foldPath(segment))
        return twin === undefined ? null : [...segments.slice(0, k), twin].join('/')
      }
      return null
    },
    isFolder: (path) => files.lstat(join(root, path))?.isDirectory() ?? false,
    exists: (path) => files.lstat(join(root, path)) !== null,
  }
}
