import type { Counterexample } from '../core/event-parts.ts'
import type { EventOf, StampedEvent } from '../core/events.ts'
import { learn, type Times } from './expected.ts'

/** Something that takes time: a call of a model or a stage of the checks. */
export interface Running {
  /** `model` or the stage's name. */
  key: string
  /** What people read: the role or the stage. */
  label: string
  /** Event time at which it began. */
  since: number
  /** Characters streamed so far: of the answer, and of thoughts before it. */
  chars: number
  hidden: number
  /** Event time at which the last of them came. */
  heard: number
  /** Event time at which the model was asked last, or will be asked again. */
  asked: number
  done: number
  total: number | null
  runs: number
  /** Cases of one test that are planned at least; null: it is not known. */
  planned: number | null
  failed: number
  round: number
  /** Why it waits; null: it does not. */
  waiting: string | null
  /** How long a model may be silent, and how often it is asked in all; null: that is not known. */
  silence: { ms: number; tries: number } | null
}

export interface FoundCounterexample {
  attempt: number
  stage: string
  counterexample: Counterexample
}

/** All that the screen shows, made from events alone. Times are event times in milliseconds. */
export interface ViewState {
  run: EventOf<'run.started'> | null
  task: EventOf<'task.selected'> | null
  /** Attempt of the implementer; 0 while the tests are written. */
  attempt: number
  running: Running[]
  /** How long the like took before. */
  times: Times
  /** The events come from a journal, which does not keep all of them. */
  journaled: boolean
  /** What was asked last. */
  prompt: EventOf<'prompt.built'> | null
  tokens: { input: number; output: number; cached: number }
  /** What earlier runs were billed for answers that this one took over. */
  earlier: { input: number; output: number; cached: number }
  /** Sum of the known prices. */
  usd: number
  /** False once a call had no known price: `usd` is then a lower bound. */
  priced: boolean
  /** The last one found for this task. */
  found: FoundCounterexample | null
  verdict: EventOf<'verdict'> | null
  commit: EventOf<'commit'> | null
  landed: EventOf<'landed'> | null
  finished: boolean
  /** Time of the last event. */
  now: number
}

export function initialState(times: Times = {}, journaled = false): ViewState {
  return {
    run: null,
    task: null,
    attempt: 0,
    running: [],
    times,
    journaled,
    prompt: null,
    tokens: { input: 0, output: 0, cached: 0 },
    earlier: { input: 0, output: 0, cached: 0 },
    usd: 0,
    priced: true,
    found: null,
    verdict: null,
    commit: null,
    landed: null,
    finished: false,
    now: 0,
  }
}

/** On a stub and on wrong versions, tests are meant to be red: a failure there is good news. */
export function expectsRed(stage: string): boolean {
  return stage.startsWith('red') || TRIED.has(stage)
}

/** Wrong versions that are tried against added tests: a part of the stage `teeth` which is shown apart. */
export const AGAINST_ADDED = 'teeth of added tests'

/** What is counted of stages that try versions of the code, and what it means that one is red. */
const TRIED = new Map([
  ['teeth', { what: 'wrong versions tried', red: 'killed' }],
  [AGAINST_ADDED, { what: 'wrong versions tried against the added tests', red: 'killed in all' }],
  ['right versions', { what: 'other right versions tried', red: 'refused' }],
])

/** Null: the stage runs tests on the candidate. */
export function triedWords(stage: string): { what: string; red: string } | null {
  return TRIED.get(stage) ?? null
}

/** Of what follows the added tests each is over when the next one begins. */
export const AFTER_TEETH = ['added tests', AGAINST_ADDED, 'right versions']

const idle = {
  ...{
    chars: 0,
    hidden: 0,
    heard: 0,
    asked: 0,
    done: 0,
    total: null,
    runs: 0,
    planned: null,
    failed: 0,
    round: 1,
    waiting: null,
    silence: null,
  },
}

function start(state: ViewState, running: Running): ViewState {
  return { ...state, running: [...state.running.filter((r) => r.key !== running.key), running] }
}

function stop(state: ViewState, key: string): ViewState {
  return { ...state, running: state.running.filter((r) => r.key !== key) }
}

/** A stage that is through, however it ended. */
function ended(state: ViewState, key: string, ms: number): ViewState {
  return stop({ ...state, times: learn(state.times, key, ms) }, key)
}

function update(state: ViewState, key: string, change: (running: Running) => Partial<Running>): ViewState {
  return { ...state, running: state.running.map((r) => (r.key === key ? { ...r, ...change(r) } : r)) }
}

function selectTask(state: ViewState, task: EventOf<'task.selected'>): ViewState {
  return {
    ...state,
    task,
    attempt: 0,
    running: [],
    prompt: null,
    found: null,
    verdict: null,
    commit: null,
    landed: null,
  }
}

function startModel(state: ViewState, event: EventOf<'model.started'>, t: number): ViewState {
  const running = {
    ...idle,
    key: 'model',
    label: event.role,
    since: t,
    asked: t,
    round: event.round,
    silence: event.silence ?? null,
  }
  const attempted = event.role === 'implementer' ? startAttempt(state, event.attempt) : state
  return start(attempted, running)
}

