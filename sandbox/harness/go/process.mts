/** Runs the tests of one file in processes of their own. */
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import type { Intensity } from '../../../src/world.ts'
import { monotonicMs } from '../clock.mts'
import { type Ended, FileResults } from '../node-test/results.mts'
import type { ProcessSettings, Replay } from '../protocol.mts'
import type { RunnerFile, RunnerTest } from '../report.mts'
import { unseal } from '../witness.mts'
import { digestOf, type Program } from './build.mts'

export interface Job {
  /** From the project's folder. */
  file: string
  program: Program
  /** Folder of the package. */
  dir: string
  intensity: Intensity
  replay: Replay | null
  seedEnd: number
  /** Whether something is red is all that is asked. */
  brief: boolean
  env: Record<string, string>
  patienceMs: number
}

type Follow = (more: { done?: number; failed?: number; runs?: number }) => void

/** A panic in a goroutine ends the process; so many times the tests that were not reached get one of their own. */
const MOST_PROCESSES = 40
const MORE_SHARE = 0.2
const MAX_STDERR = 40_000
const MAX_WORDS = 1_500

/** All tests of a file, also those after one that ended its process. */
export async function runFile(job: Job, key: string, follow: Follow): Promise<RunnerFile> {
  let end = monotonicMs() + job.patienceMs
  let hung = false
  const tests: RunnerTest[] = []
  const errors: string[] = []
  let left: string[] | null = null
  for (let n = 0; ; n++) {
    const part: Part = await runOnce({ ...job, patienceMs: Math.max(0, end - monotonicMs()) }, left, key, follow)
    tests.push(...part.file.tests)
    const cut = part.file.sealed === undefined && part.struck
    const planned: string[] | null = left ?? part.plan
    // The last process, or nobody knows what is left.
    if (!cut || planned === null || job.brief || n === MOST_PROCESSES || (hung && part.late)) {
      errors.push(...part.file.errors)
      return { file: job.file, tests, errors, sealed: part.file.sealed }
    }
    // One that hangs has used the time of all; the others get some more, once.
    if (part.late) end = monotonicMs() + job.patienceMs * MORE_SHARE
    hung ||= part.late
    const met = new Set(part.started)
    left = planned.filter((name) => !met.has(name))
  }
}

interface Part {
  file: RunnerFile
  /** Tests of the top level in the file; null: it did not come to tell. */
  plan: string[] | null
  /** Those that were begun. */
  started: string[]
  /** A test was running when the process ended. */
  struck: boolean
  late: boolean
}

async function runOnce(job: Job, only: string[] | null, key: string, follow: Follow): Promise<Part> {
  const results = new FileResults(job.file)
  const started = new Set<string>()
  let open = 0
  let plan: string[] | null = null
  const ended = await start(job, only, key, (text) => {
    const line = parsed(text)
    const [top, ...inner] = line?.path ?? []
    if (line?.kind === 'start') open++
    if (line?.kind === 'test') open--
    if (line?.kind === 'start' && top !== undefined && inner.length === 0) started.add(top)
    if (line?.kind === 'plan') plan = unseal<string[]>(key, `plan ${job.file}`, line.sealed) ?? plan
    const more = results.add(text)
    // Parts of a test (`t.Run`) are told as its cases alone: progress counts what its author wrote as a test.
    follow(inner.length > 0 ? { runs: more.runs ?? 0 } : more)
  })
  const file = results.end(ended)
  const words = ended.endedAfter === null ? ended.stderr : ''
  for (const { id, errors } of file.tests) {
    const [error] = errors ?? []
    if (error?.name !== 'NotFinished') continue
    if (!id.slice(job.file.length + 3).includes(' > ')) follow({ done: 1, failed: 1 })
    if (words !== '') Object.assign(error, { name: 'panic', message: words })
  }
  return { file, plan, started: [...started], struck: open > 0, late: ended.endedAfter !== null }
}

function parsed(text: string): { kind?: string; path?: string[]; sealed?: unknown } | null {
  try {
    const line = JSON.parse(text) as { kind?: string; path?: unknown; sealed?: unknown } | null
    if (typeof line !== 'object' || line === null) return null
    const path = Array.isArray(line.path) ? line.path.map(String) : []
    return { ...line, path }
  } catch {
    return null
  }
}

/** A program with the race detector waits for a second before it ends, in case that others still run. */
const GORACE = 'atexit_sleep_ms=20'

async function start(job: Job, only: string[] | null, key: string, take: (line: string) => void): Promise<Ended> {
  const { path, digest } = job.program
  // It gets the key of the run, and what ran before it could write here.
  if ((await digestOf(path).catch(() => '')) !== digest) {
    const spawnError = new Error('its program was changed by what ran before')
    return { code: null, signal: null, spawnError, endedAfter: null, stderr: '' }
  }
  return new Promise((resolve) => {
    const child = spawn(job.program.path, ['-test.paniconexit0', '-test.timeout=0'], {
      cwd: job.dir,
      detached: true,
      env: { ...process.env, ...job.env, GORACE, SPECPROOF_GO: '1' },
      stdio: ['ignore', 'inherit', 'pipe', 'pipe', 'pipe'],
    })
    const [, , errors, input, output] = child.stdio as unknown as [null, null, Readable, Writable, Readable]
    let stderr = ''
    let late = false
    let spawnError: Error | null = null
    errors.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text)
      stderr = (stderr + text).slice(0, MAX_STDERR)
    })
    // The process may end before it has read it.
    input.on('error', () => {})
    input.end(`${JSON.stringify(sent(job, only, key))}\n`)
    createInterface({ input: output }).on('line', take)
    const timer = setTimeout(() => {
      late = true
      killGroup(child.pid)
    }, job.patienceMs)
    child.once('error', (error) => {
      spawnError = error
    })
    // What it left running holds the pipes open.
    child.once('exit', () => killGroup(child.pid))
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, spawnError, endedAfter: late ? job.patienceMs : null, stderr: goWords(stderr) })
    })
  })
}

/** As `specproofJob` in inject/testing.go reads it. */
function sent(job: Job, only: string[] | null, key: ProcessSettings['key']): object {
  const { file, intensity, replay, seedEnd, brief } = job
  const { seeds, runs, minMs } = intensity
  return {
    ...{ Key: key, File: file, Base: basename(file), Only: only },
    ...{ Seeds: seeds, Runs: runs, MinMs: minMs, LeftMs: Math.max(0, seedEnd - monotonicMs()), Brief: brief },
    Replay: replay && { Test: replay.test, Seed: replay.seed, Path: replay.path },
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

/** Where Go says why a process ended: the panic and the first goroutine. */
function goWords(stderr: string): string {
  const text = stripVTControlCharacters(stderr)
  const at = text.search(/^(panic: |fatal error: |runtime: |unexpected fault|SIG[A-Z]+)/m)
  if (at < 0) return text.trim().slice(-MAX_WORDS)
  const [head = '', trace = ''] = text.slice(at).split(/\n\ngoroutine \d+.*\n/, 2)
  const frames = trace.split('\n\n')[0]!.split('\n').slice(0, 8).join('\n')
  return `${head}\n${frames}`.trim().slice(0, MAX_WORDS)
}
