import { readdir, readFile } from 'node:fs/promises'
import type { FileChange } from '../../core/patch/patch.ts'
import { git, gitBuffer, tryGit } from './git.ts'
import { decodeBlob } from './tree.ts'

/** Modes of plain files; the others are symbolic links and submodules. */
const REGULAR = ['100644', '100755']

/** What a commit changed against its first parent. Files that are not text cannot come from us and are left out. */
export function changesOf(root: string, commit: string): Promise<FileChange[]> {
  return changesBetween(root, `${commit}^1`, commit)
}

/** What makes one tree into the other. Files that are not text are left out. */
export async function changesBetween(root: string, from: string, to: string): Promise<FileChange[]> {
  const out = await gitBuffer(root, ['diff-tree', '-r', '-z', '--no-renames', '--raw', from, to])
  const fields = out.toString('utf8').split('\0')
  const changes: FileChange[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode = '', , blob = '', status] = fields[i]!.split(' ')
    const path = fields[i + 1]!
    if (status === 'D') changes.push({ path, action: 'delete', content: null, blocks: [] })
    if (!REGULAR.includes(mode)) continue
    const file = decodeBlob(await gitBuffer(root, ['cat-file', 'blob', blob]))
    if (file.kind === 'text')
      changes.push({ path, action: status === 'A' ? 'create' : 'edit', content: file.text, blocks: [] })
  }
  return changes
}

/** Owner and mode change when a tree is handed to the payload. */
const CONTENTS_ONLY = [
  'core.fileMode=false',
  'core.ignoreStat=false',
  'core.fsmonitor=false',
  'core.sparseCheckout=false',
].flatMap((setting) => ['-c', setting])

/** Tracked files of a worktree that no longer hold what its commit holds. */
export async function modifiedFiles(root: string, dir: string): Promise<string[]> {
  // The repository is named outright: git refuses to search for one in a folder that belongs to the payload's user.
  const gitDir = await worktreeGitDir(root, dir)
  // A new index knows no times and sizes, so every file is read: what the payload set its files' times to is no matter.
  const env = { GIT_DIR: gitDir, GIT_WORK_TREE: dir, GIT_INDEX_FILE: `${gitDir}/index-of-contents` }
  await git(root, [...CONTENTS_ONLY, 'read-tree', 'HEAD'], { env })
  await tryGit(root, [...CONTENTS_ONLY, 'update-index', '-q', '--refresh'], { env })
  const out = await gitBuffer(root, [...CONTENTS_ONLY, 'diff-files', '--name-only', '-z'], { env })
  return out
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')
}

async function worktreeGitDir(root: string, dir: string): Promise<string> {
  const common = await git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir'])
  for (const name of await readdir(`${common}/worktrees`)) {
    const pointer = await readFile(`${common}/worktrees/${name}/gitdir`, 'utf8').catch(() => '')
    if (pointer.trim() === `${dir}/.git`) return `${common}/worktrees/${name}`
  }
  throw new Error(`no worktree is registered at ${dir}`)
}
