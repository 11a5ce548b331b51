/** Replaces `assert` and `check` of the project's own fast-check. */
import { type Details, type Outcome, type Parameters, search } from './search.mts'
import type { Canary } from './sentinel.mts'
import { hint, type RunningTest, runningTest, type TestProcess } from './test-process.mts'

interface Property {
  isAsync(): boolean
}

type MakeProperty = (...arbitrariesAndPredicate: unknown[]) => Property
type Predicate = (...values: unknown[]) => unknown

/** What is used of the real fast-check. */
export interface FastCheck {
  property: MakeProperty
  asyncProperty: MakeProperty
  check(property: Property, parameters: Parameters): Details | Promise<Details>
  defaultReportMessage(details: Details): string | undefined
  asyncDefaultReportMessage(details: Details): Promise<string | undefined>
  stringify(value: unknown): string
  asyncStringify(value: unknown): Promise<string>
  readConfigureGlobal?(): Parameters | undefined
}

export interface Overrides {
  property: MakeProperty
  asyncProperty: MakeProperty
  assert(property: Property, parameters?: Parameters): void | Promise<void>
  check(property: Property, parameters?: Parameters): Details | Promise<Details>
}

/** What a property has drawn. */
const DRAWN = new WeakMap<object, Set<string>>()
/** Cases that are compared with each other. */
const COMPARED = 20

interface Session {
  test: RunningTest | undefined
  steps: ReturnType<typeof search>
}

/** Name under which a test process offers `overridden` to the module that stands in for fast-check. */
export const OFFER = 'specproof.fast-check'

const MAX_COUNTEREXAMPLE = 10_000
const HINT_MS = 250
/** The verdict on tests looks for the beginning of this sentence. */
const RETURNED_OBJECT =
  'A property must return nothing or a boolean. With `(x) => expect(...)` the assertion itself is returned: write `(x) => { expect(...) }`.'

/** What was made in each test process, by what it was made from, and itself by itself. */
const made = new WeakMap<TestProcess, WeakMap<object, object>>()

/**
 * Everything that the project's fast-check exports, with ours in place of what we replace; nobody can change it. The same
 * for the same: a package that runs properties for the tests asks again and again, and may hold ours already.
 */
export function overridden<T extends object>(real: T, state: TestProcess): T & Overrides {
  const known = made.get(state) ?? new WeakMap<object, object>()
  made.set(state, known)
  const before = known.get(real)
  if (before) return before as T & Overrides
  const ours = replaced(real, state)
  known.set(real, ours)
  known.set(ours, ours)
  return ours
}

function replaced<T extends object>(real: T, state: TestProcess): T & Overrides {
  const inner = Reflect.get(real, 'default')
  const whole = { ...(typeof inner === 'object' ? inner : null), ...real } as unknown as FastCheck
  const ours = Object.assign({}, whole, overrides(whole, state))
  state.canaries[state.canaries.length] = canary(whole)
  Reflect.set(ours, 'default', ours)
  return Object.freeze(ours) as unknown as T & Overrides
}

/** A law that holds for nothing. */
function canary(real: FastCheck): Canary {
  const { check, property } = real
  const integer: () => unknown = Reflect.get(real, 'integer')
  return {
    name: 'fc.check(fc.property(fc.integer(), () => false))',
    run() {
      const details = check(
        property(integer(), () => false),
        { numRuns: 1 },
      ) as Details
      if (details.failed) throw new Error('as it should')
    },
  }
}

export function overrides(given: FastCheck, state: TestProcess): Overrides {
  const real = { ...given }
  const run = (property: Property, parameters: Parameters = {}) => {
    const session = begin(state, { ...configured(real), ...parameters })
    return property?.isAsync?.() ? runAsync(real, property, session) : runSync(real, property, session)
  }
  return {
    property(...given) {
      const drawn = noting(real)
      const watchedCase =
        (predicate: Predicate) =>
        (...values: unknown[]) => {
          drawn.note(values)
          state.brief?.begins()
          return verdict(predicate(...values))
        }
      return remembered(real.property(...strict(given, watchedCase)), drawn.cases)
    },
    asyncProperty(...given) {
      const drawn = noting(real)
      const watchedCase =
        (predicate: Predicate) =>
        async (...values: unknown[]) => {
          drawn.note(values)
          state.brief?.begins()
          return verdict(await inTime(state, predicate(...values)))
        }
      return remembered(real.asyncProperty(...strict(given, watchedCase)), drawn.cases)
    },
    check(property, parameters) {
      const ended = run(property, parameters)
      return ended instanceof Promise ? ended.then(({ details }) => details) : ended.details
    },
    assert(property, parameters) {
      const ended = run(property, parameters)
      return ended instanceof Promise ? ended.then((outcome) => reportAsync(real, outcome)) : report(real, ended)
    },
  }
}

/** On a wrong version a case may wait for ever. */
function inTime({ brief }: TestProcess, returned: unknown): unknown {
  return brief ? brief.inTime(Promise.resolve(returned)) : returned
}

