import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MutantRun, TestResult } from '../../../src/core/verdict/evidence.ts'
import type { Intensity, TeethRequest } from '../../../src/world.ts'
import { monotonicMs } from '../clock.mts'
import { type Driver, type Order, patienceMs, WORKERS } from '../driver.mts'
import type { HarnessReport, Problem, Progress } from '../protocol.mts'
import { buildReport, type RunnerFile } from '../report.mts'
import { joined, notRun, outcomeOf, triedOf } from '../teeth.mts'
import { type Job, PytestServer } from './server.mts'

/** One server for each worker; a file of tests is a fork of it, so that it has a process of its own and starts at once. */
export const driver: Driver = {
  run: (order) => withServers(order, 1, (servers) => runAll(order, servers)),
  teeth: (order, teeth) => withServers(order, WORKERS, (servers) => runTeeth(order, teeth, servers)),
}

async function withServers<T>(order: Order, count: number, use: (servers: PytestServer[]) => Promise<T>): Promise<T> {
  const servers = Array.from({ length: count }, () => new PytestServer(order))
  try {
    return await use(servers)
  } finally {
    await Promise.all(servers.map((server) => server.end()))
  }
}

async function runAll(order: Order, servers: PytestServer[]): Promise<HarnessReport> {
  const { request, settings, tell } = order
  const found = await filesOf(order, servers[0]!)
  // Starting a second one takes longer than most files.
  while (servers.length < Math.min(WORKERS, found.files.length)) servers.push(new PytestServer(order))
  const files: RunnerFile[] = []
  let progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
  const follow = (more: { done?: number; failed?: number; runs?: number }, running: string | null) => {
    const { done = 0, failed = 0, runs = 0 } = more
    const sum = { done: progress.done + done, failed: progress.failed + failed, runs: progress.runs + runs }
    progress = { ...progress, ...sum, running }
    tell(progress)
  }
  await each(servers, found.files, async (server, file) => {
    follow({}, file)
    const { results, ended } = await server.runFile(jobOf(order, file), (more) => follow(more, file))
    files.push(results.end(ended))
  })
  const report = buildReport(files, [], request.files, settings.key)
  report.uncollected.push(...found.problems)
  return report
}

/** Files that were asked for and are there; or all that pytest collects, by its own configuration. */
async function filesOf(order: Order, server: PytestServer): Promise<{ files: string[]; problems: Problem[] }> {
  const asked = order.request.files
  if (asked)
    return { files: asked.filter((file) => /\.py$/.test(file) && existsSync(join(process.cwd(), file))), problems: [] }
  return server.collect(jobOf(order, null))
}

function jobOf({ request, settings }: Order, file: string | null): Job {
  const { intensity, replay, seedEnd } = settings
  return {
    file,
    intensity,
    replay,
    seedEnd,
    brief: false,
    least: 0,
    first: false,
    env: {},
    plain: request.plain === true,
    patienceMs: patienceMs(request),
  }
}

async function each<T>(
  servers: PytestServer[],
  all: readonly T[],
  run: (server: PytestServer, one: T) => Promise<void>,
) {
  const left = [...all]
  const work = async (server: PytestServer) => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(server, one)
  }
  await Promise.all(servers.map(work))
}

/** A wrong version may take this many times as long as the right one for each of its cases, and so much over that. */
const SLOWER = 4
const OVER_MS = 1_000

async function runTeeth(order: Order, teeth: TeethRequest, servers: PytestServer[]): Promise<HarnessReport> {
  const none: HarnessReport = { tests: [], uncollected: [], unhandled: [], doubts: [], files: 1 }
  // Starting a server may take longer than all the rest.
  await Promise.all(servers.map((server) => server.ready()))
  const started = monotonicMs()
  const end = started + teeth.maxMs
  const right = teeth.control ? await runAll({ ...order, tell: () => {} }, servers) : none
  const rightMs = teeth.control ? monotonicMs() - started : null
  // What is red on the right version tells nothing of the wrong ones.
  const red = new Set(right.tests.flatMap(({ id, status }) => (status === 'failed' ? [id] : [])))
  const mutants: MutantRun[] = []
  let begun = 0
  await each(servers, teeth.mutants, async (server, mutant) => {
    const left = end - monotonicMs()
    const share = (left * Math.min(servers.length, teeth.mutants.length)) / (teeth.mutants.length - begun++)
    const limits = limitsOf(order, teeth, rightMs, Math.min(left, share))
    mutants.push(left <= 0 ? notRun(mutant) : await tryOne(order, teeth, { server, mutant, red, ...limits }))
    const failed = mutants.filter(({ status }) => status === 'killed').length
    order.tell({ done: triedOf(mutants), total: teeth.mutants.length, runs: 0, failed, running: null })
  })
  return { ...right, mutants: joined(mutants) }
}

interface Limits {
  /** Milliseconds after which properties begin no further case. */
  searchMs: number
  /** How much longer the case that is running then may take before its process is ended. */
  graceMs: number
}

/** `rightMs`: what the right version took; null: there is none. `share`: milliseconds that one wrong version has of what is left. */
function limitsOf({ request }: Order, teeth: TeethRequest, rightMs: number | null, share: number): Limits {
  if (rightMs === null) return { searchMs: share, graceMs: teeth.waitMs }
  const more = Math.max(1, casesOf(teeth.thorough ?? request.intensity) / casesOf(request.intensity))
  const patience = SLOWER * rightMs + OVER_MS
  return { searchMs: Math.min(more * patience, Math.max(patience, share)), graceMs: rightMs + OVER_MS }
}

const casesOf = ({ seeds, runs }: Intensity) => Math.max(1, seeds.length) * runs

interface Try extends Limits {
  server: PytestServer
  mutant: number
  red: ReadonlySet<string>
}

/** File after file, until one is red. */
async function tryOne(order: Order, teeth: TeethRequest, one: Try): Promise<MutantRun> {
  const { server, mutant, red } = one
  const { request, settings } = order
  const outcomes: MutantRun[] = []
  const files = request.files ?? []
  const end = monotonicMs() + one.searchMs
  for (const [at, file] of files.entries()) {
    const searchMs = Math.max(0, (end - monotonicMs()) / (files.length - at))
    const job: Job = {
      ...jobOf(order, file),
      intensity: teeth.thorough ?? request.intensity,
      seedEnd: monotonicMs() + searchMs,
      env: { [teeth.key]: String(mutant) },
      brief: true,
      // As many as the right version held in: beginning may take longer than all of them.
      least: casesOf(request.intensity),
      first: teeth.every !== true && red.size === 0,
      patienceMs: searchMs + one.graceMs,
    }
    const { results, ended } = await server.runFile(job, () => {})
    const report = buildReport([results.end(ended)], [], [file], settings.key)
    const tests: TestResult[] = report.tests.filter(({ id }) => !red.has(id))
    outcomes.push(outcomeOf(mutant, { ...report, tests }))
    if (teeth.every !== true && outcomes.at(-1)?.status !== 'survived') break
  }
  return joined(outcomes)[0] ?? notRun(mutant)
}
