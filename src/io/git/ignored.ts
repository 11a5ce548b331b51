import { realpath } from 'node:fs/promises'
import { UserError } from '../../core/errors.ts'
import { tryGit } from './git.ts'

/** The folder may belong to somebody else, whose programs are not to be started. */
const SAFELY = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false']

/**
 * Those of `paths` (relative to `dir`) that git ignores and does not track. None where `dir`
 * is in no checkout, or is itself ignored by one that it happens to lie in.
 */
export async function ignoredPaths(dir: string, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return []
  const top = await tryGit(dir, [...SAFELY, 'rev-parse', '--show-toplevel'])
  if (!top.ok) return []
  const root = await realpath(top.stdout.toString('utf8').replace(/\n$/, ''))
  const inner = (await realpath(dir)) !== root
  if (inner && (await tryGit(dir, [...SAFELY, 'check-ignore', '-q', '.'])).ok) return []
  const ask = (some: readonly string[]) =>
    tryGit(dir, [...SAFELY, 'check-ignore', '-z', '--stdin'], { input: some.map((path) => `./${path}\0`).join('') })
  const named = (stdout: Buffer) =>
    stdout
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map((path) => path.replace(/^\.\//, ''))
  const asked = await ask(paths)
  if (asked.ok || asked.message === '') return named(asked.stdout)
  // One path that git cannot judge, because it lies beyond a link, say, must not keep it from judging the others.
  const found: string[] = []
  for (const path of paths) {
    const { ok, stdout, message } = await ask([path])
    if (ok) found.push(...named(stdout))
    else if (message !== '' && !/beyond a symbolic link|in submodule|outside repository/.test(message))
      throw new UserError(`git cannot say what it ignores in ${dir}: ${message}`, 'git')
  }
  return found
}