/** Notes the first cases as text: a property that draws the same one each time is an example in disguise. */
function noting(real: FastCheck): { cases: Set<string>; note(values: unknown[]): void } {
  const cases = new Set<string>()
  let seen = 0
  const note = (values: unknown[]) => {
    if (seen++ < COMPARED) cases.add(real.stringify(values))
  }
  return { cases, note }
}

function remembered(property: Property, cases: Set<string>): Property {
  DRAWN.set(property, cases)
  return property
}

/** Cases that are configured for all properties: a file of regressions gives them to the test that they belong to. */
function configured({ readConfigureGlobal }: FastCheck): Parameters {
  const examples = readConfigureGlobal?.()?.['examples']
  return Array.isArray(examples) ? { examples } : {}
}

/** The arguments of `fc.property` with its predicate, which comes last, replaced. */
function strict(given: unknown[], wrap: (predicate: Predicate) => Predicate): unknown[] {
  const predicate = given.at(-1)
  return typeof predicate === 'function' ? [...given.slice(0, -1), wrap(predicate as Predicate)] : given
}

/**
 * fast-check takes everything but `true` and nothing for a failure, and an assertion of vitest returns an object. Such
 * a property can never hold, and would look as if an assertion had failed.
 */
function verdict(returned: unknown): unknown {
  if (returned === undefined || typeof returned === 'boolean') return returned
  throw new Error(RETURNED_OBJECT)
}

function begin(state: TestProcess, author: Parameters): Session {
  const test = runningTest(state)
  disarm(state)
  let told = state.clock()
  const onRuns = (runs: number) => {
    if (!test || state.clock() - told < HINT_MS) return
    told = state.clock()
    hint({ runs, of: test.id })
  }
  const { intensity, world, clock, deadline } = state
  const brief = state.brief !== null
  const replay = state.replay && state.replay.test === test?.id ? state.replay : null
  return { test, steps: search({ intensity, replay, author, world, clock, deadline, brief, onRuns }) }
}

/** A time limit in the test was chosen for the author's number of runs. The limit of the whole run still holds. */
function disarm(state: TestProcess): void {
  for (const deadline of state.current.getStore()?.deadlines ?? []) {
    deadline.clear()
    deadline.endTime = Number.POSITIVE_INFINITY
  }
}

function runSync(real: FastCheck, property: Property, { test, steps }: Session): Outcome {
  let step = steps.next()
  while (!step.done) step = steps.next(real.check(property, step.value) as Details)
  const { details, run } = step.value
  const counterexample = run.path === null ? null : cut(real.stringify(details.counterexample))
  // Without a test, as in a collected file, there is no one to tell.
  test?.record({ ...run, distinct: DRAWN.get(property)?.size ?? 0, counterexample })
  return step.value
}

async function runAsync(real: FastCheck, property: Property, { test, steps }: Session): Promise<Outcome> {
  let step = steps.next()
  while (!step.done) step = steps.next(await real.check(property, step.value))
  const { details, run } = step.value
  const counterexample = run.path === null ? null : cut(await real.asyncStringify(details.counterexample))
  test?.record({ ...run, distinct: DRAWN.get(property)?.size ?? 0, counterexample })
  return step.value
}

function report(real: FastCheck, outcome: Outcome): void {
  if (outcome.details.failed) throw failure(outcome, real.defaultReportMessage(outcome.details))
}

async function reportAsync(real: FastCheck, outcome: Outcome): Promise<void> {
  if (outcome.details.failed) throw failure(outcome, await real.asyncDefaultReportMessage(outcome.details))
}

function failure({ details, run }: Outcome, message = 'Property failed'): Error {
  const lines = message.split('\n\nHint:')[0] ?? message
  return new Error(lines + remark(run), { cause: details.errorInstance ?? undefined })
}

/** What running the same case again has shown, where it did not do the same each time. */
function remark({ repeated, simulated }: Outcome['run']): string {
  if (!repeated) return ''
  const { failed, of, leak } = repeated
  if (leak) {
    const events =
      leak.was === null && leak.is === null ? '' : `: ${leak.was ?? '(nothing)'} / ${leak.is ?? '(nothing)'}`
    return `\n\nDeterminism leak: the same case took another course when it was run again, first at event ${leak.event}${events}. It failed in ${failed} of ${of} runs. Something outside of the simulation decides: real time, real randomness, or state that is left from the run before.`
  }
  if (failed === of) return ''
  const alone = `Run again alone, this case failed in ${failed} of ${of} runs: the test does not always do the same.`
  if (!simulated) return `\n\n${alone}`
  return `\n\n${alone} Its simulation told the same history each time, so what differs lies outside of it.`
}

function cut(text: string): string {
  return text.length <= MAX_COUNTEREXAMPLE ? text : `${text.slice(0, MAX_COUNTEREXAMPLE)}…`
}
