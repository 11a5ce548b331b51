import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { MutantRun, TestResult } from '../../../src/core/verdict/evidence.ts'
import type { TeethRequest } from '../../../src/world.ts'
import { monotonicMs } from '../clock.mts'
import { type Driver, type Order, patienceMs, seedShareMs, WORKERS } from '../driver.mts'
import type { HarnessReport, Progress } from '../protocol.mts'
import { buildReport, type RunnerFile } from '../report.mts'
import { joined, notRun, outcomeOf, triedOf } from '../teeth.mts'
import { type Built, buildTests, type Package } from './build.mts'
import { type Job, runFile } from './process.mts'

/** One program for each package, and a process of it for each file of tests. */
export const driver: Driver = {
  async run(order) {
    const { packages } = await buildTests(foldersOf(order.request.files), order.scratch)
    return runAll(order, packages)
  },
  teeth: runTeeth,
}

function foldersOf(files: string[] | null): string[] | null {
  if (files === null) return null
  return [...new Set(files.filter((file) => file.endsWith('.go')).map((file) => dirname(file)))]
}

async function runAll({ request, settings, tell }: Order, packages: readonly Package[]): Promise<HarnessReport> {
  const files: RunnerFile[] = []
  let progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
  const follow = (more: { done?: number; failed?: number; runs?: number }, running: string | null) => {
    const { done = 0, failed = 0, runs = 0 } = more
    const sum = { done: progress.done + done, failed: progress.failed + failed, runs: progress.runs + runs }
    progress = { ...progress, ...sum, running }
    tell(progress)
  }
  const { intensity, replay, seedEnd, key } = settings
  // Of the time of the run compiling has taken its part.
  const end = seedEnd + (patienceMs(request) - seedShareMs(request))
  const runFileOf = async ({ one, file }: { one: Package; file: string }) => {
    follow({}, file)
    const how = {
      intensity,
      replay,
      seedEnd,
      brief: false,
      env: {},
      patienceMs: Math.max(LEAST_MS, end - monotonicMs()),
    }
    const ran = await runOne(one, { file, ...how }, key, (more) => follow(more, file))
    // Of a package's files some hold helpers alone; one that was asked for by its name has to test something.
    const isEmpty = request.files !== null && ran.tests.length === 0 && ran.errors.length === 0
    files.push(isEmpty ? { ...ran, errors: [NO_TESTS] } : ran)
  }
  // Tests of one package may share ports and files, which are never run at the same time by the go command.
  await each(packages, async (one) => {
    for (const next of filesOf([one], request.files)) await runFileOf(next)
  })
  return buildReport(files, [], request.files, key)
}

const LEAST_MS = 1_000
const NO_TESTS = 'No test was found in this file'

function filesOf(packages: readonly Package[], files: string[] | null): { one: Package; file: string }[] {
  const asked = files === null ? null : new Set(files)
  return packages.flatMap((one) => one.files.filter((file) => asked?.has(file) ?? true).map((file) => ({ one, file })))
}

function runOne(
  one: Package,
  job: Omit<Job, 'program' | 'dir'>,
  key: string,
  follow: Parameters<typeof runFile>[2],
): Promise<RunnerFile> {
  const { program, dir } = one
  return program === null ? Promise.resolve(uncompiled(one, job.file)) : runFile({ ...job, program, dir }, key, follow)
}

/** Each file of a package that does not compile says why: first what the compiler said of that file. */
function uncompiled({ problems }: Package, file: string): RunnerFile {
  const own = problems.filter((problem) => problem.file === file)
  const errors = (own.length > 0 ? own : problems).map(({ message }) => message)
  return { file, tests: [], errors, sealed: undefined }
}

/** A wrong version may take this many times as long as the right one, and so much over that. */
const SLOWER = 4
const OVER_MS = 1_500
/** On top of the time for tests: a compiler takes a second or two for each version that is compiled for itself. */
const EDITS_MS = 20_000
const EDIT = '//specproof:edit '

interface Edit {
  id: number
  /** UTF-16 code units of the file's text. */
  start: number
  end: number
  code: string
}

