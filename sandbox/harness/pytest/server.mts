import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Intensity } from '../../../src/world.ts'
import type { Order } from '../driver.mts'
import { type Ended, errorWords, FileResults } from '../node-test/results.mts'
import type { Problem, Replay } from '../protocol.mts'
import { unseal } from '../witness.mts'

/** One file of tests, or null: which files there are. */
export interface Job {
  file: string | null
  intensity: Intensity
  replay: Replay | null
  /** Milliseconds of the machine's monotonic clock. */
  seedEnd: number
  /** Whether something is red is all that is asked: nothing is shrunk, and properties end at `seedEnd`. */
  brief: boolean
  /** Cases that each property gets also after `seedEnd`. */
  least: number
  /** The first red test is the last one. */
  first: boolean
  env: Record<string, string>
  /** Modules are found where the project says; else also at its top and in `src`. */
  plain: boolean
  patienceMs: number
}

interface FromServer {
  kind: string
  file?: string
  files?: unknown
  message?: string
  sealed?: unknown
}

const START = join(import.meta.dirname, 'start.py')
const MAX_STDERR = 20_000

/** A process that has pytest and Hypothesis loaded and forks for each job; one job at a time. */
export class PytestServer {
  readonly #child: ChildProcess
  readonly #input: Writable
  readonly #key: string
  #take: (line: FromServer) => void = () => {}
  #gone: (why: Ended) => void = () => {}
  #ended: Ended | null = null
  #unready: string | null = null
  #ready: () => void = () => {}
  readonly #started = new Promise<void>((resolve) => {
    this.#ready = resolve
  })
  #stderr = ''
  #jobs = 0

  constructor({ settings, scratch }: Order) {
    this.#key = settings.key
    this.#child = spawn('python3', ['-B', START], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', HYPOTHESIS_STORAGE_DIRECTORY: join(scratch, 'hypothesis') },
      stdio: ['ignore', 'inherit', 'pipe', 'pipe', 'pipe'],
    })
    const [, , errors, input, output] = this.#child.stdio as unknown as [null, null, Readable, Writable, Readable]
    this.#input = input
    // The process may end before it has read them.
    input.on('error', () => {})
    input.write(`${JSON.stringify({ key: settings.key })}\n`)
    errors.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text)
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR)
    })
    createInterface({ input: output }).on('line', (line) => this.#read(line))
    let spawnError: Error | null = null
    this.#child.once('error', (error) => {
      spawnError = error
      this.#end({ code: null, signal: null, spawnError, endedAfter: null, stderr: '' })
    })
    this.#child.once('close', (code, signal) =>
      this.#end({ code, signal, spawnError, endedAfter: null, stderr: errorWords(this.#stderr) }),
    )
  }

  /** When it can be given jobs, or has ended. */
  ready(): Promise<void> {
    return this.#started
  }

  async runFile(
    job: Job & { file: string | null },
    follow: (more: { done?: number; failed?: number; runs?: number }) => void,
  ): Promise<{ results: FileResults; ended: Ended }> {
    const results = new FileResults(job.file ?? '')
    const ended = await this.#run(job, (line) => follow(results.add(JSON.stringify(line))))
    return { results, ended }
  }

  async collect(job: Job): Promise<{ files: string[]; problems: Problem[] }> {
    const files = new Set<string>()
    const problems: Problem[] = []
    const ended = await this.#run(job, (line) => {
      if (line.kind === 'files' && Array.isArray(line.files)) for (const file of line.files) files.add(String(file))
      // A file that cannot be collected says so again when it is run.
      if (line.kind === 'warning' && line.file?.endsWith('.py')) files.add(line.file)
      else if (line.kind === 'warning') problems.push({ file: null, message: String(line.message) })
    })
    if (ended.code !== 0) {
      const words = ended.spawnError?.message ?? (ended.stderr || `exit code ${ended.code}, signal ${ended.signal}`)
      problems.push({ file: null, message: `pytest could not collect the tests: ${words}` })
    }
    return { files: [...files].sort(), problems }
  }

  /** Ends it and whatever it is still doing. */
  async end(): Promise<void> {
    if (this.#ended) return
    const gone = new Promise<void>((resolve) => {
      this.#gone = () => resolve()
    })
    this.#input.end()
    this.#child.kill('SIGKILL')
    await gone
  }

  #run(job: Job, take: (line: FromServer) => void): Promise<Ended> {
    if (this.#ended) return Promise.resolve(this.#ended)
    const number = ++this.#jobs
    this.#stderr = ''
    return new Promise((resolve) => {
      this.#gone = resolve
      this.#take = (line) => {
        if (line.kind !== 'ended') return take(line)
        const ended = unseal<{ code: number | null; signal: string | null; late: boolean }>(
          this.#key,
          `ended ${number}`,
          line.sealed,
        )
        if (!ended) return
        const { code, signal, late } = ended
        const endedAfter = late ? job.patienceMs : null
        resolve({ code, signal, spawnError: null, endedAfter, stderr: errorWords(this.#stderr) })
      }
      this.#input.write(`${JSON.stringify({ ...job, job: number })}\n`)
    })
  }

  #read(text: string): void {
    try {
      const line = JSON.parse(text) as FromServer
      if (line.kind === 'ready') this.#ready()
      if (line.kind === 'unready') this.#unready = String(line.message)
      if (typeof line.kind === 'string') this.#take(line)
    } catch {
      // Code under test may write here as well; what it writes is nothing.
    }
  }

  #end(ended: Ended): void {
    const reason = this.#unready
    this.#ended ??= reason === null ? ended : { ...ended, code: 70, stderr: reason }
    this.#ready()
    this.#gone(this.#ended)
  }
}
