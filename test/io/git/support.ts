import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { FileChange } from '../../../src/core/patch/patch.ts'
import { openRepository, type Repository } from '../../../src/io/git/repository.ts'

export interface Repo extends Repository {
  /** A folder around the checkout, gone afterwards. */
  around: string
  /** Runs git as the user would; answers stdout without the last line end. */
  git(...args: string[]): string
  write(files: Record<string, string | Buffer>): Promise<void>
  /** Commits all that is there; answers the commit. */
  commit(message?: string): string
  head(): string
}

/** A folder for one test, without the configuration of this machine. */
export async function scratch(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'specproof-git-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  await writeFile(join(folder, 'gitconfig'), '')
  vi.stubEnv('GIT_CONFIG_GLOBAL', join(folder, 'gitconfig'))
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1')
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  onTestFinished(() => void vi.unstubAllEnvs())
  return folder
}

/** A repository with one commit on `main`. */
export async function makeRepo(files: Record<string, string | Buffer> = { 'a.txt': 'one\n' }): Promise<Repo> {
  const around = await scratch()
  const root = join(around, 'project')
  await mkdir(root)
  gitIn(root, 'init', '--quiet', '--initial-branch=main')
  gitIn(root, 'config', 'user.name', 'Ada')
  gitIn(root, 'config', 'user.email', 'ada@example.invalid')
  await writeFiles(root, files)
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '--message', 'base')
  return {
    ...(await openRepository(root)),
    around,
    git: (...args) => gitIn(root, ...args),
    write: (more) => writeFiles(root, more),
    commit(message = 'more') {
      gitIn(root, 'add', '--all')
      gitIn(root, 'commit', '--quiet', '--message', message)
      return gitIn(root, 'rev-parse', 'HEAD')
    },
    head: () => gitIn(root, 'rev-parse', 'HEAD'),
  }
}

export function gitIn(dir: string, ...args: string[]): string {
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  return execFileSync('git', args, { cwd: dir, stdio: [...stdio], encoding: 'utf8' }).replace(/\n$/, '')
}

async function writeFiles(root: string, files: Record<string, string | Buffer>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}

export const executable = (path: string) => chmod(path, 0o755)

export function creates(path: string, content: string): FileChange {
  return { path, action: 'create', content, blocks: [] }
}

export function edits(path: string, content: string): FileChange {
  return { path, action: 'edit', content, blocks: [] }
}

export function deletes(path: string): FileChange {
  return { path, action: 'delete', content: null, blocks: [] }
}

/** Every file below a folder by its hash, mode or link target; `.git/objects` apart, to which everything may add. */
export async function everyFile(dir: string, below = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of await readdir(join(dir, below))) {
    const path = below ? `${below}/${name}` : name
    if (path.endsWith('.git/objects')) continue
    const stat = await lstat(join(dir, path))
    if (stat.isDirectory()) Object.assign(found, await everyFile(dir, path))
    else if (stat.isSymbolicLink()) found[path] = `-> ${await readlink(join(dir, path))}`
    else {
      const hash = createHash('sha256').update(await readFile(join(dir, path)))
      found[path] = `${stat.mode.toString(8)} ${hash.digest('hex')}`
    }
  }
  return found
}
