import type { FileChange } from '../core/patch/patch.ts'
import { tick } from '../core/spec/tick.ts'
import type { Plan } from './state.ts'

/** tasks.md of the base with the task ticked. Throws where it cannot be: the plan was made from this very text, so that is our bug. */
export function tickedTasks({ tasksPath, tasksText, task }: Plan): FileChange {
  const ticked = tick(tasksText, task)
  if (!ticked.ok) throw new Error(`${tasksPath}: ${ticked.reason}`)
  return { path: tasksPath, action: 'edit', content: ticked.text, blocks: [] }
}
