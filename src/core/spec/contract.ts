import type { Task } from './spec.ts'

/** Whether a task has more to show than its parts: a test, a property, a command, or the checks of a checkpoint. */
export function hasContract(task: Pick<Task, 'test' | 'statements' | 'verify' | 'kind'>): boolean {
  return task.test !== null || task.statements.length > 0 || task.verify !== null || task.kind === 'checkpoint'
}

const NAMES_ONLY = /^propert(?:y|ies)\b(?:[\s\d,&.–-]|\band\b|\bpropert(?:y|ies)\b)*$/i

/** What a task states in its own words; `Property: Property 1, Property 2` names what the design says. */
export function ownStatements({ statements }: Pick<Task, 'statements'>): string[] {
  return statements.filter((text) => !NAMES_ONLY.test(text.trim()))
}

/** Optional parts and those struck through may stay open. */
export function isRequired(task: Pick<Task, 'optional' | 'struck'>): boolean {
  return !task.optional && !task.struck
}
