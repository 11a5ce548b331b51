import { lazy } from '../core/lazy.ts'
import type { World } from '../world.ts'
import { baselineMeanwhile } from './baseline.ts'
import { commit, land } from './commit.ts'
import { inTime } from './deadline.ts'
import { permitted, prepare } from './permitted.ts'
import { inPlace } from './place.ts'
import type { State } from './state.ts'
import { writeTests } from './write-tests.ts'

type Step = (world: World, state: State) => Promise<State>

// Loaded when it is its turn: what the author is asked needs none of it, and is asked the sooner.
const loaded = lazy(() => import('./attempts.ts'))
const attempts: Step = async (world, state) => (await loaded()).attempts(world, state)

/** How a task becomes a verified commit. A step that sets the outcome ends it. */
const STEPS: Step[] = [permitted, prepare, baselineMeanwhile, writeTests, permitted, attempts, commit, land]

export function runTask(world: World, state: State): Promise<State> {
  return inTime(inPlace(world, state.plan), state, (timed) => takeSteps(timed, state))
}

async function takeSteps(world: World, state: State): Promise<State> {
  let current = state
  for (const step of STEPS) {
    if (current.outcome) break
    // A verified commit is never thrown away: from its making to its landing nothing interrupts.
    if (world.signal.aborted && !current.commit)
      return { ...current, outcome: { status: 'interrupted', message: 'interrupted' } }
    current = await step(world, current)
  }
  return current
}
