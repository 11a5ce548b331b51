import { realpath } from 'node:fs/promises'
import { UserError } from '../../core/errors.ts'
import { tryGit } from './git.ts'

/** The folder may belong to somebody else, whose programs are not to be started. */
const SAFELY = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false']

/**
 * Those of `paths` (relative to `dir`, none beyond a symbolic link) that git ignores and does not track. None where `dir`
 * is in no checkout, or is itself ignored by one that it happens to lie in.
 */
export async function ignoredPaths(dir: string, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return []
  const top = await tryGit(dir, [...SAFELY, 'rev-parse', '--show-toplevel'])
  if (!top.ok) return []
  const root = await realpath(top.stdout.toString('utf8').replace(/\n$/, ''))
  const inner = (await realpath(dir)) !== root
  if (inner && (await tryGit(dir, [...SAFELY, 'check-ignore', '-q', '.'])).ok) return []
  const input = paths.map((path) => `./${path}\0`).join('')
  const asked = await tryGit(dir, [...SAFELY, 'check-ignore', '-z', '--stdin'], { input })
  const none = !asked.ok && asked.message === ''
  if (!asked.ok && !none) throw new UserError(`git cannot say what it ignores in ${dir}: ${asked.message}`, 'git')
  const named = asked.stdout.toString('utf8').split('\0').filter(Boolean)
  return named.map((path) => path.replace(/^\.\//, ''))
}
