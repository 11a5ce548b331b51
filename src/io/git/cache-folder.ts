import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { shortName } from '../../core/hash.ts'
import type { Repository } from './repository.ts'

/** Attempt trees live here, never inside the repository: editors, watchers and test runners of the user would see them. */
export function cacheFolder({ root }: Pick<Repository, 'root'>, env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(base, 'specproof', `${basename(root)}-${shortName(root)}`)
}
