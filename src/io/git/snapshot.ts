import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { git } from './git.ts'

/**
 * A commit of what lies in the checkout now, changes and new files included, ignored ones left out, on top of `parent`.
 * Writes objects only: no ref, index or file of the user changes. Answers the commit.
 */
export async function snapshot(root: string, parent: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'specproof-index-'))
  const index = join(scratch, 'index')
  const env = { GIT_INDEX_FILE: index }
  try {
    const own = resolve(root, (await git(root, ['rev-parse', '--git-path', 'index'])).trim())
    // With the user's index git need not read what has not changed; a repository without one begins from nothing.
    await copyFile(own, index).catch(() => {})
    await git(root, ['add', '--all', '--', '.'], { env })
    const tree = (await git(root, ['write-tree'], { env })).trim()
    const who = { GIT_AUTHOR_NAME: 'specproof', GIT_AUTHOR_EMAIL: 'specproof@localhost' }
    const committer = { GIT_COMMITTER_NAME: 'specproof', GIT_COMMITTER_EMAIL: 'specproof@localhost' }
    const message = 'The checkout as it is\n'
    const made = await git(root, ['commit-tree', tree, '-p', parent], {
      input: message,
      env: { ...who, ...committer },
    })
    return made.trim()
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
