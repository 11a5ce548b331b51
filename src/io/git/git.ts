import { type ChildProcess, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { noRoomAt } from '../room.ts'

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
  const ended = await runGit(dir, [...ALWAYS, ...args], options)
  if ('error' in ended) {
    if (ended.error.code !== 'ENOENT') return { ok: false, stdout: Buffer.alloc(0), message: ended.error.message }
    const there = await stat(dir).catch(() => null)
    throw new Error(there ? 'git is not installed' : `there is no folder ${dir}`)
  }
  const { code, stdout } = ended
  const stderr = ended.stderr.toString('utf8').trim()
  const said = stderr || stdout.toString('utf8').trim()
  if (code === 0 || said === '') return { ok: code === 0, stdout, message: said }
  // It tells what it could not write, and seldom why.
  const full = (await noRoomAt(options.env?.['GIT_WORK_TREE'] ?? dir)) ?? (await noRoomAt(dir))
  return { ok: false, stdout, message: full === null ? said : `${said}\n${full}` }
}

type Ended = { code: number | null; stdout: Buffer; stderr: Buffer } | { error: NodeJS.ErrnoException }

/** A library around `spawn` costs three times the start of this process, and every command runs git. */
function runGit(dir: string, args: string[], { input, env = {}, apart, timeoutMs }: GitOptions): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn('git', args, {
      cwd: dir,
      env: cleanEnvironment(env),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: apart ?? false,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.on('error', (error: NodeJS.ErrnoException) => resolve({ error }))
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
    if (!apart && child.pid !== undefined) endsWithUs(child)
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }))
    // That git does not read to the end is for git to say.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

const running = new Set<ChildProcess>()

/** What a process leaves running when it exits would go on writing to the repository. */
export function endsWithUs(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', endAll)
  running.add(child)
  child.once('close', () => {
    running.delete(child)
    if (running.size === 0) process.off('exit', endAll)
  })
}

function endAll(): void {
  for (const child of running) child.kill()
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
