import { execFile } from 'node:child_process'
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { sha256 } from '../../src/core/hash.ts'
import { CLAMP_SPEC } from './clamp.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

/** Contents by path; null: the file is left out. */
export type Files = Record<string, string | null>

/** Everything of a checkout that a run must leave as it was. */
export interface Snapshot {
  head: string
  branch: string
  /** Branches that are not ours, tags and stashes, one a line. */
  refs: string
  index: string
  status: string
  /** Hash or link target by path; tracked, untracked and ignored files. */
  files: Record<string, string>
}

export interface TestRepository {
  /** The checkout. */
  dir: string
  /** A folder around it that holds home, cache and whatever a test puts beside the repository. */
  around: string
  /** For every child: no configuration of the machine, a home and a cache of this test's own. */
  env: Record<string, string>
  git(...args: string[]): Promise<string>
  write(files: Files): Promise<void>
  read(path: string): Promise<string>
  /** Writes files and commits all of the checkout. */
  commit(files: Files, message?: string): Promise<void>
  /** Takes what is there now as what runs must leave alone. */
  remember(): Promise<void>
  remembered(): Snapshot
  snapshot(): Promise<Snapshot>
}

const manifest = (fields: object) => `${JSON.stringify({ name: 'target', private: true, type: 'module', ...fields })}\n`

/** A project without a compiler, with the runner that starts soonest. */
const MANIFEST = manifest({ scripts: { test: 'node --test' }, devDependencies: { 'fast-check': '*' } })
export const VITEST_MANIFEST = manifest({ devDependencies: { vitest: '*', 'fast-check': '*' } })

/** Light, so that a whole run takes seconds. What ends by the clock has time for a busy machine: else it would decide what comes out. */
export const LIGHT_LEVEL =
  'level: { seeds: 2, runs: 50, schedules: 60, chaosSeconds: 0, teethSeconds: 240, maxMinutes: 4 }\nteeth: off\n'

const FILES: Files = {
  'package.json': MANIFEST,
  '.gitignore': 'node_modules/\n*.ignored\n',
  'agent.yaml': LIGHT_LEVEL,
  ...CLAMP_SPEC,
}

export interface RepositoryOptions {
  /** Over the files of the small project with the clamp spec. */
  files?: Files
  /** With vitest as its runner; else node:test. */
  vitest?: boolean
  /** Linked into node_modules; `specproof` is the simulation kit. Null: nothing is installed. */
  packages?: string[] | null
  /** False: git init, and no commit. */
  committed?: boolean
  /** Takes what clears up, where several tests share the repository. */
  onEnd?: (clear: () => Promise<void>) => void
}

/** A fresh repository in a folder that is gone when the test has finished, or when `onEnd` says so. */
export async function makeRepository(options: RepositoryOptions = {}): Promise<TestRepository> {
  const around = await realpath(await mkdtemp(join(tmpdir(), 'specproof-whole-')))
  const onEnd = options.onEnd ?? onTestFinished
  onEnd(() => rm(around, { recursive: true, force: true, maxRetries: 3 }))
  const repository = openTestRepository(join(around, 'project'), around)
  await mkdir(join(around, 'home'))
  await shareCompiledCode(repository)
  await mkdir(repository.dir)
  await repository.git('init', '--quiet', '--initial-branch=main')
  await repository.git('config', 'user.name', 'Ada')
  await repository.git('config', 'user.email', 'ada@example.invalid')
  const runner: Files = options.vitest ? { 'package.json': VITEST_MANIFEST } : {}
  await repository.write({ ...FILES, ...runner, ...options.files })
  const standard = options.vitest ? ['vitest', 'fast-check'] : ['fast-check']
  if (options.packages !== null) await install(repository.dir, options.packages ?? standard)
  if (options.committed ?? true) await repository.commit({})
  return repository
}

