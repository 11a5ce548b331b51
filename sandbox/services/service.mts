import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import type { End, Service } from './protocol.mts'

const LOG_CHARS = 2_000
/** What is kept of a line that is longer. */
const LINE_CHARS = 4_000
/** How long what it printed last may take to arrive after its end. */
const DRAIN_MS = 200
const STOP_MS = 1_000

/** A started service, with its own process group and session. */
export class Running {
  readonly name: string
  readonly env: NodeJS.ProcessEnv
  /** Also the id of its process group; undefined when it could not be started. */
  readonly pid: number | undefined
  /** When its first process has ended and what it printed has arrived. */
  readonly ended: Promise<End>
  /** Null while it runs. */
  end: End | null = null
  onLine: (line: string) => void = () => {}
  #log = ''
  #rest = { stdout: '', stderr: '' }

  constructor(service: Service, dataFolder: string) {
    this.name = service.name
    this.env = { ...process.env, ...service.env, SERVICE_DATA: dataFolder }
    // Its output is kept here and not in a file: a chatty service would fill the scratch space of the tests.
    const child = spawn('/bin/sh', ['-c', service.run], {
      env: this.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.pid = child.pid
    for (const from of ['stdout', 'stderr'] as const) {
      child[from].setEncoding('utf8').on('data', (text: string) => this.#take(from, text))
    }
    this.ended = this.#follow(child)
  }

  /** The end of what it printed, at most 2,000 characters. */
  get log(): string {
    const text = stripVTControlCharacters(this.#log + this.#rest.stdout + this.#rest.stderr)
    return text
      .replace(/[^\P{Cc}\n\t]/gu, '')
      .trim()
      .slice(-LOG_CHARS)
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (this.pid === undefined) return
    try {
      process.kill(-this.pid, name)
    } catch {
      // The group is gone already.
    }
  }

  #take(from: 'stdout' | 'stderr', text: string): void {
    const lines = (this.#rest[from] + text).split('\n')
    this.#rest[from] = (lines.pop() ?? '').slice(0, LINE_CHARS)
    for (const line of lines) this.onLine(line.slice(0, LINE_CHARS).replace(/\r$/, ''))
    this.#log = (this.#log + lines.map((line) => `${line.slice(0, LINE_CHARS)}\n`).join('')).slice(-LOG_CHARS)
  }

  async #follow(child: ChildProcess): Promise<End> {
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
    this.end = await new Promise<End>((resolve) => {
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
      child.once('error', (error) => {
        this.#take('stderr', `${error.message}\n`)
        resolve({ exitCode: 126, signal: null })
      })
    })
    await Promise.race([closed, sleep(DRAIN_MS)])
    return this.end
  }
}

/** Ends all of them, the last one first: TERM, and KILL after a moment. */
export async function stopAll(services: Running[]): Promise<void> {
  for (const service of services.toReversed()) service.signal('SIGTERM')
  await Promise.race([Promise.all(services.map((service) => service.ended)), sleep(STOP_MS)])
  // Also where the first process is gone: it may have left others of its group behind.
  for (const service of services) service.signal('SIGKILL')
}

const GUARD = `
groups=
while read -r group; do groups="$groups -$group"; done
[ -n "$groups" ] || exit 0
kill -s TERM -- $groups
sleep 1
kill -s KILL -- $groups
`

/**
 * Ends the services when the supervisor is killed and can end nothing any more. A box ends them by itself; without
 * isolation nobody else would.
 */
export class Guard {
  #child: ChildProcess

  constructor() {
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }
    this.#child = spawn('/bin/sh', ['-c', GUARD], {
      cwd: '/',
      env,
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#child.on('error', () => {})
    this.#child.stdin?.on('error', () => {})
    this.#child.unref()
  }

  watch(service: Running): void {
    if (service.pid !== undefined) this.#child.stdin?.write(`${service.pid}\n`)
  }

  /** Everything is ended: there is nothing left to guard. */
  dismiss(): void {
    this.#child.kill('SIGKILL')
  }
}
