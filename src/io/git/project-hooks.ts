import { posix } from 'node:path'
import { tryGit } from './git.ts'

/**
 * The project's own `pre-commit`: a tracked file in the folder that `core.hooksPath` of this repository names, or beside the one that
 * husky makes of it. Null: there is none, or it belongs to this machine alone.
 */
export async function projectHook(root: string, paths: readonly string[]): Promise<string | null> {
  const set = await tryGit(root, ['config', '--local', 'core.hooksPath'])
  if (!set.ok) return null
  const dir = posix.normalize(set.stdout.toString('utf8').trim()).replace(/\/$/, '').replace(/\/_$/, '')
  const path = `${dir}/pre-commit`
  return paths.includes(path) ? path : null
}
