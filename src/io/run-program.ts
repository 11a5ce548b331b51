import { spawn } from 'node:child_process'

export interface RunProgram {
  cwd?: string
  /** Left out: that of this process. */
  env?: NodeJS.ProcessEnv
  /** It is ended after so long; left out: never. */
  timeoutMs?: number
}

/** `exitCode` null: it could not be started, or a signal ended it. */
export interface ProgramEnd {
  exitCode: number | null
  /** Without the line end at its end. */
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end, without input. Never rejects. For the few short programs that every run starts: the library that can do more
 * takes three times as long to load as Node itself.
 */
export function runProgram(file: string, args: string[], options: RunProgram = {}): Promise<ProgramEnd> {
  const { cwd, env, timeoutMs } = options
  return new Promise((resolve) => {
    const out: Buffer[] = []
    const err: Buffer[] = []
    const textOf = (chunks: Buffer[]) =>
      Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\r?\n$/, '')
    try {
      const child = spawn(file, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { env }),
        ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      })
      child.on('error', (error) => resolve({ exitCode: null, stdout: '', stderr: error.message }))
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      child.on('close', (exitCode) => resolve({ exitCode, stdout: textOf(out), stderr: textOf(err) }))
    } catch (error) {
      // What no system can start: too many arguments, a folder that is none.
      resolve({ exitCode: null, stdout: '', stderr: (error as Error).message })
    }
  })
}
