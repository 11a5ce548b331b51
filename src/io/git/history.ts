import type { LoggedCommit } from '../../core/trace/evidence.ts'
import { git, tryGit } from './git.ts'

/** Four fields and a NUL behind each, which no message can hold. */
const FORMAT = '--format=%H%x00%P%x00%cI%x00%B%x00'

/**
 * The commits of HEAD that speak of tasks or of reverts, newest first, each after all that build on it. Two processes, however long the
 * history is, and one more for each merge that was reverted. Empty where nothing is committed.
 */
export async function readHistory(root: string): Promise<LoggedCommit[]> {
  const words = ['--extended-regexp', '--grep=^Task: ', '--grep=^This reverts commit ']
  const args = [
    'log',
    '--topo-order',
    '--no-show-signature',
    '--no-patch',
    '--encoding=UTF-8',
    ...words,
    FORMAT,
    'HEAD',
  ]
  const log = await tryGit(root, args)
  if (!log.ok) return []
  const fields = log.stdout.toString('utf8').split('\0')
  const commits: (LoggedCommit & { parents: string[] })[] = []
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [hash = '', parents = '', date = '', message = ''] = fields.slice(at, at + 4)
    const undoes = await undoneBy(root, message)
    commits.push({ hash: hash.trim(), parents: parents.split(' '), date, message, files: [], undoes })
  }
  const files = await changedFiles(
    root,
    commits.filter(({ undoes }) => undoes.length === 0).map(({ hash }) => hash),
  )
  return commits.map(({ parents: _, ...commit }) => ({ ...commit, files: files.get(commit.hash) ?? [] }))
}

/** What `git revert` writes; the second hash is there where a merge was taken back: all commits between the two go. */
function revertsIn(message: string): { commit: string; from: string | null }[] {
  const words = /^This reverts commit ([0-9a-f]{7,64})\b(?:,\s+reversing\s+changes\s+made\s+to\s+([0-9a-f]{7,64})\b)?/gm
  return [...message.matchAll(words)].map((match) => ({ commit: match[1]!, from: match[2] ?? null }))
}

async function undoneBy(root: string, message: string): Promise<string[]> {
  const undone: string[] = []
  for (const { commit, from } of revertsIn(message)) {
    undone.push(commit)
    if (from === null) continue
    // A merge taken back takes back all that it brought.
    const brought = await tryGit(root, ['rev-list', '--end-of-options', commit, `^${from}`])
    if (brought.ok) undone.push(...brought.stdout.toString('utf8').split('\n').filter(Boolean))
  }
  return undone
}

/** Paths that each commit changed against its parent; a merge is left out. */
async function changedFiles(root: string, commits: readonly string[]): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>()
  if (commits.length === 0) return files
  const args = ['diff-tree', '--stdin', '-r', '-z', '--root', '--no-renames', '--no-ext-diff', '--name-only']
  const out = await git(root, args, { input: `${commits.join('\n')}\n` })
  const known = new Set(commits)
  let current: string[] = []
  for (const field of out.split('\0')) {
    if (known.has(field)) {
      current = []
      files.set(field, current)
    } else if (field !== '') current.push(field)
  }
  return files
}
