import { relative } from 'node:path'
import type { TestResult } from '../../src/core/verdict/evidence.ts'
import { messageOf, type SentError, toTestError } from './errors.mts'
import { type HarnessReport, type Problem, SEED_IN_NAME, type TestMeta } from './protocol.mts'

/** The parts of vitest's reported tasks that are read; the same in vitest 3 to 5. */
export interface SentTest {
  type: 'test'
  name: string
  parent: SentParent
  module: SentModule
  options: { mode: string }
  meta(): object
  result(): { state: string; errors?: readonly SentError[] | undefined }
  diagnostic(): { duration: number } | undefined
}

interface SentSuite {
  type: 'suite'
  name: string
  parent: SentParent
  errors(): readonly SentError[]
}

export interface SentModule {
  type: 'module'
  moduleId: string
  children: { allTests(): Iterable<SentTest>; allSuites(): Iterable<SentSuite> }
  errors(): readonly SentError[]
  state(): string
}

type SentParent = SentSuite | SentModule

export function fileOf(module: SentModule): string {
  return relative(process.cwd(), module.moduleId).replaceAll('\\', '/')
}

/** `file > suite > name`; the random seed that @fast-check/vitest puts into names is left out. */
export function idOf(test: SentTest): string {
  const names = [test.name.replace(SEED_IN_NAME, '')]
  for (const suite of suitesOf(test)) names.unshift(suite.name)
  return [fileOf(test.module), ...names].join(' > ')
}

export function propertiesOf(test: SentTest): TestMeta['properties'] {
  return (test.meta() as { specproof?: TestMeta }).specproof?.properties ?? []
}

/** Everything the runner knows when it has ended. `requested` files that no module came from are problems. */
export function buildReport(
  modules: readonly SentModule[],
  unhandled: readonly unknown[],
  requested: string[] | null,
): HarnessReport {
  const wanted = modules.filter((module) => !requested || requested.includes(fileOf(module)))
  wanted.sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
  const report: HarnessReport = { tests: [], uncollected: [], unhandled: [], files: wanted.length }
  for (const module of wanted) addModule(report, module)
  makeUnique(report.tests)
  for (const error of unhandled) report.unhandled.push({ file: null, message: messageOf(error) })
  const found = new Set(wanted.map(fileOf))
  for (const file of requested ?? []) {
    if (!found.has(file)) report.uncollected.push({ file, message: NOT_COLLECTED })
  }
  return report
}

const NOT_COLLECTED = "the project's test configuration does not collect this file, or it does not exist"

function addModule(report: HarnessReport, module: SentModule): void {
  const tests = [...module.children.allTests()]
  const file = fileOf(module)
  report.tests.push(...tests.map(toResult))
  const errors = module.errors()
  const into = tests.length === 0 ? report.uncollected : report.unhandled
  const parts = errors.length > 0 || tests.length > 0 ? errors : silent(module)
  for (const error of parts) into.push({ file, message: messageOf(error) })
  for (const suite of module.children.allSuites()) addSuite(report.unhandled, file, suite)
}

function addSuite(problems: Problem[], file: string, suite: SentSuite): void {
  for (const error of suite.errors()) problems.push({ file, message: `${suite.name}: ${messageOf(error)}` })
}

/** A file that failed, or never ended, and says nothing about it. */
function silent(module: SentModule): SentError[] {
  const state = module.state()
  if (state === 'passed' || state === 'skipped') return []
  return [{ message: state === 'failed' ? 'the file could not be collected' : 'the file was never run to its end' }]
}

function toResult(test: SentTest): TestResult {
  const { state, errors } = outcome(test)
  const status = state === 'passed' || state === 'skipped' ? state : 'failed'
  return {
    id: idOf(test),
    file: fileOf(test.module),
    name: test.name.replace(SEED_IN_NAME, ''),
    status,
    durationMs: Math.round(test.diagnostic()?.duration ?? 0),
    error: status === 'failed' ? toTestError(errors) : null,
    properties: propertiesOf(test),
  }
}

/** A test that its suite's failed hook kept from running was not skipped by anyone's wish. */
function outcome(test: SentTest): { state: string; errors?: readonly SentError[] | undefined } {
  const result = test.result()
  if (result.state === 'pending') {
    return { state: 'failed', errors: [{ name: 'NotFinished', message: 'the test did not end' }] }
  }
  if (result.state !== 'skipped' || test.options.mode !== 'run') return result
  const errors = [...suitesOf(test), test.module].flatMap((parent) => [...parent.errors()])
  return errors.length > 0 ? { state: 'failed', errors } : result
}

function* suitesOf(test: SentTest): Generator<SentSuite> {
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) yield parent
}

function makeUnique(tests: TestResult[]): void {
  const seen = new Map<string, number>()
  for (const test of tests) {
    const count = (seen.get(test.id) ?? 0) + 1
    seen.set(test.id, count)
    if (count > 1) test.id += ` (${count})`
  }
}
