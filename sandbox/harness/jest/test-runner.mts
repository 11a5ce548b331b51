/** Jest loads this in a worker in place of jest-circus, outside of the world in which tests run, and it calls jest-circus. */
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OFFER, overridden } from '../fast-check.mts'
import { SEED_IN_NAME } from '../protocol.mts'
import { fileSeal, testSeal } from '../report.mts'
import { assertCanaries, type Expect, expectCanaries, sentinel } from '../sentinel.mts'
import {
  createTestProcess,
  hint,
  limited,
  lockProperty,
  type TestProcess,
  type Watch,
  watch,
  watched,
} from '../test-process.mts'
import { seal } from '../witness.mts'
import { type JestSettings, OPTION, type Sealings } from './settings.mts'

interface Config {
  testEnvironmentOptions: { [OPTION]: JestSettings }
}

interface Environment {
  global: object
  handleTestEvent?: (event: { name: string }, state: CircusState) => unknown
}

interface Runtime {
  setGlobalsForRuntime(globals: { expect: Expect }): void
  requireModule(path: string, ...rest: unknown[]): unknown
  unstable_importModule(path: string, ...rest: unknown[]): Promise<unknown>
}

interface CircusState {
  rootDescribeBlock: Block
}

interface Block {
  type: 'describeBlock' | 'test'
  name: string
  mode?: string | null
  children?: Block[]
  fn?: (this: unknown, done?: Done) => unknown
  failing?: boolean
  timeout?: number | undefined
  concurrent?: boolean
}

type Done = ((error?: unknown) => void) & { fail?: (error?: unknown) => void }
type Circus = (...args: unknown[]) => Promise<{ [OPTION]?: Sealings }>

interface Watching {
  state: TestProcess
  settings: JestSettings
  file: string
  global: object
  seers: Map<string, Watch>
}

const LOCKED = ['it', 'test', 'xit', 'xtest', 'fit', 'describe', 'xdescribe', 'fdescribe', 'expect'].concat([
  'beforeAll',
  'beforeEach',
  'afterEach',
  'afterAll',
])
const { apply } = Reflect
const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL')
const FORBIDDEN_ONLY = 'a test or suite is marked as `.only`, which keeps the others from running'

export default async function run(
  globalConfig: object,
  config: Config,
  environment: Environment,
  runtime: Runtime,
  testPath: string,
  send: unknown,
): Promise<object> {
  const settings = config.testEnvironmentOptions[OPTION]
  const state = createTestProcess(settings, environment.global)
  state.canaries.push(...assertCanaries())
  const file = relative(settings.root, testPath).replaceAll('\\', '/')
  const watching: Watching = { state, settings, file, global: environment.global, seers: new Map() }
  Object.defineProperty(environment.global, Symbol.for(OFFER), { value: (real: object) => overridden(real, state) })
  takeExpect(runtime, state)
  lockBefore(testPath, runtime, environment.global)
  const original = environment.handleTestEvent?.bind(environment)
  environment.handleTestEvent = (event, circus) => {
    if (event.name === 'run_start') watchAll(circus.rootDescribeBlock, [], false, watching)
    return original?.(event, circus)
  }
  const circus = await loadCircus(settings.circus)
  const result = await circus(globalConfig, config, environment, runtime, testPath, send)
  result[OPTION] = await sealings(watching)
  return result
}

async function loadCircus(path: string): Promise<Circus> {
  const loaded = (await import(pathToFileURL(path).href)) as { default: Circus | { default: Circus } }
  return typeof loaded.default === 'function' ? loaded.default : loaded.default.default
}

/** Whoever declares tests from here on does so by what the setup files of the project have left. */
function lockBefore(testPath: string, runtime: Runtime, world: object): void {
  const lock = (path: string) => {
    if (path === testPath) for (const name of LOCKED) lockProperty(world, name)
  }
  const required = runtime.requireModule.bind(runtime)
  const imported = runtime.unstable_importModule.bind(runtime)
  runtime.requireModule = (path, ...rest) => {
    lock(path)
    return required(path, ...rest)
  }
  runtime.unstable_importModule = (path, ...rest) => {
    lock(path)
    return imported(path, ...rest)
  }
}

/** The matchers that this file's tests get. */
function takeExpect(runtime: Runtime, state: TestProcess): void {
  const original = runtime.setGlobalsForRuntime.bind(runtime)
  runtime.setGlobalsForRuntime = (globals) => {
    state.canaries.push(...expectCanaries(globals.expect, state.world))
    original(globals)
  }
}

/** All tests are declared and none has begun. */
function watchAll(block: Block, path: string[], only: boolean, watching: Watching): void {
  for (const child of block.children ?? []) {
    const inside = [...path, child.name.replace(SEED_IN_NAME, '')]
    const marked = only || child.mode === 'only'
    if (child.type === 'test') watchTest(child, inside, marked, watching)
    else watchAll(child, inside, marked, watching)
  }
}

function watchTest(test: Block, path: string[], only: boolean, watching: Watching): void {
  const { state, settings, file, global, seers } = watching
  const body = test.fn
  if (!body) return
  const id = [file, ...path].join(' > ')
  const seer = watch(id, test.failing === true)
  seers.set(testSeal(id, nthOf(id, seers)), seer)
  const limit = test.timeout ?? (Reflect.get(global, TIMEOUT) as number | undefined) ?? Number.POSITIVE_INFINITY
  test.timeout = settings.patienceMs * 2
  test.fn = async function (this: unknown) {
    state.fallback = () => seer
    hint({ start: id })
    const call = () => {
      if (only) throw new Error(FORBIDDEN_ONLY)
      return body.length > 0 ? calledBack(body, this) : apply(body, this, [])
    }
    try {
      await watched(state, seer, () => limited(call, Math.min(limit, settings.patienceMs), seer))
    } finally {
      hint({ end: id })
    }
  }
}

function nthOf(id: string, seers: Map<string, Watch>): number {
  let nth = 1
  while (seers.has(testSeal(id, nth))) nth++
  return nth
}

function calledBack(body: NonNullable<Block['fn']>, self: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (error?: unknown) => reject(error ?? new Error('done.fail() was called'))
    const done: Done = Object.assign((error?: unknown) => (error ? fail(error) : resolve(undefined)), { fail })
    apply(body, self, [done])
  })
}

async function sealings({ state, settings, file, seers }: Watching): Promise<Sealings> {
  const tests: Record<string, unknown> = {}
  for (const [name, seer] of seers) tests[name] = seal(settings.key, name, seer.seen())
  const doubts = await sentinel(state.canaries)
  return { tests, file: seal(settings.key, fileSeal(file), { doubts }) }
}
