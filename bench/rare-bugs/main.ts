/**
 * How many rare bugs a verdict finds: implementations that are wrong in 1 of 10 to 1 of 2,000 cases, judged by tests that a model
 * wrote for the shipped specs. Side by side: our default level, one green run as written (100 cases), and one run whose red is tried
 * once more and called flaky when it is green then. `node bench/rare-bugs/main.ts [system] [rounds]`
 */
import { rm } from 'node:fs/promises'
import { withWorkbench } from '../../src/commands/workbench.ts'
import type { Config } from '../../src/core/config.ts'
import { seededIntegers } from '../../src/core/random.ts'
import { DEFAULT_LEVEL } from '../../src/core/settings.ts'
import type { Rerun } from '../../src/core/verdict/again.ts'
import { propertyRuns } from '../../src/core/verdict/judge.ts'
import { openRepository } from '../../src/io/git/repository.ts'
import { type Bench, runAgain } from '../../src/task/again.ts'
import type { Intensity } from '../../src/world.ts'
import { BUGS, type RareBug } from './bugs.ts'
import { finishedSystem, withBug } from './systems.ts'

const only = process.argv[2] === 'all' ? undefined : process.argv[2]
const rounds = Number(process.argv[3] ?? 10)
/** Cases that a runner tries by itself. */
const AS_WRITTEN = 100
const PATIENCE = { check: null, maxMs: 600_000 }
const seedOf = seededIntegers(20_261_123)

interface Found {
  bug: RareBug
  /** Cases until the first red one, of each seed on which one was. */
  cases: number[]
  ours: boolean
  /** Single runs that were red, and pairs of which both were, of `rounds`. */
  once: number
  twice: number
}

async function tryOne(bench: Bench, commit: string, rerun: Rerun, seeds: number, runs: number, minMs = 0) {
  const intensity: Intensity = { seeds: Array.from({ length: seeds }, seedOf), runs, minMs }
  const { verdict, result } = await runAgain(bench, commit, rerun, intensity, PATIENCE)
  if (verdict.standing === 'not-run') throw new Error(verdict.reason)
  const red = propertyRuns(result).filter(({ failed }) => failed)
  return { red: verdict.standing === 'broken', cases: red.map(({ runs }) => runs) }
}

async function judge(bench: Bench, bug: RareBug, commit: string): Promise<Found> {
  const rerun: Rerun = { by: bug.by, files: [bug.test], seeds: [] }
  const found: Found = { bug, cases: [], ours: false, once: 0, twice: 0 }
  const { seeds, runs, schedules, chaosMs } = DEFAULT_LEVEL
  const chaos = bug.by === 'chaos'
  const ours = await tryOne(bench, commit, rerun, seeds, chaos ? schedules / seeds : runs, chaos ? chaosMs : 0)
  found.ours = ours.red
  if (ours.cases.length > 0) found.cases.push(Math.min(...ours.cases))
  for (let round = 0; round < rounds; round++) {
    const first = await tryOne(bench, commit, rerun, 1, AS_WRITTEN)
    if (!first.red) continue
    found.once++
    if (first.cases.length > 0) found.cases.push(Math.min(...first.cases))
    if ((await tryOne(bench, commit, rerun, 1, AS_WRITTEN)).red) found.twice++
  }
  return found
}

function line({ bug, cases, ours, once, twice }: Found): string {
  // Cases that found nothing count as well: those of the rounds that were green.
  const tried = cases.reduce((sum, one) => sum + one, 0) + (rounds - once) * AS_WRITTEN
  const rate =
    cases.length === 0 ? '-' : `1 of ${Math.max(1, Math.round(tried / cases.length)).toLocaleString('en-US')}`
  return `| ${bug.system} | ${bug.name} | ${rate} | ${ours ? 'red' : 'green'} | ${once}/${rounds} | ${twice}/${rounds} |`
}

console.log('| system | bug | shows in | our default | one run is red | red twice |')
console.log('| --- | --- | --- | --- | --- | --- |')
const all: Found[] = []
for (const system of new Set(BUGS.map((bug) => bug.system))) {
  if (only !== undefined && system !== only) continue
  const { dir, commit } = await finishedSystem(system)
  try {
    const config: Config = {}
    const repository = await openRepository(dir)
    const quiet = { tell: () => {}, onProgress: () => {} }
    await withWorkbench(
      { repository, config, commit, isolation: undefined, purpose: 'bench', ...quiet },
      async (bench) => {
        for (const bug of BUGS.filter((one) => one.system === system)) {
          const found = await judge(bench, bug, await withBug(dir, commit, bug))
          all.push(found)
          console.log(line(found))
        }
      },
    )
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
const mean = (of: (found: Found) => number) => (all.reduce((sum, one) => sum + of(one), 0) / rounds).toFixed(1)
console.log(
  `${all.length} bugs: our default finds ${all.filter(({ ours }) => ours).length}; one run finds ${mean(({ once }) => once)} of them at the mean; one that is tried again ${mean(({ twice }) => twice)}`,
)
