import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes a tree even where the payload took its own permissions away. */
export async function removeTree(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true })
  } catch {
    await unlock(dir)
    await rm(dir, { recursive: true, force: true })
  }
}

async function unlock(dir: string): Promise<void> {
  const top = await lstat(dir).catch(() => null)
  if (!top?.isDirectory()) return
  await chmod(dir, 0o700)
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    const stat = await lstat(path)
    if (stat.isDirectory()) await unlock(path)
  }
}
