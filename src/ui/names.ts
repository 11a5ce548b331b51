import type { EventOf } from '../core/events.ts'
import { count } from './format.ts'

/** Of a list in one line so many are named. */
export const NAMES = 3

/** The first few names, and how many more there are. */
export function named(names: string[]): string {
  const more = names.length - NAMES
  return names.slice(0, NAMES).join(', ') + (more > 0 ? ` and ${count(more)} more` : '')
}

/** Models as people read them: a recording is a folder, and `recorded//tmp/replies` looks like a slip. */
export function modelWords(model: string): string {
  return model.replaceAll('recorded//', 'recorded replies in /')
}

/** `create src/queue.ts (stub, to be filled)`, `create test/queue.test.ts (tests)`. */
export function patchedFile({ path, action, is }: EventOf<'patch.applied'>['files'][number]): string {
  const kind = is === 'stub' ? ' (stub, to be filled)' : is === 'tests' ? ' (tests)' : ''
  return `${action} ${path}${kind}`
}
