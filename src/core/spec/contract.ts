import type { Task } from './spec.ts'

/** Whether a task has more to show than its parts: a test, a property, a command, or the checks of a checkpoint. */
export function hasContract(task: Pick<Task, 'test' | 'statements' | 'verify' | 'kind'>): boolean {
  return task.test !== null || task.statements.length > 0 || task.verify !== null || task.kind === 'checkpoint'
}

/** Optional parts and those struck through may stay open. */
export function isRequired(task: Pick<Task, 'optional' | 'struck'>): boolean {
  return !task.optional && !task.struck
}
