/** Replaces `assert` and `check` of the project's own fast-check. */
import { type Details, type Outcome, type Parameters, search } from './search.mts'
import { currentTask, hint, record, type Task, taskId, type WorkerState, workerState } from './worker.mts'

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
}

export interface Overrides {
  property: MakeProperty
  asyncProperty: MakeProperty
  assert(property: Property, parameters?: Parameters): void | Promise<void>
  check(property: Property, parameters?: Parameters): Details | Promise<Details>
}

interface Session {
  state: WorkerState
  task: Task | undefined
  steps: ReturnType<typeof search>
}

const MAX_COUNTEREXAMPLE = 10_000
const HINT_MS = 250
/** The verdict on tests looks for the beginning of this sentence. */
const RETURNED_OBJECT =
  'A property must return nothing or a boolean. With `(x) => expect(...)` the assertion itself is returned: write `(x) => { expect(...) }`.'

export function overrides(real: FastCheck): Overrides {
  const run = (property: Property, parameters: Parameters = {}) => {
    const session = begin(parameters)
    return property?.isAsync?.() ? runAsync(real, property, session) : runSync(real, property, session)
  }
  return {
    property: (...given) =>
      real.property(
        ...strict(
          given,
          (predicate) =>
            (...values) =>
              verdict(predicate(...values)),
        ),
      ),
    asyncProperty: (...given) =>
      real.asyncProperty(
        ...strict(
          given,
          (predicate) =>
            async (...values) =>
              verdict(await predicate(...values)),
        ),
      ),
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

function begin(author: Parameters): Session {
  const state = workerState()
  const task = currentTask(state)
  disarm(state)
  let told = state.clock()
  const onRuns = (runs: number) => {
    if (!task || state.clock() - told < HINT_MS) return
    told = state.clock()
    hint({ runs, of: taskId(task) })
  }
  const { intensity, clock, deadline } = state
  return { state, task, steps: search({ intensity, author, clock, deadline, onRuns }) }
}

/** A time limit in the test was chosen for the author's number of runs. The limit of the whole run still holds. */
function disarm(state: WorkerState): void {
  for (const deadline of state.current.getStore()?.deadlines ?? []) {
    deadline.clear()
    deadline.endTime = Number.POSITIVE_INFINITY
  }
}

function runSync(real: FastCheck, property: Property, { task, steps }: Session): Outcome {
  let step = steps.next()
  while (!step.done) step = steps.next(real.check(property, step.value) as Details)
  const { details, run } = step.value
  record(task, { ...run, counterexample: run.path === null ? null : cut(real.stringify(details.counterexample)) })
  return step.value
}

async function runAsync(real: FastCheck, property: Property, { task, steps }: Session): Promise<Outcome> {
  let step = steps.next()
  while (!step.done) step = steps.next(await real.check(property, step.value))
  const { details, run } = step.value
  const counterexample = run.path === null ? null : cut(await real.asyncStringify(details.counterexample))
  record(task, { ...run, counterexample })
  return step.value
}

function report(real: FastCheck, outcome: Outcome): void {
  if (outcome.details.failed) throw failure(outcome, real.defaultReportMessage(outcome.details))
}

async function reportAsync(real: FastCheck, outcome: Outcome): Promise<void> {
  if (outcome.details.failed) throw failure(outcome, await real.asyncDefaultReportMessage(outcome.details))
}

function failure({ details, vanished }: Outcome, message = 'Property failed'): Error {
  const lines = message.split('\n\nHint:')[0] ?? message
  const note = vanished
    ? '\n\nRun once more alone, this counterexample held: the test does not always do the same.'
    : ''
  return new Error(lines + note, { cause: details.errorInstance ?? undefined })
}

function cut(text: string): string {
  return text.length <= MAX_COUNTEREXAMPLE ? text : `${text.slice(0, MAX_COUNTEREXAMPLE)}…`
}
