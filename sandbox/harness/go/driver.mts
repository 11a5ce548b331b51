import { dirname } from 'node:path'
import { type Driver, type Order, patienceMs, WORKERS } from '../driver.mts'
import type { HarnessReport, Progress } from '../protocol.mts'
import { buildReport, type RunnerFile } from '../report.mts'
import { buildTests, type Package } from './build.mts'
import { type Job, runFile } from './process.mts'

/** One program for each package, and a process of it for each file of tests. */
export const driver: Driver = { run }

async function run(order: Order): Promise<HarnessReport> {
  const { request, settings, scratch } = order
  const packages = await buildTests(foldersOf(request.files), scratch)
  return runAll(order, packages, settings.key)
}

function foldersOf(files: string[] | null): string[] | null {
  if (files === null) return null
  return [...new Set(files.filter((file) => file.endsWith('.go')).map((file) => dirname(file)))]
}

async function runAll(
  { request, settings, tell }: Order,
  packages: readonly Package[],
  key: string,
): Promise<HarnessReport> {
  const asked = request.files === null ? null : new Set(request.files)
  const all = packages.flatMap((one) =>
    one.files.filter((file) => asked?.has(file) ?? true).map((file) => ({ one, file })),
  )
  const files: RunnerFile[] = []
  let progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
  const follow = (more: { done?: number; failed?: number; runs?: number }, running: string | null) => {
    const { done = 0, failed = 0, runs = 0 } = more
    const sum = { done: progress.done + done, failed: progress.failed + failed, runs: progress.runs + runs }
    progress = { ...progress, ...sum, running }
    tell(progress)
  }
  const { intensity, replay, seedEnd } = settings
  await each(all, async ({ one, file }) => {
    if (one.program === null) {
      files.push(uncompiled(one, file))
      return
    }
    follow({}, file)
    const { program, dir } = one
    const job: Job = {
      file,
      program,
      dir,
      intensity,
      replay,
      seedEnd,
      brief: false,
      env: {},
      patienceMs: patienceMs(request),
    }
    files.push(await runFile(job, key, (more) => follow(more, file)))
  })
  return buildReport(files, [], request.files, key)
}

/** Each file of a package that does not compile says why: first what the compiler said of that file. */
function uncompiled({ problems }: Package, file: string): RunnerFile {
  const own = problems.filter((problem) => problem.file === file)
  const errors = (own.length > 0 ? own : problems).map(({ message }) => message)
  return { file, tests: [], errors, sealed: undefined }
}

export async function each<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one)
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}
