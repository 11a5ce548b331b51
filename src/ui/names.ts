import { count } from './format.ts'

/** Of a list in one line so many are named. */
export const NAMES = 3

/** The first few names, and how many more there are. */
export function named(names: string[]): string {
  const more = names.length - NAMES
  return names.slice(0, NAMES).join(', ') + (more > 0 ? ` and ${count(more)} more` : '')
}
