import { chmodSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { lstat, mkdir, readFile, readlink, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../../core/errors.ts'
import type { Blobs } from './blobs.ts'
import { git, gitBuffer, tryGit } from './git.ts'
import type { Repository } from './repository.ts'
import { listTree, type TreeEntry } from './tree.ts'

/** So few files are compared here, more of them by a process. */
const MOST_COMPARED = 200

export function isAttributes(path: string): boolean {
  return path === '.gitattributes' || path.endsWith('/.gitattributes')
}

/** Writes files of commits into folders, as git would check them out. */
export interface Writer {
  /** Lays out a whole commit in a folder that is not there yet. */
  whole(dir: string, commit: string): Promise<Map<string, TreeEntry>>
  /** Writes these files anew, with the folders on their way. Answers them. */
  write(dir: string, entries: Map<string, TreeEntry>, paths: string[]): Promise<string[]>
  differing(dir: string, entries: Map<string, TreeEntry>, paths: string[]): Promise<string[]>
}

/** Where the user checks out a part only, here is all of it; owner and mode change when a tree is handed to the payload. */
const WHOLE = ['core.sparseCheckout=false', 'core.fsmonitor=false'].flatMap((setting) => ['-c', setting])
const CONTENTS = [...WHOLE, '-c', 'core.fileMode=false', '-c', 'core.ignoreStat=false']

export function createWriter(repository: Repository, scratch: string, blobs: Blobs): Writer {
  let gitDir: Promise<string> | null = null
  let filtered: Promise<boolean> | null = null
  let count = 0
  const environment = async (dir: string) => {
    gitDir ??= git(repository.root, ['rev-parse', '--absolute-git-dir'])
    return { GIT_DIR: await gitDir, GIT_WORK_TREE: dir, GIT_INDEX_FILE: join(scratch, `index-${++count}`) }
  }
  const indexOf = async (env: Record<string, string>, entries: Map<string, TreeEntry>, paths: string[]) => {
    const lines = paths.map((path) => `${entries.get(path)!.mode} ${entries.get(path)!.hash}\t${path}\0`)
    await git(repository.root, [...WHOLE, 'update-index', '-z', '--index-info'], { env, input: lines.join('') })
  }
  return {
    async whole(dir, commit) {
      await mkdir(dir, { recursive: true })
      const env = await environment(dir)
      try {
        await git(repository.root, [...WHOLE, 'read-tree', commit], { env })
        const laid = await tryGit(repository.root, [...WHOLE, 'checkout-index', '--all', '--force'], { env })
        if (!laid.ok) throw notLaid(laid.message)
      } finally {
        rmSync(env.GIT_INDEX_FILE, { force: true })
      }
      // It changes with the tree.
      return new Map(await listTree(repository.root, commit))
    },
    async write(dir, entries, paths) {
      if (paths.length === 0) return []
      filtered ??= isFiltered(repository)
      if (!(await filtered) && ![...entries.keys()].some(isAttributes)) {
        for (const path of paths) await writeEntry(join(dir, path), entries.get(path)!, blobs)
        return paths
      }
      const env = await environment(dir)
      try {
        await indexOf(env, entries, paths)
        await git(repository.root, [...WHOLE, 'checkout-index', '--all', '--force'], { env })
      } finally {
        rmSync(env.GIT_INDEX_FILE, { force: true })
      }
      return paths
    },
    async differing(dir, entries, paths) {
      if (paths.length === 0) return []
      filtered ??= isFiltered(repository)
      if (paths.length <= MOST_COMPARED && !(await filtered) && ![...entries.keys()].some(isAttributes)) {
        const top = await realpath(dir)
        const differs = await Promise.all(paths.map((path) => isOther(top, path, entries.get(path)!, blobs)))
        return paths.filter((_, at) => differs[at])
      }
      const env = await environment(dir)
      try {
        await indexOf(env, entries, paths)
        // A new index knows no times and sizes, so every file is read: what the payload set its files' times to is no matter.
        await tryGit(repository.root, [...CONTENTS, 'update-index', '-q', '--refresh'], { env })
        const out = await gitBuffer(repository.root, [...CONTENTS, 'diff-files', '--name-only', '-z'], { env })
        return out.toString('utf8').split('\0').filter(Boolean)
      } finally {
        rmSync(env.GIT_INDEX_FILE, { force: true })
      }
    },
  }
}

/** Programs of the user's configuration take part in a checkout: filters, as of LFS. */
function notLaid(said: string): Error {
  if (!/filter/.test(said)) return new Error(`git checkout-index: ${said}`)
  return new UserError(
    `git cannot lay out the files of a commit here, since a filter of its configuration fails:\n${said}\nInstall what the filter runs (\`git lfs install\`), or take the filter out of your git configuration.`,
    'environment',
  )
}

/** Whether settings may make git write other bytes than the object holds: then git has to do it. */
async function isFiltered({ root, commonDir }: Repository): Promise<boolean> {
  const own = await readFile(join(commonDir, 'info', 'attributes'), 'utf8').catch(() => '')
  if (own.trim() !== '') return true
  const names = '^core\\.(autocrlf|eol|attributesfile|symlinks|safecrlf)$'
  const set = await tryGit(root, ['config', '--get-regexp', names])
  const home = process.env['XDG_CONFIG_HOME'] || join(process.env['HOME'] ?? '/', '.config')
  const global = await readFile(join(home, 'git', 'attributes'), 'utf8').catch(() => '')
  return set.ok || global.trim() !== ''
}

/** Whether there is anything but what the object holds, byte for byte; the rights of a file are no content. */
async function isOther(top: string, path: string, { mode, hash }: TreeEntry, blobs: Blobs): Promise<boolean> {
  const place = join(top, path)
  // A folder on the way may be a link or a file by now.
  if ((await realpath(dirname(place)).catch(() => null)) !== dirname(place)) return true
  const stat = await lstat(place).catch(() => null)
  if (mode === '160000') return !stat?.isDirectory()
  if (mode === '120000')
    return !stat?.isSymbolicLink() || !(await blobs.read(hash)).equals(await readlink(place, { encoding: 'buffer' }))
  if (!stat?.isFile()) return true
  const wanted = await blobs.read(hash)
  return stat.size !== wanted.length || !(await readFile(place)).equals(wanted)
}

async function writeEntry(path: string, { mode, hash }: TreeEntry, blobs: Blobs): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat && !(stat.isDirectory() && mode === '160000')) rmSync(path, { force: true, recursive: true })
  mkdirSync(mode === '160000' ? path : dirname(path), { recursive: true })
  if (mode === '160000') return
  const bytes = await blobs.read(hash)
  if (mode === '120000') symlinkSync(bytes, path)
  else writeFileSync(path, bytes, { flag: 'wx' })
  if (mode === '100755') chmodSync(path, 0o755)
}
