/** Runs on wrong versions: what all runners share, and a way for those that cannot do better. */
import type { MutantRun, TestResult } from '../../src/core/verdict/evidence.ts'
import type { TeethRequest } from '../../src/world.ts'
import { monotonicMs } from './clock.mts'
import type { Driver, Order } from './driver.mts'
import type { HarnessReport } from './protocol.mts'

/** Several files, or several tests, may say something of one wrong version: what comes first here counts. */
const BY_WEIGHT: MutantRun['status'][] = ['killed', 'timeout', 'error', 'refused', 'not-run', 'survived', 'unreached']

export function joined(runs: readonly MutantRun[]): MutantRun[] {
  const byId = new Map<number, MutantRun>()
  for (const run of runs) {
    const known = byId.get(run.mutant)
    const killers = [...(known?.killers ?? []), ...(run.killers ?? [])]
    const first = known && BY_WEIGHT.indexOf(known.status) <= BY_WEIGHT.indexOf(run.status) ? known : run
    byId.set(run.mutant, killers.length > 0 ? { ...first, killers } : first)
  }
  return [...byId.values()].sort((a, b) => a.mutant - b.mutant)
}

/** How many were tried; those that had no time are to come. */
export function triedOf(runs: readonly MutantRun[]): number {
  return runs.filter(({ status }) => status !== 'not-run').length
}

export function notRun(mutant: number): MutantRun {
  return { mutant, status: 'not-run', test: null, message: null }
}

/** What failed, without the report of fast-check before it. */
export function reasonOf(message: string): string {
  const parts = message.split('\n\n')
  return ((message.startsWith('Property failed') ? parts[1] : parts[0]) ?? message).slice(0, MOST_MESSAGE)
}

const MOST_MESSAGE = 300
/** A wrong version may take this many times as long as the right one, and so much over that. */
const SLOWER = 10
/** What is run alone gets at least this many times as long as the right one. */
const ALONE = 2

/** What fast-check says where its time was over before a single case was through: that is no error of the code. */
export function cutShort(message: string): boolean {
  return /^Property interrupted after 0 tests\b/.test(message)
}

/**
 * Milliseconds for one wrong version of the `left` ones, `toCome` of which are not through. With its share alone a slow one is cut short,
 * and then so is the next: what is run `alone` gets as long as it takes, for others later ones go without.
 */
export function timeFor(left: number, toCome: number, rightMs: number, alone: boolean | undefined): number {
  const share = left / toCome
  return alone ? Math.min(left, Math.max(share, ALONE * rightMs)) : share
}

/**
 * All test processes anew for each wrong version, which a variable of the environment names to the code. The right version comes first.
 */
export async function oneByOne(driver: Driver, order: Order, teeth: TeethRequest): Promise<HarnessReport> {
  const { intensity } = order.request
  const end = monotonicMs() + teeth.maxMs
  const started = monotonicMs()
  const right = teeth.control ? await driver.run({ ...order, tell: () => {} }) : null
  // What is red on the right version tells nothing of the wrong ones.
  const red = new Set(right?.tests.flatMap(({ id, status }) => (status === 'failed' ? [id] : [])))
  const rightMs = monotonicMs() - started
  const patience = SLOWER * rightMs + 2 * teeth.waitMs
  const mutants: MutantRun[] = []
  for (const [at, mutant] of teeth.mutants.entries()) {
    const left = end - monotonicMs()
    if (left <= 0) {
      mutants.push(notRun(mutant))
      continue
    }
    process.env[teeth.key] = String(mutant)
    const share = timeFor(left, teeth.mutants.length - at, teeth.control ? rightMs : 0, teeth.alone)
    const settings = {
      ...order.settings,
      intensity: teeth.thorough ?? intensity,
      seedEnd: monotonicMs() + share,
      waitMs: teeth.waitMs,
      // Beside a right version a limit in all will do, and costs less than one for each case.
      ...(teeth.control ? {} : { wrong: { key: teeth.key, mutant } }),
    }
    const request = { ...order.request, maxMs: Math.ceil(Math.max(patience, share + teeth.waitMs)) }
    const report = await driver.run({ ...order, request, settings, tell: () => {} })
    const tests = report.tests.filter(({ id }) => !red.has(id))
    mutants.push(outcomeOf(mutant, { ...report, tests }))
    const failed = mutants.filter(({ status }) => status === 'killed').length
    order.tell({ done: triedOf(mutants), total: teeth.mutants.length, runs: 0, failed, running: null })
  }
  delete process.env[teeth.key]
  const none: HarnessReport = { tests: [], uncollected: [], unhandled: [], doubts: [], files: 1 }
  return { ...(right ?? none), mutants }
}

export function outcomeOf(mutant: number, { tests, uncollected, unhandled }: HarnessReport): MutantRun {
  const runs = tests.map((test) => outcomeOfTest(mutant, test))
  const [problem] = [...uncollected, ...unhandled]
  if (problem) runs.push({ mutant, status: 'error', test: null, message: reasonOf(problem.message) })
  return joined(runs)[0] ?? { mutant, status: 'error', test: null, message: 'no test ran' }
}

export const CUT_SHORT = 'its time was over before one case of a property was through'

/** The words of time limits: vitest's, node:test's and ours. */
const TIMED_OUT = /\btimed out (in|after) |did not end|does not end/

function outcomeOfTest(mutant: number, { id, name, status, error, properties }: TestResult): MutantRun {
  if (status !== 'failed' || !error) return { mutant, status: 'survived', test: null, message: null }
  // An example of the author's has no path.
  const falsified = properties.some((run) => run.failed && (run.path !== null || run.counterexample !== null))
  if (cutShort(error.message)) return { mutant, status: 'not-run', test: name, message: CUT_SHORT }
  const how = TIMED_OUT.test(error.message) ? 'timeout' : falsified || error.assertion ? 'killed' : 'error'
  const killers = how === 'killed' ? { killers: [id] } : {}
  return { mutant, status: how, test: name, message: reasonOf(error.message), ...killers }
}
