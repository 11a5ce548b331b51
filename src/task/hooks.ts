import { exitCodeOf } from '../core/errors.ts'
import type { World } from '../world.ts'
import { end, type State } from './state.ts'

/**
 * Does a task between the user's hooks. A `before_task` that fails is the end of the task before anybody is paid; what comes after is
 * told what became of it and changes nothing about that.
 */
export async function withHooks(world: World, state: State, use: (state: State) => Promise<State>): Promise<State> {
  return afterHooks(world, (await beforeHooks(world, state)) ?? (await use(state)))
}

/** The end of the task where a hook is against it; null: none is. */
export async function beforeHooks(world: World, state: State): Promise<State | null> {
  const failed = await world.hook?.('before_task', aboutTask(state))
  return failed ? end(state, 'environment', failed) : null
}

/** Tells the hooks what became of a task. */
export async function afterHooks(world: World, state: State): Promise<State> {
  const { outcome, commit, attempt } = state
  const status = outcome?.status ?? 'bug'
  const exitCode = exitCodeOf(status)
  const about = { ...aboutTask(state), status, exitCode, message: outcome?.message ?? '', commit, attempts: attempt }
  if (exitCode !== 0) await world.hook?.('on_failure', about)
  await world.hook?.('after_task', about)
  return state
}

function aboutTask({ around, plan, head }: State) {
  const { spec, task } = plan
  return { run: around.run, spec: spec.id, task: task.id, title: task.title, branch: head.branch, base: head.commit }
}