/** One build serves most wrong versions, which a variable of the environment chooses; some are edits that are compiled each for itself. */
async function runTeeth(order: Order, teeth: TeethRequest): Promise<HarnessReport> {
  const { request, scratch } = order
  const built = await buildTests(foldersOf(request.files), scratch)
  // All is compiled before anything runs that could write into what is compiled.
  const own = await compileEdits(built, teeth, monotonicMs() + EDITS_MS)
  const started = monotonicMs()
  const end = started + teeth.maxMs
  const none: HarnessReport = { tests: [], uncollected: [], unhandled: [], doubts: [], files: 1 }
  const right = teeth.control ? await runAll({ ...order, tell: () => {} }, built.packages) : none
  // What is red on the right version tells nothing of the wrong ones.
  const red = new Set(right.tests.flatMap(({ id, status }) => (status === 'failed' ? [id] : [])))
  // Where the right version was not run, its time is not known.
  const patience = teeth.control ? SLOWER * (monotonicMs() - started) + OVER_MS : Math.max(OVER_MS, teeth.maxMs)
  const mutants: MutantRun[] = []
  await each(teeth.mutants, async (mutant) => {
    const packages = own.get(mutant) ?? built.packages
    if (packages === 'refused') mutants.push({ ...notRun(mutant), status: 'refused' })
    else if (packages === 'no time' || monotonicMs() > end) mutants.push(notRun(mutant))
    else mutants.push(await tryOne(order, teeth, { mutant, packages, red, patience }))
    const failed = mutants.filter(({ status }) => status === 'killed').length
    order.tell({ done: triedOf(mutants), total: teeth.mutants.length, runs: 0, failed, running: null })
  })
  return { ...right, mutants: joined(mutants) }
}

type Compiled = Package[] | 'refused' | 'no time'

/** Programs of those that cannot be chosen while a program runs. */
async function compileEdits(built: Built, teeth: TeethRequest, end: number): Promise<Map<number, Compiled>> {
  const found = new Map<number, Compiled>()
  for (const file of built.sources) {
    const text = await readFile(file, 'utf8')
    for (const line of text.split('\n')) {
      if (!line.startsWith(`${EDIT}${teeth.key} `)) continue
      const { id, start, end: to, code } = JSON.parse(line.slice(EDIT.length + teeth.key.length + 1)) as Edit
      if (!teeth.mutants.includes(id)) continue
      const edited = text.slice(0, start) + code + text.slice(to)
      const packages = monotonicMs() > end ? [] : await built.again(`edit-${id}`, { [file]: edited })
      const compiles = packages.every(({ program }) => program !== null)
      found.set(id, packages.length === 0 ? 'no time' : compiles ? packages : 'refused')
    }
  }
  return found
}

interface Try {
  mutant: number
  packages: Package[]
  red: ReadonlySet<string>
  patience: number
}

/** File after file, until one is red. */
async function tryOne(order: Order, teeth: TeethRequest, { mutant, packages, red, patience }: Try): Promise<MutantRun> {
  const { request, settings } = order
  const outcomes: MutantRun[] = []
  for (const { one, file } of filesOf(packages, request.files)) {
    const intensity = teeth.thorough ?? request.intensity
    const brief = teeth.every !== true && red.size === 0
    // A test that has found nothing ends with its search, and not with its process.
    const patienceMs = patience + teeth.waitMs
    const how = { intensity, replay: null, seedEnd: monotonicMs() + patience, brief, patienceMs }
    const result = await runOne(one, { file, ...how, env: { [teeth.key]: String(mutant) } }, settings.key, () => {})
    const report = buildReport([result], [], [file], settings.key)
    const tests: TestResult[] = report.tests.filter(({ id }) => !red.has(id))
    outcomes.push(outcomeOf(mutant, { ...report, tests }))
    if (teeth.every !== true && outcomes.at(-1)?.status !== 'survived') break
  }
  return joined(outcomes)[0] ?? notRun(mutant)
}

async function each<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one)
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}
