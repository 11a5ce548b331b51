import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { type Failure, type Service, type ServicesLine, splitOutput } from '../../../sandbox/services/protocol.mts'
import type { ServiceConfig } from '../../core/config.ts'
import type { CheckResult } from '../../core/verdict/evidence.ts'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from '../box/box.ts'
import { SANDBOX, SANDBOX_MODULE } from '../package-root.ts'
import { outputTail } from './output.ts'
import { deathText, FOREGROUND, failureText, mendText } from './service-words.ts'

/** The folder that has to be visible inside the box at this same path, with the Node that runs us. */
const SUPERVISOR = join(SANDBOX, 'services')
const MAIN = join(SUPERVISOR, `main${SANDBOX_MODULE}`)

const DEFAULT_SECONDS = 30
/** For making folders, starting and ending, over what the services may take to become ready. */
const SLACK_MS = 10_000
/** Longest line of the supervisor, characters. */
const LONGEST_LINE = 10_000
/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface ServicedRun {
  /** Of the command alone, as if there were no services. */
  result: BoxResult
  /** The services that became ready, with milliseconds; null: not all of them did and the command was not started. */
  ready: { name: string; ms: number }[] | null
  /** Why not; null also where a limit struck or the box failed before anything could be told. */
  failure: Failure | null
  /** What befell services, one message each. */
  troubles: string[]
}

/**
 * Runs a command in the box beside services: they are started first, each is waited for, and all are ended after it.
 * `limits.wallMs` is the command's own time. Without services it is just `box.run`.
 */
export async function runWithServices(
  box: Box,
  configured: ServiceConfig[],
  argv: string[],
  policy: BoxPolicy,
  limits: BoxLimits,
  options: Parameters<Box['run']>[3],
): Promise<ServicedRun> {
  if (configured.length === 0)
    return { result: await box.run(argv, policy, limits, options), ready: [], failure: null, troubles: [] }
  const services = configured.map(serviceOf)
  const nonce = randomUUID()
  const clock = new CommandClock(nonce, limits.wallMs)
  // Our own Node: a project's may be older, or not there at all.
  const node = await realpath(process.execPath)
  const startMs = services.reduce((sum, { seconds }) => sum + seconds * 1_000, SLACK_MS)
  const result = await box.run(
    [node, MAIN, ...argv],
    { ...policy, readOnly: [...new Set([...policy.readOnly, node, SUPERVISOR])] },
    { ...limits, wallMs: limits.wallMs + startMs },
    {
      signal: options.signal ? AbortSignal.any([options.signal, clock.signal]) : clock.signal,
      input: `${JSON.stringify({ nonce, services })}\n${options.input ?? ''}`,
      onOutput: (text) => {
        clock.follow(text)
        options.onOutput?.(text)
      },
    },
  )
  clock.stop()
  const { stdout, lines } = splitOutput(nonce, result.stdout)
  const late = result.cause === 'cancelled' && clock.signal.aborted && !options.signal?.aborted
  return readLines({ ...result, stdout, ...(late ? { cause: 'wall-clock' as const } : {}) }, lines, services)
}

/** Adds what befell the services to what was read from the command's output. */
export function withServices<T extends Omit<CheckResult, 'stage' | 'durationMs'>>(findings: T, run: ServicedRun): T {
  if (run.troubles.length === 0) return findings
  const problems = run.troubles.map((message) => ({ file: null, message }))
  const services = run.troubles
  if (run.ready === null) return { ...findings, status: 'broken', problems, services, unstarted: true }
  return { ...findings, problems: [...findings.problems, ...problems], services }
}

/** Why the services cannot carry a run, with the mend; null: all of them became ready. */
export function whyNotReady({ ready, failure, troubles, result }: ServicedRun): string | null {
  if (ready !== null && troubles.length === 0) return null
  const trouble = troubles.join('\n') || `the services could not be tried: ${result.message ?? result.cause}`
  if (failure) return `${trouble}\n${mendText(failure)}`
  return ready === null ? trouble : `${trouble}\n${FOREGROUND}`
}

function serviceOf({ name, run, ready, seconds, env }: ServiceConfig): Service {
  return { name, run, ready, seconds: seconds ?? DEFAULT_SECONDS, env: env ?? {} }
}

/** Ends the command when its own time is over, which begins when the services are ready. */
class CommandClock {
  readonly #over = new AbortController()
  readonly #nonce: string
  readonly #wallMs: number
  #timer: NodeJS.Timeout | undefined
  #unread = ''

  constructor(nonce: string, wallMs: number) {
    this.#nonce = nonce
    this.#wallMs = Math.min(wallMs, LONGEST_TIMER_MS)
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  follow(text: string): void {
    const { stdout, lines } = splitOutput(this.#nonce, this.#unread + text)
    // Only what may be the beginning of a line of ours is kept; a flood is not.
    const lineStart = stdout.lastIndexOf('\n')
    this.#unread = lineStart < 0 ? '' : stdout.slice(lineStart, lineStart + LONGEST_LINE)
    for (const { kind } of lines) {
      if (kind === 'ready') this.#timer ??= setTimeout(() => this.#over.abort(), this.#wallMs)
      if (kind === 'ended') this.stop()
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

function readLines(result: BoxResult, lines: ServicesLine[], services: Service[]): ServicedRun {
  const ready = lines.find((line) => line.kind === 'ready')?.services ?? null
  const failure = lines.find((line) => line.kind === 'failed') ?? null
  const died = lines.filter((line) => line.kind === 'died').map(deathText)
  if (failure) {
    const { seconds } = services.find(({ name }) => name === failure.name) ?? { seconds: 0 }
    return { result, ready: null, failure, troubles: [failureText(failure, seconds)] }
  }
  // Who ends the supervisor must not thereby hide that a service died.
  const silent = !lines.some((line) => line.kind === 'ended') && result.cause === 'exit'
  return { result, ready, failure, troubles: silent ? [...died, silence(result, ready !== null)] : died }
}

function silence(result: BoxResult, started: boolean): string {
  const how = result.signal ? `signal ${result.signal}` : `exit code ${result.exitCode}`
  if (started) return `the supervisor of the services was ended while the tests ran (${how})`
  return `the services could not be started (${how}): ${outputTail(result).slice(-1_000)}`
}
