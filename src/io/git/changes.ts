import type { FileChange } from '../../core/patch/patch.ts'
import { openBlobs } from './blobs.ts'
import { gitBuffer } from './git.ts'
import { decodeBlob } from './tree.ts'

/** Modes of plain files; the others are symbolic links and submodules. */
const REGULAR = ['100644', '100755']

/** What a commit changed against its first parent. Files that are not text cannot come from us and are left out. */
export function changesOf(root: string, commit: string): Promise<FileChange[]> {
  return changesBetween(root, `${commit}^1`, commit)
}

/** What makes one tree into the other. Files that are not text are left out. */
export async function changesBetween(root: string, from: string, to: string): Promise<FileChange[]> {
  const out = await gitBuffer(root, ['diff-tree', '-r', '-z', '--no-renames', '--raw', from, to])
  const fields = out.toString('utf8').split('\0')
  const blobs = openBlobs(root)
  const changes: FileChange[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode = '', , blob = '', status] = fields[i]!.split(' ')
    const path = fields[i + 1]!
    if (status === 'D') changes.push({ path, action: 'delete', content: null, blocks: [] })
    if (!REGULAR.includes(mode)) continue
    const file = decodeBlob(await blobs.read(blob))
    if (file.kind === 'text')
      changes.push({ path, action: status === 'A' ? 'create' : 'edit', content: file.text, blocks: [] })
  }
  return changes
}
