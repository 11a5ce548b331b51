import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { type Driver, type Order, patienceMs, WORKERS } from '../driver.mts'
import type { Progress } from '../protocol.mts'
import { buildReport, type RunnerFile } from '../report.mts'
import type { ChildSettings } from './child.mts'
import { errorWords, FileResults, NO_TESTS } from './results.mts'

const EXTENSION = extname(import.meta.filename)
const OWN = (name: string) => pathToFileURL(join(import.meta.dirname, `${name}${EXTENSION}`)).href
const EXTENSIONS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts']
/** Where Node looks by itself. */
const DEFAULT_GLOBS = EXTENSIONS.flatMap((extension) =>
  ['*[._-]test', 'test-*', 'test', 'test/**/*'].map((name) => `**/${name}.${extension}`),
)
const MAX_STDERR = 20_000
const OLDEST = 'Node 22.15 or newer is needed to judge tests of node:test (module.registerHooks)'

export const driver: Driver = {
  async run(order) {
    const { registerHooks } = await import('node:module')
    if (typeof registerHooks !== 'function') throw new Error(`this is Node ${process.versions.node}: ${OLDEST}`)
    const { request, settings } = order
    const collected = collect(request.node.globs)
    const wanted = request.files ? collected.filter((file) => request.files?.includes(file)) : collected
    const progress = new Following(order.tell)
    const files: RunnerFile[] = []
    const left = [...wanted]
    const worker = async () => {
      for (let file = left.shift(); file !== undefined; file = left.shift()) {
        const found = await runFile(order, file, progress)
        if (request.files !== null || !isHelper(found)) files.push(found)
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, worker))
    return buildReport(files, [], request.files, settings.key)
  },
}

/** Named like a test, by itself or for what stands beside it. */
const NAMED = /(?:^test|[._-](?:test|spec)|^test-.*)\.[cm]?[jt]s$/

/** What Node starts for no other reason than that it lies in a folder `test`, where helpers of tests lie as well: there is nothing in it. */
function isHelper({ file, tests, errors }: RunnerFile): boolean {
  return !NAMED.test(basename(file)) && tests.length === 0 && errors.length === 1 && errors[0] === NO_TESTS
}

/** Test files by the patterns of the project's script, or by Node's own. */
function collect(globs: string[]): string[] {
  const patterns = globs.length > 0 ? globs : DEFAULT_GLOBS
  const found = globSync(patterns, { exclude: (path: string) => /(^|[\\/])node_modules([\\/]|$)/.test(path) })
  return [...new Set(found.map((path) => path.replaceAll('\\', '/')))].filter((path) => extname(path) !== '').sort()
}

/** One process for one file. It ends by itself, or when its patience is over. */
function runFile({ request, settings }: Order, file: string, progress: Following): Promise<RunnerFile> {
  const patience = patienceMs(request)
  const results = new FileResults(file)
  const child = spawn(process.execPath, [...flags(request.node.flags), join(process.cwd(), file)], {
    env: { ...process.env, SPECPROOF_TEST_PARENT: String(process.pid), NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'inherit', 'pipe', 'pipe', 'pipe'],
  })
  const told: ChildSettings = { ...settings, file, patienceMs: patience }
  const [, , errors, input, output] = child.stdio as unknown as [null, null, Readable, Writable, Readable]
  // The process may end before it has read them.
  input.on('error', () => {})
  input.end(JSON.stringify(told))
  progress.begin(file)
  createInterface({ input: output }).on('line', (line) => progress.add(results.add(line)))
  let stderr = ''
  errors.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text)
    stderr = (stderr + text).slice(-MAX_STDERR)
  })
  let endedAfter: number | null = null
  const timer = setTimeout(() => {
    endedAfter = patience
    child.kill('SIGKILL')
  }, patience)
  return new Promise((resolve) => {
    let spawnError: Error | null = null
    child.once('error', (error) => {
      spawnError = error
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      progress.end(file)
      resolve(results.end({ code, signal, spawnError, endedAfter, stderr: errorWords(stderr) }))
    })
  })
}

function flags(project: string[]): string[] {
  const strip = process.features.typescript ? [] : ['--experimental-strip-types']
  const reporter = ['--test-reporter', OWN('reporter'), '--test-reporter-destination', 'stderr', '--test-force-exit']
  // Ours first: what the project preloads may already ask for node:test.
  return [...strip, '--no-warnings', '--import', OWN('child'), ...project, ...reporter]
}

/** Adds up what the files tell. */
class Following {
  #progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
  #running = new Set<string>()
  readonly #tell: (progress: Progress) => void

  constructor(tell: (progress: Progress) => void) {
    this.#tell = tell
  }

  begin(file: string): void {
    this.#running.add(file)
    this.add({})
  }

  end(file: string): void {
    this.#running.delete(file)
    this.add({})
  }

  add({ done = 0, failed = 0, runs = 0 }: { done?: number; failed?: number; runs?: number }): void {
    const now = this.#progress
    this.#progress = {
      done: now.done + done,
      failed: now.failed + failed,
      runs: now.runs + runs,
      total: null,
      running: [...this.#running].at(-1) ?? null,
    }
    this.#tell(this.#progress)
  }
}
