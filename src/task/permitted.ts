import type { World } from '../world.ts'
import { end, type State } from './state.ts'

/** Stops for what only a person may decide: tasks for people, tests to review, a verdict that cannot be reached. */
export async function permitted(_world: World, state: State): Promise<State> {
  const { plan, around, frozen, untestable } = state
  const { id, kind, status, title, blocked } = plan.task
  if (kind === 'human' || status === 'blocked') return end(state, 'blocked', `Task ${id} is for a person: ${title}`)
  if (blocked !== null) return end(state, 'blocked', `Task ${id} is marked as blocked: ${blocked || title}`)
  if (frozen && !frozen.own && around.settings.reviewTests) {
    return end(
      state,
      'blocked',
      `The tests are written and wait for review: ${frozen.files.map((file) => file.path).join(', ')}. Run again without --review-tests to go on with them.`,
    )
  }
  if (untestable && around.settings.requireVerified) {
    return end(state, 'blocked', `The task can only be checked, not verified: ${untestable}`)
  }
  return state
}

export async function prepare(world: World, state: State): Promise<State> {
  const unready = await world.prepare(state.tree)
  if (world.signal.aborted) return end(state, 'interrupted', 'interrupted while the project was set up')
  return unready ? end(state, unready.status, unready.message) : state
}