/** A verdict is about one attempt: the next one begins without it, but with the counterexample it has to remove. */
function startAttempt(state: ViewState, attempt: number): ViewState {
  return attempt === state.attempt ? state : { ...state, attempt, verdict: null }
}

type Sum = ViewState['tokens']

const added = (a: Sum, b: Sum): Sum => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cached: a.cached + b.cached,
})

function finishModel(state: ViewState, event: EventOf<'model.finished'>): ViewState {
  const tokens = added(state.tokens, event.usage)
  const earlier = event.earlier ? added(state.earlier, event.earlier) : state.earlier
  const priced = state.priced && event.usd !== null
  const role = state.running.find(({ key }) => key === 'model')?.label
  const times = role === undefined || !event.ok ? state.times : learn(state.times, role, event.ms)
  return stop({ ...state, tokens, earlier, priced, times, usd: state.usd + (event.usd ?? 0) }, 'model')
}

/** The planned number of cases, where the event tells it; what is measured in other units comes with the progress. */
function startCheck(state: ViewState, event: EventOf<'check.started'>, t: number): ViewState {
  const planned = event.seeds === null || event.runs === null ? null : event.seeds * event.runs
  return start(state, { ...idle, key: event.stage, label: event.stage, since: t, total: event.tests, planned })
}

function finishCheck(state: ViewState, event: EventOf<'check.finished'>): ViewState {
  const { counterexample, stage } = event
  const stopped = ended(state, stage, event.ms)
  return counterexample && !expectsRed(stage)
    ? { ...stopped, found: { attempt: state.attempt, stage, counterexample } }
    : stopped
}

function progress(state: ViewState, event: EventOf<'check.progress'>, t: number): ViewState {
  const { added, stage, done, total, runs, failed } = event
  if (added) return againstAdded(progress(state, { ...event, added: undefined }, t), { ...added, failed }, t)
  const before = stage === 'right versions' ? ['added tests', AGAINST_ADDED].reduce(stop, state) : state
  const known = state.running.some((r) => r.key === stage)
  const base = known ? before : start(before, { ...idle, key: stage, label: stage, since: t })
  return update(base, stage, () => ({ done, total, runs, failed }))
}

function againstAdded(state: ViewState, counts: Pick<Running, 'done' | 'total' | 'failed'>, t: number): ViewState {
  const known = state.running.some(({ key }) => key === AGAINST_ADDED)
  const base = known
    ? state
    : start(stop(state, 'added tests'), { ...idle, key: AGAINST_ADDED, label: 'added tests', since: t })
  return update(base, AGAINST_ADDED, () => counts)
}

function apply(state: ViewState, event: StampedEvent): ViewState {
  switch (event.type) {
    case 'run.started':
      return { ...state, run: event }
    case 'task.selected':
      return selectTask(state, event)
    case 'prompt.built':
      return { ...(event.role === 'implementer' ? startAttempt(state, event.attempt) : state), prompt: event }
    case 'model.started':
      return startModel(state, event, event.t)
    case 'model.delta':
      return update(state, 'model', ({ chars, hidden }) => ({
        ...{ chars: chars + event.chars, hidden: hidden + (event.hidden ?? 0) },
        ...{ heard: event.t, waiting: null },
      }))
    case 'model.retrying':
      return update(state, 'model', () => ({
        ...{ chars: 0, hidden: 0 },
        ...{ waiting: event.reason, asked: event.t + event.waitMs },
      }))
    case 'model.fallback':
      return update(state, 'model', () => ({
        ...{ chars: 0, hidden: 0, waiting: null },
        ...{ asked: event.t, silence: event.silence ?? null },
      }))
    case 'model.finished':
      return finishModel(state, event)
    case 'setup.started':
      return start(state, { ...idle, key: 'set-up', label: 'set-up', since: event.t })
    case 'setup.finished':
      return ended(state, 'set-up', event.ms)
    case 'baseline.finished':
      return event.cached ? stop(state, 'baseline') : ended(state, 'baseline', event.ms)
    case 'check.started':
      return startCheck(state, event, event.t)
    case 'check.progress':
      return progress(state, event, event.t)
    case 'teeth.finished':
      // What was added against them ran for them, and has no end of its own.
      return ended(AFTER_TEETH.reduce(stop, state), 'teeth', event.ms)
    case 'check.finished':
      return finishCheck(state, event)
    case 'verdict':
      return { ...state, verdict: event, running: [] }
    case 'commit':
      return { ...state, commit: event }
    case 'landed':
      return { ...state, landed: event }
    case 'run.result':
      return { ...state, finished: true, running: [] }
    case 'hook.finished':
    case 'run.recovered':
    case 'limit.reached':
    case 'isolation.ready':
    case 'need.answered':
    case 'runner.chosen':
    case 'services.ready':
    case 'toolchains.ready':
    case 'tests.frozen':
    case 'patch.applied':
    case 'patch.refused':
    case 'decision':
      return state
  }
}

/** The state after an event. Pure; knows nothing of a clock but the times of the events. */
export function reduce(state: ViewState, event: StampedEvent): ViewState {
  return { ...apply(state, event), now: Math.max(state.now, event.t) }
}
