import { access, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** All branches of ours lie below it. */
export const OURS = 'refs/heads/specproof/'

/**
 * Whether the repository of a checkout may have a branch of ours. False only where git's files hold none for sure: most repositories
 * have none most of the time, and a look is a tenth of a process.
 */
export async function mayHaveOurs(root: string): Promise<boolean> {
  const common = await commonDirOf(root)
  if (common === null || (await isThere(join(common, 'reftable')))) return true
  // In this order: git writes one into the file of all before it removes its own.
  if (await holdsFiles(join(common, OURS))) return true
  const packed = await readFile(join(common, 'packed-refs'), 'latin1').catch(absentIs(''))
  return packed === null || packed.includes(` ${OURS}`)
}

/** The folder where all worktrees of the repository keep their branches; null: it is not told by files as we know them. */
async function commonDirOf(root: string): Promise<string | null> {
  const place = join(root, '.git')
  const pointer = await readFile(place, 'utf8').catch((error) => (error.code === 'EISDIR' ? '' : null))
  if (pointer === null) return null
  const dir = pointer === '' ? place : resolve(root, /^gitdir: (.*)$/m.exec(pointer)?.[1] ?? '.git')
  const common = await readFile(join(dir, 'commondir'), 'utf8').catch(absentIs('.'))
  return common === null ? null : resolve(dir, common.trim())
}

async function holdsFiles(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absentIs([]))
  if (entries === null) return true
  for (const entry of entries) {
    if (!entry.isDirectory() || (await holdsFiles(join(folder, entry.name)))) return true
  }
  return false
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )

/** Null for every other trouble. */
function absentIs<T>(value: T): (error: NodeJS.ErrnoException) => T | null {
  return (error) => (error.code === 'ENOENT' ? value : null)
}
