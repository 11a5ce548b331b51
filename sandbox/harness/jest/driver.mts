import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { type Driver, importFile, type Order, patienceMs, projectRequire, WORKERS } from '../driver.mts'
import { messageOf } from '../errors.mts'
import { buildReport } from '../report.mts'
import { judgingConfig, type RawConfig } from './config.mts'
import { listen } from './reporter.mts'
import { casesOf, type JestFile, toRunnerFile } from './results.mts'

interface JestCore {
  runCLI(argv: object, projects: string[]): Promise<{ results: Results }>
}

interface JestConfig {
  readInitialOptions(config: undefined, options: object): Promise<{ config: RawConfig }>
}

interface Results {
  testResults: JestFile[]
  runExecError?: unknown
}

const NOTHING_FOUND = /^No tests found/m

export const driver: Driver = {
  async run(order) {
    const { request, settings, tell } = order
    const jest = createRequire(projectRequire().resolve('jest'))
    const core = createRequire(jest.resolve('@jest/core'))
    const { runCLI } = loaded<JestCore>(await importFile(jest.resolve('@jest/core')))
    const { readInitialOptions } = loaded<JestConfig>(await importFile(core.resolve('jest-config')))
    const read = async (path: string) => (await readInitialOptions(undefined, { packageRootOrConfig: path })).config
    const config = await judgingConfig(await read(process.cwd()), {
      settings: {
        ...settings,
        root: process.cwd(),
        circus: createRequire(core.resolve('jest-config')).resolve('jest-circus/runner'),
        patienceMs: patienceMs(request),
      },
      scratch: order.scratch,
      fastCheck: fastCheckPath(),
      read,
    })
    listen({ tell, name: fileName, cases: casesOf })
    nodeOptions(request.node.flags)
    const results = await runJest(runCLI, order, config)
    const files = results.testResults.map((result) => toRunnerFile(result, fileName))
    const unhandled = results.runExecError ? [results.runExecError] : []
    return buildReport(files, unhandled, request.files, settings.key)
  },
}

/** With nothing to run jest ends by an error of its own; an empty run is no trouble of the runner. */
async function runJest(runCLI: JestCore['runCLI'], { request }: Order, config: RawConfig): Promise<Results> {
  const patterns = (request.files ?? []).map((file) => `^${escaped(`${process.cwd()}/${file}`)}$`)
  const argv = {
    $0: 'jest',
    _: patterns,
    config: JSON.stringify(config),
    ci: true,
    watchman: false,
    passWithNoTests: true,
    testTimeout: patienceMs(request) * 2,
    maxWorkers: WORKERS,
    // Any use of memory is above it: each file gets a process of its own, and none runs in ours.
    workerIdleMemoryLimit: '2',
    color: false,
  }
  try {
    return (await runCLI(argv, [process.cwd()])).results
  } catch (error) {
    if (NOTHING_FOUND.test(messageOf(error))) return { testResults: [] }
    throw error
  }
}

function fileName(path: string): string {
  return relative(process.cwd(), path).replaceAll('\\', '/')
}

/** jest loads CommonJS, whatever the tests import. */
function fastCheckPath(): string | null {
  try {
    const path = projectRequire().resolve('fast-check')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

/** Options of Node that the project's script starts jest with are for its workers. */
function nodeOptions(flags: string[]): void {
  if (flags.length === 0) return
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS ?? '', ...flags].join(' ').trim()
}

function loaded<T>(module: unknown): T {
  const { default: inner, ...rest } = module as { default?: object }
  return { ...inner, ...rest } as T
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
