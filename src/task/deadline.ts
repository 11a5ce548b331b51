import { minutesReached } from '../core/budget.ts'
import type { CheckRequest, ModelRequest, ModelResult, World } from '../world.ts'
import type { Outcome, State } from './state.ts'

/** Works on a task within the minutes of the run, and within its own: where they are over, that is what it has come to. */
export async function inTime(world: World, state: State, work: (timed: World) => Promise<State>): Promise<State> {
  const { limits, taskLimits } = state.around.settings
  const inRun = withDeadline(world, limits.maxMinutes, 0, minutesReached('run', limits.maxMinutes))
  const words = minutesReached('task', taskLimits.maxMinutes)
  const timed = withDeadline(inRun, taskLimits.maxMinutes, state.startedMs, words)
  const done = await work(timed)
  if (done.outcome?.status !== 'interrupted') return done
  return { ...done, outcome: inRun.timeUp() ?? timed.timeUp() ?? done.outcome }
}

/** A World that begins nothing long any more once its time is up. */
interface Timed extends World {
  /** What ends the work; null: there is time left. */
  timeUp(): Outcome | null
}

/**
 * Ends work between two calls, as an interruption would: the call in flight goes through, and a verified commit still lands.
 * `minutes` null: no limit. `started`: milliseconds since the start of the run. `words`: what is told when the time is up.
 */
function withDeadline(world: World, minutes: number | null, started: number, words: string): Timed {
  if (minutes === null) return { ...world, timeUp: () => null }
  const own = new AbortController()
  const isUp = () => {
    if (!own.signal.aborted && (world.now() - started) / 60_000 >= minutes) own.abort()
    return own.signal.aborted
  }
  /** Long calls: none begins late, and what comes after one that ended late is told so. */
  const long =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>, instead: (...args: A) => T) =>
    async (...args: A): Promise<T> => {
      if (isUp()) return instead(...args)
      const result = await call(...args)
      isUp()
      return result
    }
  return {
    ...world,
    signal: AbortSignal.any([world.signal, own.signal]),
    prepare: long(world.prepare, () => null),
    provide: long(world.provide, () => null),
    runChecks: long(world.runChecks, (_, request) => notRun(request)),
    askModel: long(world.askModel, notAsked),
    timeUp: () => (isUp() && !world.signal.aborted ? { status: 'budget', message: words } : null),
  }
}

function notRun({ stage }: CheckRequest): Awaited<ReturnType<World['runChecks']>> {
  const nothing = { tests: [], problems: [], running: null, output: '', durationMs: 0 }
  return { stage, status: 'stopped', limit: 'cancelled', ...nothing }
}

function notAsked({ model }: ModelRequest): ModelResult {
  const nothing = { usage: { input: 0, output: 0, cached: 0 }, usd: 0 }
  return { ok: false, failure: 'cancelled', message: 'the time is up', model, ...nothing }
}
