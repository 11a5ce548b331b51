import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { noRoomAt } from '../room.ts'
import { cleanEnvironment, endsWithUs } from './git.ts'

/** The process ends when it was not asked for so long, milliseconds. */
const IDLE_MS = 300

interface Waiting<T> {
  resolve(answer: T): void
  reject(error: Error): void
}

/** Questions to git that are answered in their order. */
export interface Server<T> {
  /** Rejects where git ends before it has answered. */
  ask(question: string | Buffer): Promise<T>
}

/** Takes chunks of the output apart and tells each answer. */
export type Reader<T> = (found: (answer: T) => void) => (chunk: Buffer) => void

/**
 * One git process for as long as there are questions, instead of a process for each. It ends by itself soon after the last, and with
 * this process, since its input ends then. After it has ended early the next question starts another.
 */
export function createServer<T>(root: string, args: string[], reader: Reader<T>): Server<T> {
  let current: Running<T> | null = null
  return {
    ask(question) {
      if (current === null || current.ended) current = start(root, args, reader)
      return current.ask(question)
    },
  }
}

interface Running<T> extends Server<T> {
  ended: boolean
}

function start<T>(root: string, args: string[], reader: Reader<T>): Running<T> {
  const child = spawn('git', args, { cwd: root, env: cleanEnvironment({}) })
  if (child.pid !== undefined) endsWithUs(child)
  const waiting: Waiting<T>[] = []
  const read = reader((answer) => {
    waiting.shift()?.resolve(answer)
    if (waiting.length === 0) rest()
  })
  let timer: NodeJS.Timeout | null = null
  const server: Running<T> = {
    ended: false,
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (timer !== null) clearTimeout(timer)
        timer = null
        hold(child, true)
        waiting.push({ resolve, reject })
        child.stdin.write(question)
      }),
  }
  /** Lets the program end while nobody waits, and the child soon after. */
  const rest = () => {
    hold(child, false)
    timer = setTimeout(() => {
      server.ended = true
      child.stdin.end()
    }, IDLE_MS).unref()
  }
  const fail = (why: string) => {
    server.ended = true
    for (const one of waiting.splice(0)) one.reject(new Error(`git ${args[0]}: ${why}`))
  }
  let said = ''
  child.stdout.on('data', read)
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  child.stdin.on('error', () => {})
  child.on('error', (error) => fail(error.message))
  child.on('close', async (code) => {
    server.ended = true
    const full = waiting.length > 0 ? await noRoomAt(root) : null
    fail([said.trim() || `it ended with ${code}`, full ?? ''].join('\n').trim())
  })
  return server
}

function hold(child: ChildProcessWithoutNullStreams, held: boolean): void {
  for (const one of [child, child.stdin, child.stdout, child.stderr]) {
    const handle = one as { ref?: () => void; unref?: () => void }
    if (held) handle.ref?.()
    else handle.unref?.()
  }
}

/** Answers of one line each. */
export const byLine: Reader<string> = (found) => {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) found(line)
  }
}

/** One for each repository: `make` is asked once. */
export function perRepository<T>(make: (root: string) => T): (root: string) => T {
  const known = new Map<string, T>()
  return (root) => {
    const one = known.get(root) ?? make(root)
    known.set(root, one)
    return one
  }
}
