/** Runs the tests of the project in the current folder: request on stdin, one signed result line on stdout. */
import { randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { access, mkdir, mkdtemp } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Driver, seedEnd } from './driver.mts'
import { messageOf } from './errors.mts'
import {
  type HarnessReport,
  type HarnessRequest,
  type HarnessRunner,
  type ProcessSettings,
  type Progress,
  progressLine,
  resultLine,
} from './protocol.mts'
import { oneByOne } from './teeth.mts'

const DRIVERS: Record<HarnessRunner, () => Promise<{ driver: Driver }>> = {
  vitest: () => import('./vitest/driver.mts'),
  'node:test': () => import('./node-test/driver.mts'),
  jest: () => import('./jest/driver.mts'),
  pytest: () => import('./pytest/driver.mts'),
  go: () => import('./go/driver.mts'),
}

/** Programs that end with 0, and with 1: what limits struck is told of a run that ended with 1 alone. */
const ENDS = { green: '/bin/true', red: '/bin/false' }

async function main(): Promise<void> {
  const request: HarnessRequest = JSON.parse(await text(process.stdin))
  const write = process.stdout.write.bind(process.stdout)
  const report = await run(request, (line) => write(line))
  await new Promise((resolve) => write(resultLine(request.nonce, report), resolve))
  // Whatever the tests left open must not keep the run alive.
  endAtOnce()
}

/**
 * `process.exit` waits for V8's threads, and now and then one of them waits for a collection of garbage that the main thread no longer
 * makes: the run was over, and ended by its time limit. Another program in the place of this one waits for nothing.
 */
function endAtOnce(): void {
  const end = (process.exitCode ?? 0) === 0 ? ENDS.green : ENDS.red
  if (process.execve && existsSync(end)) process.execve(end, [end], {})
  process.exit()
}

async function run(request: HarnessRequest, write: (line: string) => void): Promise<HarnessReport> {
  const scratch = await prepareFolders()
  const settings: ProcessSettings = {
    intensity: request.intensity,
    replay: request.replay ?? null,
    seedEnd: seedEnd(request),
    key: randomBytes(32).toString('hex'),
  }
  try {
    const { driver } = await DRIVERS[request.runner]()
    const tell = (progress: Progress) => write(progressLine(request.nonce, progress))
    const order = { request, settings, scratch, tell }
    if (!request.teeth) return await driver.run(order)
    return await (driver.teeth?.(order, request.teeth) ?? oneByOne(driver, order, request.teeth))
  } catch (error) {
    const message = `the test runner could not be started: ${messageOf(error)}`
    return { tests: [], uncollected: [{ file: null, message }], unhandled: [], doubts: [], files: 0, unstarted: true }
  }
}

/** HOME and TMPDIR may be named but not made yet; vitest 5 keeps a token below HOME and refuses to start without. */
async function prepareFolders(): Promise<string> {
  for (const folder of [tmpdir(), homedir()]) await mkdir(folder, { recursive: true }).catch(() => {})
  const scratch = await mkdtemp(join(tmpdir(), 'specproof-harness-'))
  const writable = await access(homedir(), constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable) process.env.XDG_DATA_HOME = scratch
  return scratch
}

await main()
