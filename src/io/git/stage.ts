import { readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { git } from './git.ts'

/**
 * Puts files of the checkout into the index as they are, so that a commit that holds the same can become HEAD. Answers what puts the
 * index back.
 */
export async function stage(root: string, paths: readonly string[]): Promise<() => Promise<void>> {
  const index = resolve(root, (await git(root, ['rev-parse', '--git-path', 'index'])).trim())
  const before = await readFile(index).catch(() => null)
  // Without a path, all of the checkout would be meant.
  if (paths.length > 0) await git(root, ['--literal-pathspecs', 'add', '--all', '--', ...paths])
  return () => (before === null ? rm(index, { force: true }) : writeFile(index, before))
}
