import { assemble } from '../core/prompt/prompt.ts'
import { modelAt } from '../core/settings.ts'
import type { World } from '../world.ts'
import { estimatorOf } from './ask.ts'
import { authorParts, implementerParts, sceneOf } from './context.ts'
import { frozenKeyOf } from './frozen.ts'
import { ownTestsUnrun } from './own-tests.ts'
import type { Frozen, Outcome, State } from './state.ts'

/** Shows what the next call would send. Nothing is asked, run or written. */
export async function dryRun(world: World, state: State): Promise<Outcome> {
  const { plan, around } = state
  const kept = around.settings.freshTests ? null : ((await world.recall(frozenKeyOf(plan))) as Frozen | null)
  const frozen = (await ownTestsUnrun(state.tree, plan)) ?? kept
  const role = frozen ? 'implementer' : 'author'
  const parts = frozen
    ? await implementerParts(sceneOf(world, state), frozen, [])
    : await authorParts(sceneOf(world, state), [])
  const how = around.settings.roles[role]
  const size = { limit: how.promptLimit, aim: around.promptAim }
  const assembled = assemble(role, around.templates.version, parts, size, estimatorOf(around, modelAt(how, 0)))
  if (!assembled.ok) return { status: 'usage', message: assembled.message }
  const { manifest } = assembled.prompt
  world.tell({ type: 'prompt.built', spec: plan.spec.id, task: plan.task.id, role, attempt: 1, round: 1, ...manifest })
  const first = role === 'author' ? 'the test author' : 'the implementer'
  const message = `Dry run: task ${plan.task.id} (${plan.task.title}) would be next; ${first} would be asked with ${manifest.tokens} tokens. See \`agent context ${plan.spec.id}/${plan.task.id} --full\`.`
  return { status: 'nothing', message }
}
