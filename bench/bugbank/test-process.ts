/** Runs the tests of one version of a system, without the start of a whole test runner: order and results are messages. */
import { existsSync, readdirSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { derivedSeed } from '../../sandbox/harness/search.mts'
import { type Watch, waitFor, watch, watched } from '../../sandbox/harness/test-process.mts'
import type { PropertyRun } from '../../src/core/verdict/evidence.ts'
import { type Declared, declared } from './declare.ts'
import type { Message, Order, Shrunk, Trial, TrialResult } from './protocol.ts'
import { state } from './state.ts'

/** A case that waits for so long waits for something that never comes. */
const PATIENCE_MS = 5_000
/** The longest time that Node's timers take. */
const MOST_MS = 2_000_000_000
/** The cases until the failing one once more, and then the search for the smallest. */
const MOST_SHRINK_MS = 35_000
const KIT = pathToFileURL(join(import.meta.dirname, '..', '..', 'sandbox', 'sim', 'index.ts')).href
const STAND_INS: Record<string, string> = {
  vitest: new URL('./vitest.ts', import.meta.url).href,
  'fast-check': new URL('./fast-check.ts', import.meta.url).href,
  'specproof/sim': KIT,
}

function redirect({ root, contents }: Order): void {
  const home = `${pathToFileURL(root).href}/`
  const texts = new Map(Object.entries(contents).map(([path, text]) => [new URL(path, home).href, text]))
  registerHooks({
    resolve(specifier, context, next) {
      const standIn = context.parentURL?.startsWith(home) ? STAND_INS[specifier] : undefined
      return standIn === undefined ? next(specifier, context) : { url: standIn, shortCircuit: true }
    },
    load(url, context, next) {
      const source = texts.get(url)
      return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true }
    },
  })
}

async function collect(root: string, folder: string): Promise<Declared[]> {
  const from = declared.length
  const found = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []
  const files = found.filter((name) => name.endsWith('.test.ts'))
  for (const file of files.sort()) await import(pathToFileURL(join(root, folder, file)).href)
  return declared.slice(from)
}

interface Seen {
  /** What was thrown. */
  error: string | null
  properties: PropertyRun[]
}

let running: Watch | null = null

// As a test runner has it: a rejection that nobody handles is an error of the test that runs.
for (const event of ['unhandledRejection', 'uncaughtException'])
  process.on(event, (error: unknown) => running?.failed(error))

async function runTest({ title, run }: Declared, brief: boolean, limit: number): Promise<Seen> {
  state.brief = brief ? { begins: () => {}, inTime: (waiting) => waitFor(waiting, PATIENCE_MS) } : null
  // What goes on right behind a campaign would still be under its watch, which ends an event after 5 s.
  await new Promise((resolve) => setImmediate(resolve))
  const seer = watch(title, false)
  running = seer
  // What waits for ever would end the process, or keep it.
  await waitFor(watched(state, seer, run), limit).catch((error: Error) => seer.failed(error))
  const { error, properties } = seer.seen()
  return { error: error?.message ?? null, properties }
}

const FAULT =
  /"kind":"(partition|one-way|drop|duplicate|delay|reorder|clog|crash|torn-crash|pause|slow|skew|drift|disk-\w+|corrupt)"/g

/** The same cases again, and now the search for the smallest one that fails. */
async function shrunk(test: Declared, failed: PropertyRun): Promise<Shrunk | null> {
  if (failed.seed === null) return null
  const runs = Math.max(1, failed.runs)
  state.intensity = { seeds: [failed.seed], runs, minMs: 0 }
  const { properties } = await runTest(test, false, MOST_SHRINK_MS)
  const found = properties.find(({ counterexample }) => counterexample !== null)
  if (!found?.counterexample) return null
  const schedule = found.counterexample.includes('"faults":')
  const faults = found.counterexample.match(FAULT)?.length ?? (schedule ? 0 : null)
  return { counterexample: found.counterexample, faults, picture: found.picture ?? [] }
}

const sum = (properties: readonly PropertyRun[]) => properties.reduce((all, { runs }) => all + runs, 0)

/** Time of this process alone: on a busy machine the same search finds the same. */
function cpuClock() {
  const wall = performance.now()
  const begin = process.cpuUsage()
  const ms = () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1_000
  }
  return { ms, slowness: () => Math.max(1, (performance.now() - wall) / Math.max(1, ms())) }
}

/** Tests of the criterion that is violated go two rounds ahead of the others. */
function turns(
  rounds: number[],
  first: Declared[],
  others: Declared[],
): { round: number; runs: number; some: Declared[] }[] {
  const all = rounds.map((runs, round) => ({ round, runs }))
  const of = (some: Declared[]) => (one: { round: number; runs: number }) => ({ ...one, some })
  return [
    ...all.slice(0, 2).map(of(first)),
    ...all.slice(0, 2).map(of(others)),
    ...all.slice(2).flatMap((one) => [of(first)(one), of(others)(one)]),
  ]
}

async function runTrial(trial: Trial, tests: Declared[]): Promise<TrialResult> {
  const { name, rounds, maxMs, seed, first } = trial
  const isFirst = ({ title }: Declared) =>
    first.some((criterion) => title.split(' > ').at(-1)!.startsWith(`${criterion} `))
  const result: TrialResult = {
    name,
    tests: tests.length,
    killed: false,
    by: null,
    message: null,
    cases: 0,
    drawn: 0,
    ms: 0,
    shrunk: null,
  }
  const cpu = cpuClock()
  const own = new Map<Declared, number>()
  for (const { round, runs, some } of turns(
    rounds,
    tests.filter(isFirst),
    tests.filter((test) => !isFirst(test)),
  )) {
    for (const test of some) {
      // A round that was begun late would be cut to a case each, and call marks unreached.
      if (round > 0 && cpu.ms() > maxMs) break
      state.deadline = performance.now() + Math.max(1, maxMs - cpu.ms()) * cpu.slowness()
      // What draws nothing says the same each time.
      if (own.get(test) === 0) continue
      state.intensity = { seeds: [derivedSeed(seed, round)], runs, minMs: 0 }
      const { error, properties } = await runTest(test, true, Math.min(cpu.slowness() * (maxMs + PATIENCE_MS), MOST_MS))
      own.set(test, (own.get(test) ?? 0) + sum(properties))
      result.drawn += sum(properties)
      if (error === null) continue
      result.ms = cpu.ms()
      const failed = properties.find(({ failed }) => failed)
      const small = failed && name === 'kit' ? await shrunk(test, failed) : null
      return { ...result, killed: true, by: test.title, message: error, cases: own.get(test)!, shrunk: small }
    }
  }
  return { ...result, ms: cpu.ms() }
}

function send(message: Message): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()))
}

process.once('message', async (order: Order) => {
  redirect(order)
  const collected: Record<string, Declared[]> = {}
  try {
    for (const { folder } of order.trials) collected[folder] ??= await collect(order.root, folder)
  } catch (error) {
    await send({ broken: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    process.exit()
  }
  for (const trial of order.trials) {
    await send({ begin: trial.name })
    await send({ result: await runTrial(trial, collected[trial.folder]!) })
  }
  process.exit()
})
