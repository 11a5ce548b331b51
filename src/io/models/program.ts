import { type ChildProcess, spawn } from 'node:child_process'

/** Bytes of output above which a program is ended: an answer is not that long. */
const MOST_OUTPUT = 10 * 1024 * 1024
const KEPT_ERRORS = 8_192
/** Between asking a program to end and ending it. Milliseconds. */
const GRACE = 2_000
const POSIX = process.platform !== 'win32'

export interface ProgramRequest {
  /** Shell command. */
  run: string
  cwd: string
  env: Record<string, string | undefined>
  /** All that it gets on its standard input. */
  input: string
  seconds: number
  signal: AbortSignal
  onOutput(text: string): void
}

export type ProgramResult =
  | { ended: 'itself'; exitCode: number | null; killedBy: string | null; stdout: string; stderr: string }
  | { ended: 'cancelled' | 'too-slow' | 'too-much'; stdout: string; stderr: string }
  | { ended: 'not-started'; reason: string }

/**
 * Runs a program of the user's with the user's environment, outside the box. It and all it started, as far as they
 * stayed in its process group, are gone when this answers. Never rejects.
 */
export function runProgram(request: ProgramRequest): Promise<ProgramResult> {
  if (request.signal.aborted) return Promise.resolve({ ended: 'cancelled', stdout: '', stderr: '' })
  const { run, cwd, env } = request
  const child = spawn(run, { cwd, env, shell: true, detached: POSIX, stdio: ['pipe', 'pipe', 'pipe'] })
  // A program that does not read its input is no error.
  child.stdin.on('error', () => {})
  child.stdin.end(request.input)
  return watch(child as ChildProcess & Streams, request)
}

interface Streams {
  stdout: NodeJS.ReadableStream & { destroy(): void }
  stderr: NodeJS.ReadableStream & { destroy(): void }
}

function watch(child: ChildProcess & Streams, { signal, seconds, onOutput }: ProgramRequest): Promise<ProgramResult> {
  let stdout = ''
  let stderr = ''
  let bytes = 0
  let why: 'cancelled' | 'too-slow' | 'too-much' | null = null
  let killer: NodeJS.Timeout | undefined
  const end = (reason: NonNullable<typeof why>) => {
    if (why !== null) return
    why = reason
    kill(child, 'SIGTERM')
    killer = setTimeout(() => kill(child, 'SIGKILL'), GRACE)
  }
  const cancel = () => end('cancelled')
  signal.addEventListener('abort', cancel, { once: true })
  const limit = setTimeout(() => end('too-slow'), seconds * 1_000)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    bytes += Buffer.byteLength(text)
    if (bytes > MOST_OUTPUT) return end('too-much')
    stdout += text
    onOutput(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_ERRORS)
  })
  return new Promise((resolve) => {
    const done = (result: ProgramResult) => {
      clearTimeout(limit)
      clearTimeout(killer)
      signal.removeEventListener('abort', cancel)
      resolve(result)
    }
    child.once('error', (error) => done({ ended: 'not-started', reason: error.message }))
    child.once('exit', () => {
      kill(child, 'SIGKILL')
      // What left the group may hold the pipes open for ever.
      setTimeout(() => [child.stdout, child.stderr].map((stream) => stream.destroy()), GRACE).unref()
    })
    child.once('close', (exitCode, killedBy) =>
      done(why === null ? { ended: 'itself', exitCode, killedBy, stdout, stderr } : { ended: why, stdout, stderr }),
    )
  })
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(POSIX ? -child.pid : child.pid, signal)
  } catch {
    // Gone already.
  }
}
