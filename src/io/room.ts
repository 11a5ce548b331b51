import { statfs } from 'node:fs/promises'

/** With less than this nothing can be done that is worth it, bytes. */
const LEAST = 1024 ** 2

/** That a folder's file system is full, in words; null: it is not, or cannot be asked. Programs seldom say why they could not write. */
export async function noRoomAt(folder: string): Promise<string | null> {
  const { bavail, bsize, files, ffree } = await statfs(folder).catch(() => ({
    bavail: 1,
    bsize: LEAST,
    files: 0,
    ffree: 0,
  }))
  if (bavail * bsize < LEAST) return `No space left on device (${Math.floor((bavail * bsize) / 1024)} KB at ${folder})`
  return files > 0 && ffree === 0 ? `No space left on device (no inode at ${folder})` : null
}
