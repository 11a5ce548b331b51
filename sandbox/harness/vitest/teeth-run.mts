import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MutantRun, TestResult } from '../../../src/core/verdict/evidence.ts'
import type { TeethRequest } from '../../../src/world.ts'
import { monotonicMs } from '../clock.mts'
import type { Order } from '../driver.mts'
import { CARRIER, type HarnessReport, type Seen, SUITE, TESTS } from '../protocol.mts'
import { joined, notRun, triedOf } from '../teeth.mts'
import { unseal } from '../witness.mts'
import { HarnessReporter } from './reporter.mts'
import { idOf, SEALED, type SentTest, sealOfTask } from './results.mts'
import type { TeethSettings, Watched } from './teeth-process.mts'

const POLL_MS = 100
/** Processes that die or hang are begun anew without the wrong version that did it, this often. */
const MOST_ROUNDS = 8

/** Runs the test files of an order once. */
export type RunOnce = (reporter: HarnessReporter, teeth: TeethSettings) => Promise<HarnessReport>

/**
 * Runs the requested files on all wrong versions, in one process for each file as long as none of them takes it along: then the rest
 * goes on in another one. The report's `tests` are those of the right version.
 */
export async function runTeeth(
  { settings, scratch, tell }: Order,
  teeth: TeethRequest,
  once: RunOnce,
): Promise<HarnessReport> {
  const started = monotonicMs()
  const known: MutantRun[] = []
  let left = teeth.mutants
  for (let round = 1; ; round++) {
    const watch = await mkdtemp(join(scratch, 'teeth-'))
    const reporter = new TeethReporter(settings.key, (now) => {
      const all = joined([...known, ...now])
      const failed = all.filter(({ status }) => status === 'killed').length
      tell({ done: triedOf(all), total: teeth.mutants.length, runs: 0, failed, running: null })
    })
    const maxMs = round === 1 ? teeth.maxMs : Math.max(0, teeth.maxMs - (monotonicMs() - started))
    const ended = await oneRound({ ...teeth, mutants: left, maxMs, watch }, reporter, once)
    known.push(...reporter.outcomes, ...ended.culprits)
    const through = new Set(known.map(({ mutant }) => mutant))
    left = left.filter((id) => !through.has(id))
    const goOn = ended.culprits.length > 0 && round < MOST_ROUNDS && left.length > 0
    if (!goOn) return { ...ended.report, mutants: [...joined(known), ...left.map(notRun)] }
  }
}

interface Round {
  report: HarnessReport
  /** Those that killed their process, or had to be ended with it. */
  culprits: MutantRun[]
}

async function oneRound(teeth: TeethSettings, reporter: TeethReporter, once: RunOnce): Promise<Round> {
  const hung = new Set<number>()
  const watching = setInterval(() => void endHanging(teeth.watch, hung), POLL_MS)
  try {
    const report = await once(reporter, teeth)
    const left = (await watched(teeth.watch)).flatMap(({ mutant }) => (mutant === null ? [] : [mutant]))
    const culprits = left.filter((mutant) => mutant !== 0).map((mutant) => culprit(mutant, hung))
    return { report: ofRightVersion(report, culprits.length > 0 ? reporter.ended : null), culprits }
  } finally {
    clearInterval(watching)
  }
}

function culprit(mutant: number, hung: ReadonlySet<number>): MutantRun {
  if (hung.has(mutant)) return { mutant, status: 'timeout', test: null, message: 'it hung' }
  return { mutant, status: 'error', test: null, message: 'its process ended' }
}

async function watched(folder: string): Promise<Watched[]> {
  const found: Watched[] = []
  for (const name of await readdir(folder)) {
    try {
      found.push(JSON.parse(await readFile(join(folder, name), 'utf8')) as Watched)
    } catch {
      // It is being written.
    }
  }
  return found
}

async function endHanging(folder: string, hung: Set<number>): Promise<void> {
  for (const { pid, mutant, until } of await watched(folder).catch(() => [])) {
    if (mutant === null || monotonicMs() < until || hung.has(mutant)) continue
    hung.add(mutant)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

const RIGHT = ` > ${SUITE}0 > ${TESTS} > `

/**
 * Tests of the right version alone, under the names that they have in their file. `ended`: a wrong version took the process along, which is
 * told by its own outcome and is no fault of the tests, so only these count; null: none did.
 */
function ofRightVersion(report: HarnessReport, ended: ReadonlySet<string> | null): HarnessReport {
  const own = report.tests.filter(({ id }) => id.includes(RIGHT) && ended?.has(id) !== false)
  const tests = own.map((test): TestResult => ({ ...test, id: test.id.replace(RIGHT, ' > ') }))
  return { ...report, tests, ...(ended ? { uncollected: [], unhandled: [], doubts: [] } : {}) }
}

/** Counts wrong versions instead of tests. */
class TeethReporter extends HarnessReporter {
  readonly outcomes: MutantRun[] = []
  /** Ids of tests, made unique as in a report. */
  readonly ended = new Set<string>()
  readonly #key: string
  readonly #told: (outcomes: MutantRun[]) => void

  constructor(key: string, told: (outcomes: MutantRun[]) => void) {
    super(() => {})
    this.#key = key
    this.#told = told
  }

  override onTestCaseResult(test: SentTest): void {
    super.onTestCaseResult(test)
    if (test.result().state === 'pending') return
    if (test.name !== CARRIER) {
      const id = idOf(test)
      let unique = id
      for (let n = 2; this.ended.has(unique); n++) unique = `${id} (${n})`
      this.ended.add(unique)
      return
    }
    const seen = unseal<Seen>(this.#key, sealOfTask(test.id), Reflect.get(test.meta(), SEALED))
    if (!seen?.mutant) return
    this.outcomes.push(seen.mutant)
    this.#told(this.outcomes)
  }
}