/** A clone as another person would make it, beside the original, with the same dependencies. */
export async function cloneRepository(original: TestRepository, at: string): Promise<TestRepository> {
  const clone = openTestRepository(join(original.around, 'clone'), original.around)
  await original.git('clone', '--quiet', original.dir, clone.dir)
  await clone.git('reset', '--quiet', '--hard', at)
  await clone.git('config', 'user.name', 'Bea')
  await clone.git('config', 'user.email', 'bea@example.invalid')
  await cp(join(original.dir, 'node_modules'), join(clone.dir, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  return clone
}

/** A checkout that is there already. `around`: where home and cache lie. */
export function openTestRepository(dir: string, around: string): TestRepository {
  const env = {
    // The Node that runs the tests comes first, since it also runs the checks.
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: join(around, 'home'),
    XDG_CACHE_HOME: join(around, 'cache'),
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
  }
  let remembered: Snapshot | null = null
  const repository: TestRepository = {
    dir,
    around,
    env,
    async git(...args) {
      const { stdout } = await run('git', ['-c', 'protocol.file.allow=always', ...args], {
        cwd: args[0] === 'clone' ? around : dir,
        env,
        maxBuffer: 1 << 28,
      })
      return stdout.trimEnd()
    },
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        if (content === null) {
          await rm(join(dir, path), { force: true, recursive: true })
          continue
        }
        await mkdir(dirname(join(dir, path)), { recursive: true })
        await writeFile(join(dir, path), content)
      }
    },
    read: (path) => readFile(join(dir, path), 'utf8'),
    async commit(files, message = 'Project and spec') {
      await repository.write(files)
      await repository.git('add', '--all')
      await repository.git('commit', '--quiet', '--allow-empty', '--message', message)
    },
    async remember() {
      remembered = await takeSnapshot(repository)
    },
    remembered() {
      if (!remembered) throw new Error('nothing was remembered')
      return remembered
    },
    snapshot: () => takeSnapshot(repository),
  }
  return repository
}

/** What Node has made of our own code is the same for all tests of this machine and user. */
async function shareCompiledCode({ env }: TestRepository): Promise<void> {
  const cache = env['XDG_CACHE_HOME']!
  const shared = join(tmpdir(), `specproof-code-tests-${process.getuid?.() ?? 0}`)
  await Promise.all([cache, shared].map((dir) => mkdir(dir, { recursive: true, mode: 0o700 })))
  await symlink(shared, join(cache, 'specproof-code'))
}

async function install(dir: string, packages: string[]): Promise<void> {
  for (const name of packages) {
    const link = join(dir, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    if (name !== 'specproof') await symlink(await realpath(join(ROOT, 'node_modules', name)), link)
    else {
      await mkdir(link)
      await cp(join(ROOT, 'package.json'), join(link, 'package.json'))
      await cp(join(ROOT, 'dist', 'sandbox', 'sim'), join(link, 'dist', 'sandbox', 'sim'), { recursive: true })
    }
  }
}

async function takeSnapshot(repository: TestRepository): Promise<Snapshot> {
  const quiet = (...args: string[]) => repository.git(...args).catch(() => '')
  const refs = await quiet('for-each-ref', '--format=%(refname) %(objectname)')
  const status = (await quiet('status', '--porcelain=v1', '-z', '--ignored')).split('\0')
  const files: Record<string, string> = {}
  await hashFiles(repository.dir, '', files)
  return {
    head: await quiet('rev-parse', 'HEAD'),
    branch: await quiet('symbolic-ref', '--quiet', 'HEAD'),
    refs: refs
      .split('\n')
      .filter((line) => !line.startsWith('refs/heads/specproof/'))
      .join('\n'),
    index: await hashOf(join(repository.dir, '.git', 'index')),
    status: status.filter((entry) => !entry.endsWith(' .agent/')).join('\n'),
    files,
  }
}

async function hashOf(path: string): Promise<string> {
  return sha256((await readFile(path).catch(() => Buffer.from(''))).toString('latin1'))
}

/** All of the checkout but what is git's, installed, or the run's own journal. */
async function hashFiles(root: string, below: string, files: Record<string, string>): Promise<void> {
  for (const name of await readdir(join(root, below))) {
    const path = below ? `${below}/${name}` : name
    if (['.git', '.agent', 'node_modules'].includes(path)) continue
    const stat = await lstat(join(root, path))
    if (stat.isDirectory()) await hashFiles(root, path, files)
    else if (stat.isSymbolicLink()) files[path] = `-> ${await readlink(join(root, path))}`
    else files[path] = `${stat.mode.toString(8)} ${await hashOf(join(root, path))}`
  }
}
