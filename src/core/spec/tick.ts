import type { Task } from './spec.ts'

/**
 * `text` (the whole of tasks.md) with the box of `task` ticked: exactly one UTF-16 unit differs.
 * Throws where `task.boxOffset` is not an open box of this text: the task was read from another text, which is our bug.
 */
export function tick(text: string, task: Task): string {
  const at = task.boxOffset
  if (text.slice(at - 1, at + 2) !== '[ ]') {
    throw new Error(`Task ${task.id}: no open checkbox at offset ${at} of this text`)
  }
  return `${text.slice(0, at)}x${text.slice(at + 1)}`
}
