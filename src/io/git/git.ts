import { stat } from 'node:fs/promises'
import { execa } from 'execa'

export interface GitOptions {
  input?: string | Buffer
  env?: Record<string, string>
  /** It goes on whatever becomes of this process: Ctrl-C in a terminal reaches all of its group. Left out: it ends with us. */
  apart?: boolean
  /** It is ended after so long; left out: never. */
  timeoutMs?: number
}

export interface GitResult {
  ok: boolean
  stdout: Buffer
  /** What git said, trimmed, for people. */
  message: string
}

/** Variables that would point git at another repository, index or object store than the one we name. */
const INHERITED_TRAPS = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_DEFAULT_HASH',
  'GIT_LITERAL_PATHSPECS',
]

/** Hooks are the project's code: they never run out here. Locks are only taken by commands that need them. */
const ALWAYS = ['-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', '-c', 'core.quotePath=false']

export function cleanEnvironment(extra: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !INHERITED_TRAPS.includes(name)) env[name] = value
  }
  return { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', ...extra }
}

/** Runs git in `dir`. Never rejects for what git says; rejects when git itself cannot be started. */
export async function tryGit(dir: string, args: string[], options: GitOptions = {}): Promise<GitResult> {
  const result = await execa('git', [...ALWAYS, ...args], {
    cwd: dir,
    env: cleanEnvironment(options.env ?? {}),
    extendEnv: false,
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 1 << 30,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.apart ? { detached: true, cleanup: false } : {}),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  })
  if (result.exitCode === undefined && result.code === 'ENOENT') {
    const there = await stat(dir).catch(() => null)
    throw new Error(there ? 'git is not installed' : `there is no folder ${dir}`)
  }
  const stdout = Buffer.from(result.stdout)
  const stderr = Buffer.from(result.stderr).toString('utf8').trim()
  return { ok: result.exitCode === 0, stdout, message: stderr || stdout.toString('utf8').trim() }
}

export class GitError extends Error {
  constructor(args: string[], message: string) {
    super(`git ${args.join(' ')}: ${message}`)
    this.name = 'GitError'
  }
}

/** Like {@link tryGit}, for commands that must succeed: answers trimmed stdout, throws {@link GitError}. */
export async function git(dir: string, args: string[], options: GitOptions = {}): Promise<string> {
  return (await gitBuffer(dir, args, options)).toString('utf8').trim()
}

export async function gitBuffer(dir: string, args: string[], options: GitOptions = {}): Promise<Buffer> {
  const result = await tryGit(dir, args, options)
  if (!result.ok) throw new GitError(args, result.message)
  return result.stdout
}
