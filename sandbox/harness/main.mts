/** Runs the tests of the project in the current folder: request on stdin, one signed result line on stdout. */
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { messageOf } from './errors.mts'
import { viteOverrides, vitestOptions } from './options.mts'
import { type HarnessReport, type HarnessRequest, progressLine, resultLine } from './protocol.mts'
import { HarnessReporter } from './reporter.mts'
import { buildReport } from './results.mts'

interface VitestNode {
  startVitest(mode: 'test', filters: string[], options: object, viteOverrides: object): Promise<VitestInstance>
  version: string
}

interface VitestInstance {
  state: { getUnhandledErrors(): unknown[] }
}

async function main(): Promise<void> {
  const request: HarnessRequest = JSON.parse(await text(process.stdin))
  const write = process.stdout.write.bind(process.stdout)
  const report = await run(request, (line) => write(line))
  await new Promise((resolve) => write(resultLine(request.nonce, report), resolve))
  // Whatever the tests left open must not keep the run alive.
  process.exit()
}

async function run(request: HarnessRequest, write: (line: string) => void): Promise<HarnessReport> {
  const scratch = await prepareFolders()
  const reporter = new HarnessReporter((progress) => write(progressLine(request.nonce, progress)))
  try {
    const vitest = await loadVitest()
    const options = vitestOptions(request, reporter, Number.parseInt(vitest.version, 10))
    const instance = await vitest.startVitest('test', filters(request), options, viteOverrides(scratch))
    const unhandled = new Set([...reporter.unhandled, ...instance.state.getUnhandledErrors()])
    return buildReport(reporter.modules, [...unhandled], request.files)
  } catch (error) {
    const message = `the test runner could not be started: ${messageOf(error)}`
    return { tests: [], uncollected: [{ file: null, message }], unhandled: [], files: 0 }
  }
}

/** The runner of the project, not ours. Rejects when it is not installed. */
async function loadVitest(): Promise<VitestNode> {
  const require = createRequire(join(process.cwd(), 'package.json'))
  return import(pathToFileURL(require.resolve('vitest/node')).href)
}

/** Filters match parts of paths; results of other files that match by accident are dropped from the report. */
function filters(request: HarnessRequest): string[] {
  return (request.files ?? []).map((file) => join(process.cwd(), file))
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
