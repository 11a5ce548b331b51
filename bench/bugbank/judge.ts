import { fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sha256 } from '../../src/core/hash.ts'
import { applied, type Bug, REFERENCE } from './bank.ts'
import type { Message, Order, Trial, TrialResult } from './protocol.ts'

/** The bound of the bank: as many cases of each property and campaign, or so much CPU time for all of them together. */
export const KIT = { rounds: [30, 270, 1_700], maxMs: 10_000 }
const EXAMPLES_MS = 1_000
/** A test process that says nothing for so much longer than it may take stands still: the smallest failing case is looked for in that time, too. */
const SILENCE_MS = 120_000

export interface Judged {
  bug: Bug
  kit: TrialResult
  /** The same tests with one case each. */
  single: TrialResult
  examples: TrialResult
}

/** Runs all three suites on one bug, the kit's for at most `maxMs`. Throws where it does not apply, or its code cannot be loaded. */
export async function judge(bug: Bug, seed: number, maxMs = KIT.maxMs): Promise<Judged> {
  const own = Number.parseInt(sha256(`${seed} ${bug.system}/${bug.name}`).slice(0, 7), 16)
  const first = bug.violates.split(',').map((criterion) => criterion.trim())
  const common = { seed: own, first }
  const [examples, single, kit] = await runTrials({ root: join(REFERENCE, bug.system), contents: await applied(bug) }, [
    { ...common, name: 'examples', folder: 'examples', rounds: [1], maxMs: EXAMPLES_MS },
    { ...common, name: 'single', folder: 'test', rounds: [1], maxMs },
    { ...common, name: 'kit', folder: 'test', rounds: KIT.rounds, maxMs },
  ])
  return { bug, kit: kit!, single: single!, examples: examples! }
}

/** What the reference says to its own suites: nothing may be red. `cases` of each property and campaign, whatever time they take. */
export async function judgeReference(system: string, cases: number, seed: number): Promise<TrialResult[]> {
  const maxMs = Number.MAX_SAFE_INTEGER
  const common = { seed, first: [], maxMs }
  return runTrials({ root: join(REFERENCE, system), contents: {} }, [
    { ...common, name: 'examples', folder: 'examples', rounds: [1] },
    { ...common, name: 'kit', folder: 'test', rounds: [cases] },
  ])
}

/** A process that stands still in a trial, or ends in it, has failed it as it would any test runner; the others are run by a new one. */
async function runTrials(version: Omit<Order, 'trials'>, trials: Trial[]): Promise<TrialResult[]> {
  const results: TrialResult[] = []
  while (results.length < trials.length) {
    const left = trials.slice(results.length)
    const { done, failed } = await runProcess({ ...version, trials: left })
    results.push(...done)
    if (failed !== null) results.push(failed)
  }
  return results
}

function runProcess(order: Order): Promise<{ done: TrialResult[]; failed: TrialResult | null }> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'test-process.ts'), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    const said: string[] = []
    for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', (line) => said.push(line))
    const done: TrialResult[] = []
    let current: string | null = null
    let begun = 0
    let broken: string | null = null
    let watchdog: NodeJS.Timeout | undefined
    const patience = () => {
      clearTimeout(watchdog)
      const { maxMs = 0 } = order.trials.find(({ name }) => name === current) ?? {}
      if (maxMs < Number.MAX_SAFE_INTEGER) watchdog = setTimeout(() => child.kill('SIGKILL'), maxMs + SILENCE_MS)
    }
    child.on('message', (message: Message) => {
      if ('begin' in message) [current, begun] = [message.begin, performance.now()]
      else if ('broken' in message) broken = message.broken
      else done.push(message.result)
      patience()
    })
    child.on('exit', (_code, signal) => {
      clearTimeout(watchdog)
      if (broken !== null) return reject(new Error(`${order.root}: ${broken}`))
      if (done.length === order.trials.length) return resolve({ done, failed: null })
      if (current === null) return reject(new Error(`${order.root}: no test process: ${said.slice(-20).join('\n')}`))
      const message = signal === 'SIGKILL' ? 'does not end' : `the test process ended:\n${said.slice(-20).join('\n')}`
      const ms = performance.now() - begun
      const none = { tests: 0, by: null, cases: 0, drawn: 0, shrunk: null }
      resolve({ done, failed: { ...none, name: current, killed: true, message, ms } })
    })
    child.on('error', reject)
    patience()
    child.send(order)
  })
}
