import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UserError } from '../../core/errors.ts'
import type { Head } from '../../world.ts'
import { gitBuffer, tryGit } from './git.ts'

export interface Repository {
  /** Top folder of the user's checkout, links resolved. */
  root: string
  /** The folder shared by all worktrees of this repository. */
  commonDir: string
}

/** Finds the repository that holds `cwd`. Throws UserError where there is none. */
export async function openRepository(cwd: string): Promise<Repository> {
  return (await openAtHead(cwd)).repository
}

const HEAD = ['--quiet', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD']

/** The same by one process, with HEAD as it was then; null: nothing is committed, or it takes a second look. */
export async function openAtHead(cwd: string): Promise<{ repository: Repository; head: Head | null }> {
  const folder = await stat(cwd).catch(() => null)
  if (!folder?.isDirectory()) throw new UserError(`There is no folder ${cwd}.`)
  const found = await tryGit(cwd, ['rev-parse', '--show-toplevel', '--git-common-dir', ...HEAD])
  const [top, common, ...head] = found.stdout.toString('utf8').trim().split('\n')
  if (!found.ok && !common) {
    if (/dubious ownership/.test(found.message)) throw new UserError(found.message, 'git')
    if (/must be run in a work tree/.test(found.message))
      throw new UserError(`${cwd} lies in a bare repository or in a .git folder; a checkout is needed.`, 'git')
    throw new UserError(`${cwd} is not inside a git repository. Run \`git init\` and commit your spec first.`, 'git')
  }
  if (!top || !common) throw new Error(`git names no repository for ${cwd}`)
  const [root, commonDir] = await Promise.all([realpath(top), realpath(resolve(cwd, common))])
  return { repository: { root, commonDir }, head: found.ok ? headIn(head) : null }
}

/** Null: something else is called HEAD as well, a branch of that name. */
function headIn([commit = '', name]: string[]): Head | null {
  if (name?.startsWith('refs/')) return { branch: name, commit }
  return name === 'HEAD' ? { branch: null, commit } : null
}

export async function readHead(root: string): Promise<Head> {
  const said = await tryGit(root, ['rev-parse', ...HEAD])
  if (!said.ok) {
    throw new UserError(
      'This repository has no commit yet. Commit your spec and project first: `git add -A && git commit`.',
      'git',
    )
  }
  const told = said.stdout.toString('utf8').trim().split('\n')
  const head = headIn(told)
  if (head !== null) return head
  const branch = await tryGit(root, ['symbolic-ref', '--quiet', 'HEAD'])
  return { branch: branch.ok ? branch.stdout.toString('utf8').trim() : null, commit: told[0] ?? '' }
}

/** Whether a commit and its tree are there: one that no ref names may have been cleared away. */
export async function hasCommit(root: string, commit: string): Promise<boolean> {
  return (await tryGit(root, ['cat-file', '-e', `${commit}^{tree}`])).ok
}

/** Paths under `dirs` that differ from HEAD in the index or the checkout, untracked ones included. */
export async function uncommitted(root: string, dirs: string[]): Promise<string[]> {
  // A folder's name may look like a pattern.
  const args = [
    '--literal-pathspecs',
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--',
    ...dirs,
  ]
  const entries = (await gitBuffer(root, args)).toString('utf8').split('\0')
  return entries.filter((entry) => entry.length > 3).map((entry) => entry.slice(3))
}

/** Throws UserError when git knows no author: found out before money is spent, not when the commit is made. */
export async function requireIdentity(root: string): Promise<void> {
  if (await hasName(root)) return
  const asked = ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map((ident) => tryGit(root, ['var', ident]))
  if ((await Promise.all(asked)).every(({ ok }) => ok)) return
  throw new UserError(
    'git does not know who commits. Set it: `git config user.name "..."` and `git config user.email "..."`.',
    'git',
  )
}

/** Whether the settings name a person in plain words. Where they do not, git may still find one. */
async function hasName(root: string): Promise<boolean> {
  if (Object.keys(process.env).some((name) => /^GIT_(AUTHOR|COMMITTER)_/.test(name))) return false
  const set = await tryGit(root, ['config', '--null', '--get-regexp', '^(user|author|committer)\\.(name|email)$'])
  const told = new Map(
    set.stdout
      .toString('utf8')
      .split('\0')
      .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)]),
  )
  const others = [...told.keys()].some((key) => /^(author|committer)\./.test(key))
  return !others && /[\p{L}\d]/u.test(told.get('user.name') ?? '') && /[\p{L}\d]/u.test(told.get('user.email') ?? '')
}
