/** node:test with every function of a test watched, whichever name it is declared by. */
import { SEED_IN_NAME } from '../protocol.mts'
import { testSeal } from '../report.mts'
import { hint, limited, type TestProcess, watch, watched } from '../test-process.mts'
import { seal } from '../witness.mts'
import type { Line } from './wire.mts'

export interface Watching {
  state: TestProcess
  key: string
  /** Path of the test file from the project's folder. */
  file: string
  patienceMs: number
  tell(line: Line): void
}

interface Context {
  name: string
  fullName?: string
  test?: Declare
}

type Body = (this: unknown, context: Context, done?: (error?: unknown) => void) => unknown
type Declare = ((...args: unknown[]) => unknown) & Record<string, unknown>

/** Names under which node:test declares tests and suites. */
const TESTS = ['test', 'it', 'default']
const SUITES = ['describe', 'suite']
const MARKS = ['skip', 'todo', 'only', 'expectFailure']
const { apply } = Reflect
const FORBIDDEN_ONLY = 'a test or suite is marked as `.only`, which would keep the others from running'

/** The exports of node:test, watched. */
export function watchedApi(real: object, watching: Watching): Record<string, unknown> {
  const declared: Declared = { watching, counts: new Map(), suites: [], contexts: new WeakMap() }
  const api: Record<string, unknown> = { ...real }
  for (const name of TESTS) wrap(api, name, (declare) => testDeclarer(declare, declared, {}))
  for (const name of SUITES) wrap(api, name, (declare) => suiteDeclarer(declare, declared, {}))
  // The default export carries everything as properties, as node:test itself has it.
  const whole = api['default'] as Record<string, unknown>
  for (const name of Object.keys(api)) {
    if (MARKS.includes(name)) api[name] = whole[name]
    else if (name !== 'default' && name in whole) whole[name] = api[name]
  }
  for (const name of [...TESTS, ...SUITES, ...MARKS]) if (api[name]) Object.freeze(api[name])
  return api
}

interface Declared {
  watching: Watching
  /** How many tests of each id have been declared. */
  counts: Map<string, number>
  /** Suites that are being declared, outermost first. */
  suites: string[]
  contexts: WeakMap<object, string[]>
}

interface Forced {
  only?: boolean
  expectFailure?: boolean
}

function wrap(api: Record<string, unknown>, name: string, by: (declare: Declare) => Declare): void {
  if (typeof api[name] === 'function') api[name] = by(api[name] as Declare)
}

function testDeclarer(real: Declare, declared: Declared, forced: Forced, inside: string[] | null = null): Declare {
  const declare = function (this: unknown, ...args: unknown[]) {
    const { name, options, body } = read(args)
    const path = [...(inside ?? declared.suites), name.replace(SEED_IN_NAME, '')]
    const watchedBody = body && watchBody(body, path, options, forced, declared)
    // The time limit is ours to keep, because ours can be lifted.
    const { timeout: _, ...rest } = options
    return apply(real, this, [name, rest, ...(watchedBody ? [watchedBody] : [])])
  } as Declare
  return marked(declare, real, (mark, force) => testDeclarer(mark, declared, { ...forced, ...force }, inside))
}

function suiteDeclarer(real: Declare, declared: Declared, forced: Forced): Declare {
  const declare = function (this: unknown, ...args: unknown[]) {
    const { name, options, body } = read(args)
    const only = forced.only === true || options['only'] === true
    const inside =
      body &&
      function (this: unknown, ...given: unknown[]) {
        declared.suites.push(name.replace(SEED_IN_NAME, ''))
        try {
          const ended = apply(body, this, given)
          if (only) declared.watching.tell({ kind: 'warning', message: `${name}: ${FORBIDDEN_ONLY}` })
          return ended
        } finally {
          declared.suites.pop()
        }
      }
    return apply(real, this, [name, options, ...(inside ? [inside] : [])])
  } as Declare
  return marked(declare, real, (mark, force) => suiteDeclarer(mark, declared, { ...forced, ...force }))
}

/** Gives a declarer the variants that the real one has: `.skip`, `.todo`, `.only`. */
function marked(declare: Declare, real: Declare, vary: (mark: Declare, forced: Forced) => Declare): Declare {
  for (const name of Object.keys(real)) declare[name] = real[name]
  for (const mark of MARKS) {
    if (typeof real[mark] !== 'function') continue
    const forced = mark === 'only' ? { only: true } : mark === 'expectFailure' ? { expectFailure: true } : {}
    declare[mark] = vary(real[mark] as Declare, forced)
  }
  return declare
}

/** node:test takes name, options and function, each of which may be left out. */
function read(args: unknown[]): { name: string; options: Record<string, unknown>; body: Body | undefined } {
  const body = args.find((arg) => typeof arg === 'function') as Body | undefined
  const options = args.find((arg) => typeof arg === 'object' && arg !== null) as Record<string, unknown> | undefined
  const name = args.find((arg) => typeof arg === 'string') as string | undefined
  return { name: name ?? (body?.name || '<anonymous>'), options: options ?? {}, body }
}

function watchBody(
  body: Body,
  path: string[],
  options: Record<string, unknown>,
  forced: Forced,
  declared: Declared,
): Body {
  const { watching, counts } = declared
  const id = [watching.file, ...path].join(' > ')
  const nth = (counts.get(id) ?? 0) + 1
  counts.set(id, nth)
  const inverted = forced.expectFailure === true || Boolean(options['expectFailure'])
  const seer = watch(id, inverted)
  const only = forced.only === true || options['only'] === true
  const limit = typeof options['timeout'] === 'number' ? options['timeout'] : Number.POSITIVE_INFINITY
  const run = async (context: Context, call: () => unknown): Promise<unknown> => {
    watchSubtests(context, path, declared)
    watching.state.fallback = () => seer
    hint({ start: id })
    watching.tell({ kind: 'start', path })
    const judged = () => {
      if (only) throw new Error(FORBIDDEN_ONLY)
      return limited(call, Math.min(limit, watching.patienceMs), seer)
    }
    try {
      return await watched(watching.state, seer, judged)
    } finally {
      hint({ end: id })
      const name = testSeal(id, nth)
      watching.tell({ kind: 'seen', name, sealed: seal(watching.key, name, seer.seen()) })
    }
  }
  // A second parameter asks for a callback; the promise that we answer with stands for it.
  return function (this: unknown, context) {
    return run(context, () => (body.length > 1 ? calledBack(body, this, context) : apply(body, this, [context])))
  }
}

function calledBack(body: Body, self: unknown, context: Context): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (error?: unknown) => (error ? reject(error) : resolve(undefined))
    const returned = apply(body, self, [context, done])
    if (returned instanceof Promise) reject(new Error('passed a callback but also returned a Promise'))
  })
}

/** Tests within tests are declared on the context of the outer one. */
function watchSubtests(context: Context, path: string[], declared: Declared): void {
  const own = context.test
  if (typeof own !== 'function') return
  const declare = testDeclarer(own.bind(context) as Declare, declared, {}, path)
  Object.defineProperty(context, 'test', { value: declare, configurable: true })
}
