import { execFileSync } from 'node:child_process'
import type { RealChange } from './patch-noise.ts'

const LONGEST = 200_000

function git(root: string, ...args: string[]): Buffer {
  return execFileSync('git', args, { cwd: root, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })
}

/**
 * Text files that commits of a repository changed, newest first, at most `limit`. Files whose changes the formats cannot say
 * (the end without a newline, other line endings) are left out, and so is what is not there in a shallow clone.
 */
export function realChanges(root: string, limit: number): RealChange[] {
  const found: RealChange[] = []
  for (const commit of commitsOf(root)) {
    if (found.length >= limit) break
    const raw = git(root, 'diff-tree', '-r', '-z', '--no-renames', '--raw', '--diff-filter=M', commit).toString()
    const fields = raw.split('\0').slice(1)
    for (let k = 0; k + 1 < fields.length; k += 2) {
      const [, , from = '', to = ''] = fields[k]!.split(' ')
      const change = changeOf(root, fields[k + 1]!, from, to)
      if (change !== null) found.push(change)
    }
  }
  return found.slice(0, limit)
}

/** None where there is no repository, as in an unpacked archive. */
function commitsOf(root: string): string[] {
  try {
    return git(root, 'rev-list', '--no-merges', '--max-count=600', 'HEAD').toString().trim().split('\n')
  } catch {
    return []
  }
}

function changeOf(root: string, path: string, from: string, to: string): RealChange | null {
  if (!/^[\w./-]+\.\w+$/.test(path)) return null
  let texts: string[]
  try {
    texts = [from, to].map((hash) =>
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(git(root, 'cat-file', 'blob', hash)),
    )
  } catch {
    return null
  }
  const [before = '', after = ''] = texts
  if ([before, after].some((text) => text.length > LONGEST || text === '' || text.includes('\0'))) return null
  const endsAlike = before.endsWith('\n') === after.endsWith('\n')
  const eolsAlike = new Set([before, after].map((text) => text.includes('\r'))).size === 1
  return endsAlike && eolsAlike && before !== after ? { path, before, after } : null
}
