import { begin, lookAtBase, tellSelected } from './begin.ts'
import { NOTHING_SPENT, type Spent } from './core/budget.ts'
import { goalOf } from './core/spec/choose.ts'
import { type Hold, NO_HOLD, type RunOptions, type RunResult } from './run-options.ts'
import { createTally, type Stepped, stepOf } from './tally.ts'
import { withHooks } from './task/hooks.ts'
import { dropLanded, landWaiting, nextChoice } from './task/land-waiting.ts'
import type { Outcome, Surroundings } from './task/state.ts'
import { runTask } from './task/task.ts'
import type { World } from './world.ts'

/** How often a commit that was verified is judged again because its branch moved meanwhile. */
const MOST_FOLLOWED = 3

/** The loop over tasks: `next` until nothing is left, a task fails or a limit is met. */
export async function run(
  world: World,
  around: Surroundings,
  options: RunOptions,
  hold: Hold = NO_HOLD,
): Promise<RunResult> {
  const tally = createTally(options)
  let spent = NOTHING_SPENT
  do {
    await hold.over()
    let step = await oneTask(world, around, options, spent, tally.failed)
    // Nobody is there to start it again: what waits because somebody has committed is judged on top of that at once.
    for (let tries = 0; step.outcome.moved && options.most === null && tries < MOST_FOLLOWED; tries++)
      step = await oneTask(world, around, options, step.spent, tally.failed)
    spent = step.spent
    tally.add(step)
  } while (tally.goesOn())
  return tally.result(spent)
}

async function oneTask(
  world: World,
  around: Surroundings,
  options: RunOptions,
  spent: Spent,
  failed: Set<string>,
): Promise<Stepped> {
  const stop = (outcome: Outcome): Stepped => ({ outcome, spent, result: null })
  const base = await lookAtBase(world, around)
  if ('stop' in base) return stop(base.stop)
  if (!options.dryRun) await dropLanded(world, base.tree, base.specs)
  const goal = goalOf(base.specs, options)
  if (goal) return stop(goal)
  const lands = around.settings.land && !options.dryRun
  const choice = await nextChoice(world, base, options, failed, lands)
  if ('outcome' in choice) return stop(choice.outcome)
  const state = await begin(world, around, base, choice, spent)
  if ('stop' in state) return stop(state.stop)
  const settings = { ...around.settings, land: lands }
  const waiting = await landWaiting(world, { ...state, around: { ...around, settings } })
  if (options.dryRun) {
    const { dryRun } = await import('./task/dry-run.ts')
    return stop(waiting?.outcome ?? (await dryRun(world, state)))
  }
  if (!waiting) tellSelected(world, state)
  return stepOf(waiting ?? (await withHooks(world, state, (begun) => runTask(world, begun))))
}
