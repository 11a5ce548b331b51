import { realpath } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'
import type { Config } from '../../core/config.ts'
import { placeOf } from '../../core/config-place.ts'
import { UserError } from '../../core/errors.ts'
import { gitBuffer, tryGit } from '../git/git.ts'

/** A git-ignored path of the checkout that appears in the box. */
export interface Carried {
  path: string
  mode: 'read-only' | 'overlay'
}

/**
 * Reads `carry:`. Throws UserError for a path that may not be carried, with status `environment` for one that is only
 * missing on this machine.
 */
export async function readCarry(repository: string, config: Config): Promise<Carried[]> {
  const carried: Carried[] = []
  for (const [index, entry] of (config.carry ?? []).entries()) {
    const { path: given, mode } = typeof entry === 'string' ? { path: entry, mode: 'read-only' as const } : entry
    const path = normalize(given).replace(/^\.\/|\/+$/g, '')
    await refuse(repository, { given, path, at: placeOf(config, 'carry', index) }, carried)
    carried.push({ path, mode })
  }
  return carried
}

interface Given {
  /** As it is written. */
  given: string
  path: string
  at: string
}

async function refuse(repository: string, { given, path, at }: Given, others: Carried[]): Promise<void> {
  const wrong = (problem: string) => new UserError(`${at}: \`carry: ${given}\`: ${problem}`)
  if (given.startsWith('/') || path === '..' || path.startsWith('../'))
    throw wrong('expected a path inside the repository; what lies elsewhere is shown with `show:`.')
  if (path === '.' || path === '') throw wrong('expected a path below the top of the repository.')
  if (/[\n\0]/.test(path)) throw wrong('a path cannot hold a line break.')
  const first = path.split('/')[0]!.toLowerCase()
  if (first === '.git' || first === '.agent') throw wrong(`${first} is never shown in the box.`)
  const clash = others.find(
    (other) => `${path}/`.startsWith(`${other.path}/`) || `${other.path}/`.startsWith(`${path}/`),
  )
  if (clash) throw wrong(`${clash.path} is carried already.`)
  const tracked = await gitBuffer(repository, ['--literal-pathspecs', 'ls-files', '-z', '--', path])
  if (tracked.length > 0) {
    const name = tracked.toString('utf8').split('\0')[0]!
    throw wrong(
      `${name === path ? 'it' : name} is tracked by git, so the box has it from the commit; carry what git ignores.`,
    )
  }
  const real = await realpath(join(repository, path)).catch(() => null)
  if (real === null)
    throw new UserError(
      `${at}: \`carry: ${given}\`: there is no such path in ${repository}. Make it as you would to run the tests by hand, or take it out of \`carry:\`.`,
      'environment',
    )
  const ignored = await tryGit(repository, ['check-ignore', '--quiet', '--', path])
  if (!ignored.ok) throw wrong('git does not ignore it; commit it, or add it to .gitignore.')
  const home = await realpath(repository)
  // Dependencies are commonly linked; where they lead is shown as for those that are found.
  if (!real.startsWith(home + sep) && !/(^|\/)node_modules$/.test(path))
    throw wrong(`it is a link to ${real}, outside of the repository; name that with \`show:\`.`)
}
