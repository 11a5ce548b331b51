import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeBoxGit } from '../git/box-git.ts'
import { git, gitBuffer } from '../git/git.ts'
import type { Repository } from '../git/repository.ts'
import { runProgram } from '../run-program.ts'

/**
 * Puts the files of a commit into `dir`, with a `.git` of one commit: some set-ups ask git for a version, and it tells
 * afterwards what is new. `scratch` is an empty folder on the same file system.
 */
export async function materialise({ root }: Repository, commit: string, dir: string, scratch: string): Promise<void> {
  await mkdir(dir)
  const env = { GIT_INDEX_FILE: join(scratch, 'index') }
  const whole = ['-c', 'core.sparseCheckout=false']
  await git(root, [...whole, 'read-tree', commit], { env })
  await git(root, [...whole, 'checkout-index', '--all', `--prefix=${dir}/`], { env })
  await rename(await makeBoxGit(root, commit, scratch), join(dir, '.git'))
  await rm(env.GIT_INDEX_FILE, { force: true })
}

/** Moves all that is new in a tree, top-most folders as wholes, to `to`. Answers their paths. */
export async function takeProducts(tree: string, to: string): Promise<string[]> {
  // A watcher that the user has configured would go on in a folder that is about to be gone.
  const args = [
    '-c',
    'core.fsmonitor=false',
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--ignored=traditional',
    '--untracked-files=normal',
  ]
  const entries = (await gitBuffer(tree, args)).toString('utf8').split('\0')
  const found = entries.filter((entry) => /^(!!|\?\?) /.test(entry)).map((entry) => entry.slice(3).replace(/\/$/, ''))
  const products = found.filter((path) => !found.some((other) => path.startsWith(`${other}/`))).sort()
  await mkdir(to)
  for (const path of products) {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await rename(join(tree, path), join(to, path))
  }
  // As root the payload is somebody else.
  if (process.geteuid?.() === 0) {
    const { exitCode, stderr } = await runProgram('chmod', ['-R', 'u+rwX,go+rX', '--', to])
    if (exitCode !== 0) throw new Error(`the mode of ${to} cannot be changed: ${stderr}`)
  }
  return products
}
