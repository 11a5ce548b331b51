import { isAbsolute } from 'node:path'
import type { Spec } from '../core/spec/spec.ts'
import { openRepository, uncommitted } from '../io/git/repository.ts'
import { oneLine } from '../ui/format.ts'
import { readFromWords } from '../ui/read-from.ts'

/** Files of these specs and of their steering that differ from HEAD; none where the folder belongs to no repository. */
export async function changedFiles(cwd: string, specs: readonly Pick<Spec, 'dir' | 'steering'>[]): Promise<string[]> {
  const own = specs.flatMap(({ dir, steering }) => [dir, ...steering.map(({ path }) => path)])
  // Of a folder in another repository nobody here runs anything.
  const places = [...new Set(own)].filter((path) => !isAbsolute(path))
  if (places.length === 0) return []
  const { root } = await openRepository(cwd).catch(() => ({ root: null }))
  return root === null ? [] : uncommitted(root, places)
}

/** What a run does not see of specs that were read on the disk; empty where it sees all. */
export function readHere(uncommitted: readonly string[], seeAll: string | null): string {
  return readFromWords('the checkout', uncommitted, seeAll)
    .map((line) => `${oneLine(line)}\n`)
    .join('')
}
