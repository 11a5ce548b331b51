import { readdir, readFile } from 'node:fs/promises'
import type { FileChange } from '../../core/patch/patch.ts'
import { git, gitBuffer, tryGit } from './git.ts'
import { decodeBlob } from './tree.ts'

/** What a commit changed against its first parent. Files that are not text cannot come from us and are left out. */
export async function changesOf(root: string, commit: string): Promise<FileChange[]> {
  const out = await git(root, ['diff-tree', '-r', '-z', '--no-renames', '--no-commit-id', '--name-status', commit])
  const fields = out.split('\0')
  const changes: FileChange[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const status = fields[i]!
    const path = fields[i + 1]!
    if (status === 'D') {
      changes.push({ path, action: 'delete', content: null, blocks: [] })
      continue
    }
    const file = decodeBlob(await gitBuffer(root, ['cat-file', 'blob', `${commit}:${path}`]))
    if (file.kind === 'text')
      changes.push({ path, action: status === 'A' ? 'create' : 'edit', content: file.text, blocks: [] })
  }
  return changes
}

/** Tracked files of a worktree that no longer hold what its commit holds. */
export async function modifiedFiles(root: string, dir: string): Promise<string[]> {
  // The repository is named outright: git refuses to search for one in a folder that belongs to the payload's user.
  const gitDir = await worktreeGitDir(root, dir)
  const env = { GIT_DIR: gitDir, GIT_WORK_TREE: dir }
  // Ownership changed when the tree was handed to the payload; only contents count.
  await tryGit(root, ['update-index', '-q', '--refresh'], { env })
  const out = await git(root, ['-c', 'core.fileMode=false', 'diff-files', '--name-only', '-z'], { env })
  return out.split('\0').filter((path) => path !== '')
}

async function worktreeGitDir(root: string, dir: string): Promise<string> {
  const common = await git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir'])
  for (const name of await readdir(`${common}/worktrees`)) {
    const pointer = await readFile(`${common}/worktrees/${name}/gitdir`, 'utf8').catch(() => '')
    if (pointer.trim() === `${dir}/.git`) return `${common}/worktrees/${name}`
  }
  throw new Error(`no worktree is registered at ${dir}`)
}
