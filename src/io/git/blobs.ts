import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { cleanEnvironment } from './git.ts'

/** The process ends when it was not asked for so long, milliseconds. */
const IDLE_MS = 300

interface Waiting {
  resolve(bytes: Buffer): void
  reject(error: Error): void
}

/** Reads objects by their hash. Rejects for a hash that names none, and where git ends early. */
export interface Blobs {
  read(hash: string): Promise<Buffer>
}

/**
 * Objects of a repository through one `git cat-file --batch` for as long as there are questions, instead of a process for
 * each. It ends by itself soon after the last, and with this process, since its input ends then.
 */
export function openBlobs(root: string): Blobs {
  let current: Batch | null = null
  return {
    read(hash) {
      if (current === null || current.ended) current = startBatch(root)
      return current.read(hash)
    },
  }
}

interface Batch extends Blobs {
  ended: boolean
}

function startBatch(root: string): Batch {
  const child = spawn('git', ['cat-file', '--batch'], { cwd: root, env: cleanEnvironment({}) })
  const waiting: Waiting[] = []
  const reader = createReader((bytes) => {
    const next = waiting.shift()
    if (bytes === null) next?.reject(new Error('git has no such object'))
    else next?.resolve(bytes)
    if (waiting.length === 0) rest()
  })
  let timer: NodeJS.Timeout | null = null
  const batch: Batch = {
    ended: false,
    read: (hash) =>
      new Promise((resolve, reject) => {
        if (timer !== null) clearTimeout(timer)
        timer = null
        hold(child, true)
        waiting.push({ resolve, reject })
        child.stdin.write(`${hash}\n`)
      }),
  }
  /** Lets the program end while nobody waits, and the child soon after. */
  const rest = () => {
    hold(child, false)
    timer = setTimeout(() => {
      batch.ended = true
      child.stdin.end()
    }, IDLE_MS).unref()
  }
  const fail = (why: string) => {
    batch.ended = true
    for (const one of waiting.splice(0)) one.reject(new Error(`git cat-file: ${why}`))
  }
  let said = ''
  child.stdout.on('data', reader)
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  child.stdin.on('error', () => {})
  child.on('error', (error) => fail(error.message))
  child.on('close', (code) => fail(said.trim() || `it ended with ${code}`))
  return batch
}

function hold(child: ChildProcessWithoutNullStreams, held: boolean): void {
  for (const one of [child, child.stdin, child.stdout, child.stderr]) {
    const handle = one as { ref?: () => void; unref?: () => void }
    if (held) handle.ref?.()
    else handle.unref?.()
  }
}

/** Takes the output apart: `<hash> <type> <size>`, so many bytes, a line end; `<hash> missing` gives null. */
function createReader(found: (bytes: Buffer | null) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let have = 0
  /** Bytes of the body and its line end; null: a header comes next. */
  let need: number | null = null
  return (chunk) => {
    chunks.push(chunk)
    have += chunk.length
    if (need !== null && have < need) return
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    for (;;) {
      if (need === null) {
        const end = rest.indexOf(10)
        if (end < 0) break
        const size = / (\d+)$/.exec(rest.toString('latin1', 0, end))?.[1]
        rest = rest.subarray(end + 1)
        if (size === undefined) found(null)
        else need = Number(size) + 1
      } else {
        if (rest.length < need) break
        // A copy, so that a small file does not keep the whole chunk in memory.
        const body = Buffer.from(rest.subarray(0, need - 1))
        rest = rest.subarray(need)
        need = null
        found(body)
      }
    }
    chunks = [rest]
    have = rest.length
  }
}
