import { join } from 'node:path'
import { type HarnessReport, type Hint, MARK, type Progress } from '../../../sandbox/harness/protocol.mts'
import type { CheckResult, LimitName } from '../../core/verdict/evidence.ts'
import type { BoxResult } from '../box/box.ts'
import { SANDBOX, SANDBOX_MODULE } from '../package-root.ts'
import { infrastructureOf } from './infrastructure.ts'
import { outputTail, stopped } from './output.ts'

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>

/** Exit code where a program is not there. */
const NO_PROGRAM = 127

/** The folder that has to be visible inside the box at this same path. */
export const HARNESS = join(SANDBOX, 'harness')
export const HARNESS_COMMAND = ['node', join(HARNESS, `main${SANDBOX_MODULE}`)]
/** Compiles all of a project of Go, its tests too, as the harness will run them. */
export const GO_BUILD = HARNESS_COMMAND.map((word) => word.replace(/main(\.m[tj]s)$/, join('go', 'check$1')))

/** Follows the protocol lines of one run while it prints. Only lines that carry the nonce count as the runner's. */
export class RunFollower {
  progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
  report: HarnessReport | null = null
  /** A result line of the runner came that could not be read. */
  cut = false
  #nonce: string
  #started = new Set<string>()
  #runs = new Map<string, number>()
  #rest = ''

  constructor(nonce: string) {
    this.#nonce = nonce
  }

  /** Takes the next part of stdout. Returns whether the numbers may have changed. */
  add(text: string): boolean {
    const lines = (this.#rest + text).split('\n')
    // Only a protocol line is worth waiting for; a flood without line ends is not kept.
    const last = lines.pop() ?? ''
    this.#rest = last.startsWith(MARK) ? last : ''
    return lines.map((line) => line.startsWith(MARK) && this.#take(line)).some(Boolean)
  }

  /** Cases so far, those of unfinished tests included. */
  get runs(): number {
    return [...this.#runs.values()].reduce((sum, runs) => sum + runs, this.progress.runs)
  }

  /**
   * The test that a limit most likely struck: who floods the output began last, who hangs has been there longest.
   * Else what the runner said last.
   */
  running(limit: LimitName | null): string | null {
    const started = [...this.#started]
    return started.at(limit === 'output' ? -1 : 0) ?? this.progress.running
  }

  #take(line: string): boolean {
    const body = /^. specproof-(result|progress|hint) (.*)$/su.exec(line)
    if (!body) return false
    const [, kind, rest = ''] = body
    if (kind === 'hint') return this.#hint(parsed<Hint>(rest))
    if (!rest.startsWith(`${this.#nonce} `)) return false
    const json = rest.slice(this.#nonce.length + 1)
    if (kind === 'result') {
      this.report = reportIn(json)
      this.cut = this.report === null
    } else this.progress = parsed<Progress>(json) ?? this.progress
    return true
  }

  /** Anyone inside can write hints, so nothing but a name and a number on the screen depends on them. */
  #hint(hint: Hint | null): boolean {
    if (!hint || typeof hint !== 'object') return false
    if ('start' in hint) this.#started.add(String(hint.start))
    else if ('end' in hint) this.#forget(String(hint.end))
    else if (Number.isSafeInteger(hint.runs)) this.#runs.set(String(hint.of), hint.runs)
    return 'runs' in hint
  }

  #forget(id: string): void {
    this.#started.delete(id)
    this.#runs.delete(id)
  }
}

/** Reads a run of the harness in whose environment nobody but the harness knew `nonce`. */
export function testFindings(result: BoxResult, nonce: string): Findings {
  const follower = new RunFollower(nonce)
  follower.add(`${result.stdout}\n`)
  const none: Findings = {
    status: 'no-results',
    tests: [],
    problems: [],
    running: null,
    limit: null,
    output: outputTail(result),
  }
  const limit = stopped(result)
  const infrastructure = infrastructureOf(result, follower.report !== null)
  if (infrastructure) none.infrastructure = infrastructure
  if (limit) return { ...none, status: 'stopped', limit, running: follower.running(limit) }
  const report = follower.report
  if (!report) {
    const message = result.message ?? whyNoReport(result, follower)
    const unstarted = result.exitCode === NO_PROGRAM ? { unstarted: true as const } : {}
    return { ...none, ...unstarted, problems: [{ file: null, message }], running: follower.running(limit) }
  }
  const doubts = report.doubts.map(({ file, message }) => ({
    file,
    message: `the results are not believed: ${message}`,
  }))
  const problems = [...doubts, ...report.uncollected, ...report.unhandled]
  const mutants = report.mutants ? { mutants: report.mutants } : {}
  const unstarted = report.unstarted ? { unstarted: report.unstarted } : {}
  return { ...none, ...unstarted, status: statusOf(report), tests: report.tests, ...mutants, problems }
}

/** The runner ended and told nothing that can be read. */
function whyNoReport({ exitCode, signal }: BoxResult, { cut }: RunFollower): string {
  if (cut) return 'the report of the runner is cut off or damaged'
  if (signal) return `the runner was ended by ${signal} before it could report`
  if (exitCode === NO_PROGRAM) return 'there is no `node` in the box'
  return `the runner ended without a result (exit code ${exitCode})`
}

function statusOf({ tests, uncollected, unhandled, doubts, files }: HarnessReport): CheckResult['status'] {
  if (doubts.length > 0) return 'broken'
  const missing = uncollected.every(({ file }) => file !== null)
  if (files === 0 && missing && unhandled.length === 0) return 'empty'
  if (uncollected.length > 0) return 'broken'
  if (unhandled.length > 0 || tests.some(({ status }) => status === 'failed')) return 'failed'
  return tests.some(({ status }) => status === 'passed') ? 'passed' : 'empty'
}

/** Null where it is cut off, or lacks what a report has. */
function reportIn(json: string): HarnessReport | null {
  const report = parsed<HarnessReport>(json)
  const lists = [report?.tests, report?.uncollected, report?.unhandled, report?.doubts]
  return report && lists.every(Array.isArray) ? report : null
}

function parsed<T>(json: string): T | null {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
