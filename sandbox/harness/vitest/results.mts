import { relative } from 'node:path'
import { messageOf, type SentError } from '../errors.mts'
import { SEED_IN_NAME, type Seen } from '../protocol.mts'
import type { RunnerFile, RunnerTest } from '../report.mts'
import { peek } from '../witness.mts'

/** The parts of vitest's reported tasks that are read. */
export interface SentTest {
  type: 'test'
  id: string
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
  meta(): object
  state(): string
}

type SentParent = SentSuite | SentModule

/** Where the setup file leaves what it sealed, in the meta data of tests and files. */
export const SEALED = 'specproof'

export function sealOfTask(id: string): string {
  return `test ${id}`
}

export function fileOf(module: SentModule): string {
  return relative(process.cwd(), module.moduleId).replaceAll('\\', '/')
}

/** `file > suite > name`; the random seed that @fast-check/vitest puts into names is left out. */
export function idOf(test: SentTest): string {
  const names = [test.name.replace(SEED_IN_NAME, '')]
  for (const suite of suitesOf(test)) names.unshift(suite.name)
  return [fileOf(test.module), ...names].join(' > ')
}

/** Generated cases of a test that has ended, for a display. */
export function casesOf(test: SentTest): number {
  const seen = peek<Seen>(Reflect.get(test.meta(), SEALED))
  return (seen?.properties ?? []).reduce((sum, { runs }) => sum + runs, 0)
}

export function toRunnerFile(module: SentModule): RunnerFile {
  const tests = [...module.children.allTests()]
  const suites = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => `${suite.name}: ${messageOf(error)}`),
  )
  const errors = module.errors()
  const own = errors.length > 0 || tests.length > 0 ? errors : silent(module)
  return {
    file: fileOf(module),
    tests: tests.map(toRunnerTest),
    errors: [...own.map(messageOf), ...suites],
    sealed: Reflect.get(module.meta(), SEALED),
  }
}

/** A file that failed, or never ended, and says nothing about it. */
function silent(module: SentModule): SentError[] {
  const state = module.state()
  if (state === 'passed' || state === 'skipped') return []
  return [{ message: state === 'failed' ? 'the file could not be collected' : 'the file was never run to its end' }]
}

function toRunnerTest(test: SentTest): RunnerTest {
  const { state, errors } = outcome(test)
  return {
    id: idOf(test),
    name: test.name,
    sealedAs: sealOfTask(test.id),
    sealed: Reflect.get(test.meta(), SEALED),
    state: state === 'passed' || state === 'skipped' ? state : 'failed',
    durationMs: test.diagnostic()?.duration ?? 0,
    errors,
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
