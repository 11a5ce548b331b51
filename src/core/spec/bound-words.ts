import type { Bound } from './requirement.ts'

const COUNTED = new Set(['exactly', 'at most', 'at least'])

/** `within 45 s`, `at most 3 times`, `exactly once`. */
export function boundWords({ relation, value, unit }: Bound): string {
  if (value !== 1 || !/^times(?:\/|$)/.test(unit)) return `${relation} ${value} ${unit}`
  const one = COUNTED.has(relation) ? 'once' : '1 time'
  return `${relation} ${one}${unit.slice('times'.length)}`
}
