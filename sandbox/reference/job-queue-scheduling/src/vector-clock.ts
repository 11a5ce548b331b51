/** Changes by replica; one that is missing counts as 0. */
export type VectorClock = Readonly<Record<string, number>>
export type Order = 'before' | 'after' | 'equal' | 'concurrent'

export function compare(one: VectorClock, other: VectorClock): Order {
  const names = namesOf(one, other)
  const less = names.some((name) => countOf(one, name) < countOf(other, name))
  const more = names.some((name) => countOf(one, name) > countOf(other, name))
  if (less && more) return 'concurrent'
  if (less) return 'before'
  return more ? 'after' : 'equal'
}

export function join(one: VectorClock, other: VectorClock): VectorClock {
  const names = namesOf(one, other)
  return Object.fromEntries(names.map((name) => [name, Math.max(countOf(one, name), countOf(other, name))]))
}

export function advance(clock: VectorClock, replica: string): VectorClock {
  return { ...clock, [replica]: countOf(clock, replica) + 1 }
}

/** Changes of all replicas together. */
export function changes(clock: VectorClock): number {
  return Object.values(clock).reduce((sum, count) => sum + count, 0)
}

function namesOf(one: VectorClock, other: VectorClock): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
}

function countOf(clock: VectorClock, name: string): number {
  return Object.hasOwn(clock, name) ? clock[name]! : 0
}
