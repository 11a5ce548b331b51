import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { BoxLimits, BoxResult } from './box.ts'
import { inheritableDescriptors, maskedDescriptors } from './descriptors.ts'
import type { DiskWatch } from './disk.ts'
import { kernelText } from './kernel-text.ts'

type Cause = BoxResult['cause']

/** What is started. */
export interface Program {
  argv: string[]
  /** The whole environment, PATH apart. */
  variables: Record<string, string>
  /** What it reads from FILTER_DESCRIPTOR; null when nothing is there. */
  filter: Buffer | null
  /** Descriptors of this process that it gets from FIRST_INHERITED on; only without a filter. */
  inherit: number[]
}

export interface Supervision {
  input?: string
  signal?: AbortSignal
  onOutput?: (text: string) => void
  /** Looks after the disk while it runs. */
  disk?: DiskWatch | null
}

export interface Outcome {
  /** What made us end it, `box` when the disk was nearly full; null when it ended by itself. */
  stopped: Cause | null
  exitCode: number | null
  signal: string | null
  stdout: string
  stderr: string
  /** What the set-up script wrote to file descriptor 3. */
  report: string
  /** Why no process could be started; null when one was. */
  spawnError: string | null
  durationMs: number
}

/** How long the kernel may take to end a killed box before its outermost process is killed as well, milliseconds. */
const GRACE_MS = 5_000
/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** Where the outermost program finds a filter of system calls, if it gets one. */
export const FILTER_DESCRIPTOR = 4
export const FIRST_INHERITED = 4
/** The report is a few lines; anything longer is not ours. */
const REPORT_CHARS = 4_096

function send(pid: number, signal: 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** Whether this is the first process of a pid namespace of its own. */
function isInit(pid: number): boolean {
  return /^NSpid:.*\s1$/m.test(kernelText(`/proc/${pid}/status`))
}

/**
 * Kills the first process of the box's pid namespace: the kernel then kills every other one in it, and the outermost
 * program ends only once all of them are gone. Before there is such a process, the whole group is killed.
 */
function killBox(pid: number): void {
  // All of it without a turn of the event loop: whoever is to be ended must not get on meanwhile.
  const pids = kernelText(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  // While it sets up, the outermost program may have other children.
  const inits = pids.filter(isInit)
  if (inits.length === 0) send(-pid, 'SIGKILL')
  for (const init of inits) send(init, 'SIGKILL')
}

/** Collects stdout and stderr up to a common number of bytes. */
class Output {
  readonly text = { stdout: '', stderr: '' }
  private left: number
  private readonly decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  private readonly onText: (text: string) => void
  private readonly onFull: () => void

  constructor(bytes: number, onText: (text: string) => void, onFull: () => void) {
    this.left = bytes
    this.onText = onText
    this.onFull = onFull
  }

  add(name: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.left < 0) return
    const kept = chunk.length > this.left ? chunk.subarray(0, this.left) : chunk
    this.append(name, this.decoders[name].write(kept))
    this.left -= chunk.length
    if (this.left < 0) this.onFull()
  }

  finish(): void {
    // An incomplete character at the cut is dropped; at a natural end it shows as the replacement character.
    if (this.left < 0) return
    for (const name of ['stdout', 'stderr'] as const) this.append(name, this.decoders[name].end())
  }

  private append(name: 'stdout' | 'stderr', text: string): void {
    if (text === '') return
    this.text[name] += text
    this.onText(text)
  }
}

type Ended = Pick<Outcome, 'exitCode' | 'signal' | 'spawnError'>

/** Plain `spawn`: with a descriptor of a high number to mask, execa takes longer than the whole box. */
function start({ argv, variables, filter, inherit }: Program) {
  const nullDevice = openSync('/dev/null', 'r+')
  const given = [...(filter === null ? [] : ['pipe' as const]), ...inherit]
  const masked = maskedDescriptors(inheritableDescriptors(), nullDevice).slice(given.length)
  const child = spawn(argv[0]!, argv.slice(1), {
    env: { ...variables, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
    // A session of its own: no terminal to push characters into, and Ctrl-C reaches us first.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', ...given, ...masked],
  })
  closeSync(nullDevice)
  const filtered = filter === null ? null : (child.stdio[FILTER_DESCRIPTOR] as Writable | null | undefined)
  filtered?.on('error', () => {})
  filtered?.end(filter)
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, spawnError: error.message })
    })
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, spawnError: null }))
  })
  return { child, ended }
}

/** Connects all streams; the returned `text` grows with the report. */
function attach(child: ChildProcess, output: Output, input: string): { text: string } {
  const report = { text: '' }
  child.stdout?.on('data', (chunk: Buffer) => output.add('stdout', chunk))
  child.stderr?.on('data', (chunk: Buffer) => output.add('stderr', chunk))
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    if (report.text.length < REPORT_CHARS) report.text += chunk.toString()
  })
  // The payload may end without reading its input.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return report
}

const NEVER_STARTED: Outcome = {
  ...{ stopped: 'cancelled', exitCode: null, signal: null, spawnError: null },
  ...{ stdout: '', stderr: '', report: '', durationMs: 0 },
}

/** Runs one command line under the limits that are kept from outside; resolves when its whole process tree is gone. */
export async function supervise(
  program: Program,
  limits: Pick<BoxLimits, 'wallMs' | 'outputBytes'>,
  { input = '', signal, onOutput = () => {}, disk = null }: Supervision,
): Promise<Outcome> {
  const started = performance.now()
  if (signal?.aborted) return NEVER_STARTED
  const { child, ended } = start(program)
  const { pid } = child
  let stopped: Cause | null = null
  let grace: NodeJS.Timeout | undefined
  let running = pid !== undefined
  const stop = (cause: Cause) => {
    if (stopped !== null || !running || pid === undefined) return
    stopped = cause
    killBox(pid)
    grace = setTimeout(() => running && send(-pid, 'SIGKILL'), GRACE_MS)
  }
  const output = new Output(limits.outputBytes, onOutput, () => stop('output'))
  const report = attach(child, output, input)
  const onAbort = () => stop('cancelled')
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => stop('wall-clock'), Math.min(limits.wallMs, LONGEST_TIMER_MS))
  if (pid !== undefined) disk?.watch(pid, (why) => stop(why === 'grown' ? 'disk' : 'box'))
  const end = await ended
  running = false
  disk?.end()
  clearTimeout(timer)
  clearTimeout(grace)
  signal?.removeEventListener('abort', onAbort)
  output.finish()
  return {
    stopped,
    ...end,
    ...output.text,
    report: report.text,
    durationMs: Math.round(performance.now() - started),
  }
}
