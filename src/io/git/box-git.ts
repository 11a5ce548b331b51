import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from './git.ts'

/**
 * Makes the `.git` that the payload sees: one commit with the base's files, no history, no remotes, no configuration
 * of the user. Answers its folder.
 */
export async function makeBoxGit(root: string, commonDir: string, commit: string, scratch: string): Promise<string> {
  const home = join(scratch, 'box-git')
  // One run works on several bases, one after the other.
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  const lonely = await git(root, ['commit-tree', `${commit}^{tree}`, '-m', 'base'])
  await git(home, ['init', '--quiet', '--template=', '--initial-branch=main', '.'])
  await git(home, [
    '-c',
    'protocol.file.allow=always',
    'fetch',
    '--quiet',
    '--no-tags',
    '--upload-pack=git -c uploadpack.allowAnySHA1InWant=true upload-pack',
    commonDir,
    `${lonely}:refs/heads/main`,
    '--update-head-ok',
  ])
  const dir = join(home, '.git')
  await git(home, ['read-tree', 'HEAD'])
  await rm(join(dir, 'FETCH_HEAD'), { force: true })
  return dir
}
