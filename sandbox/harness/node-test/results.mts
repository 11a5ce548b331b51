import { stripVTControlCharacters } from 'node:util'
import { messageOf, type SentError } from '../errors.mts'
import type { Seen } from '../protocol.mts'
import { type RunnerFile, type RunnerTest, testSeal } from '../report.mts'
import { peek } from '../witness.mts'
import type { Line } from './wire.mts'

/** How the process of a file ended. */
export interface Ended {
  code: number | null
  signal: string | null
  spawnError: Error | null
  /** ms, after which it was ended for want of an end of its own; null: it ended by itself. */
  endedAfter: number | null
  /** The last that it printed as an error. */
  stderr: string
}

/** All that is told of a file without tests that ended well. */
export const NO_TESTS = 'No test was found in this file'
const MAX_WORDS = 1_500

/** Collects what one test process tells. Its lines are not trusted: whatever they hold, nothing throws. */
export class FileResults {
  readonly #file: string
  readonly #tests: Extract<Line, { kind: 'test' }>[] = []
  readonly #started: string[][] = []
  readonly #errors: string[] = []
  readonly #suites: Extract<Line, { kind: 'suite' }>[] = []
  readonly #seals = new Map<string, unknown>()
  #end: Extract<Line, { kind: 'end' }> | null = null

  constructor(file: string) {
    this.#file = file
  }

  /** Takes one line and answers what it adds to the display. */
  add(text: string): { done?: number; failed?: number; runs?: number } {
    const line = parsed(text)
    switch (line?.kind) {
      case 'start':
        this.#started.push(line.path)
        return {}
      case 'test':
        this.#tests.push(line)
        return { done: 1, failed: line.state === 'failed' ? 1 : 0 }
      case 'suite':
        this.#suites.push(line)
        this.#errors.push(`${line.path.join(' > ')}: ${messageOf(line.error)}`)
        return {}
      case 'warning':
        this.#errors.push(line.message)
        return {}
      case 'seen':
        this.#seals.set(line.name, line.sealed)
        return { runs: casesOf(line.sealed) }
      case 'end':
        this.#end = line
        return {}
      default:
        return {}
    }
  }

  end(ended: Ended): RunnerFile {
    if (!this.#end) this.#addUnfinished(ended)
    const tests = this.#runnerTests()
    const errors = [...this.#errors, ...this.#trouble(ended, tests)]
    return { file: this.#file, tests, errors, sealed: this.#end?.sealed }
  }

  /** Tests whose function was called and of which nothing more was heard. */
  #addUnfinished(ended: Ended): void {
    const told = new Set(this.#tests.map(({ path }) => JSON.stringify(path)))
    const message = unfinished(ended)
    for (const path of this.#started) {
      if (told.has(JSON.stringify(path))) continue
      this.#tests.push({
        kind: 'test',
        path,
        state: 'failed',
        durationMs: 0,
        error: { name: 'NotFinished', message },
        cancelled: false,
      })
    }
  }

  #runnerTests(): RunnerTest[] {
    const counts = new Map<string, number>()
    return this.#tests.map(({ path, state, durationMs, error: own, cancelled }) => {
      const error = (cancelled ? this.#around(path) : null) ?? own
      const id = [this.#file, ...path].join(' > ')
      const nth = (counts.get(id) ?? 0) + 1
      counts.set(id, nth)
      const sealedAs = testSeal(id, nth)
      const sealed = this.#seals.get(sealedAs)
      return { id, name: path.at(-1) ?? '', sealedAs, sealed, state, durationMs, errors: error ? [error] : undefined }
    })
  }

  /** Why the suite failed in which a test was not run. */
  #around(path: string[]): SentError | null {
    const inside = (outer: string[]) => outer.every((name, at) => path[at] === name)
    return this.#suites.find((suite) => inside(suite.path))?.error ?? null
  }

  /** A process that ended otherwise than its tests explain. */
  #trouble(ended: Ended, tests: RunnerTest[]): string[] {
    const words = ended.stderr.trim()
    if (ended.spawnError) return [`its process could not be started: ${ended.spawnError.message}`]
    if (!this.#end && tests.length === 0 && ended.code === 0) return [NO_TESTS]
    if (!this.#end && tests.length === 0) return [words || `its process ${howEnded(ended)}`]
    if (!this.#end) return [`its process ${howEnded(ended)} before its tests had ended`]
    const explained = tests.some(({ state }) => state === 'failed') || this.#errors.length > 0
    if (ended.code !== 0 && !explained)
      return [`its process ${howEnded(ended)}, though no test failed\n${words}`.trim()]
    return []
  }
}

function unfinished(ended: Ended): string {
  const { endedAfter, code } = ended
  if (endedAfter !== null) return `the test did not end in time: its process was ended after ${endedAfter / 1_000} s`
  const why = code === 0 ? ' (did the code end the process?)' : ''
  return `the test did not end: its process ${howEnded(ended)}${why}`
}

function howEnded({ code, signal }: Ended): string {
  return signal ? `was ended by ${signal}` : `ended with exit code ${code}`
}

/** Where Node says what went wrong; its own stack and ours say nothing to a model. */
export function errorWords(stderr: string): string {
  const text = stripVTControlCharacters(stderr)
  const at = text.search(/^(\w*Error)\b.*$/m)
  const words = at < 0 ? text : text.slice(at)
  const rest = words
    .replace(/^\s+at .*(?:node:internal|\/sandbox\/harness\/).*$\n?/gm, '')
    .replace(/^Node\.js v\S+\s*$/gm, '')
  return rest.trim().slice(0, MAX_WORDS)
}

function parsed(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Line
    return isLine(line) ? line : null
  } catch {
    return null
  }
}

function isLine(line: unknown): line is Line {
  if (typeof line !== 'object' || line === null) return false
  const { kind, path } = line as { kind?: unknown; path?: unknown }
  const isPath = Array.isArray(path) && path.every((name) => typeof name === 'string')
  return kind === 'test' || kind === 'suite' || kind === 'start' ? isPath : typeof kind === 'string'
}

function casesOf(sealed: unknown): number {
  return (peek<Seen>(sealed)?.properties ?? []).reduce((sum, { runs }) => sum + runs, 0)
}
