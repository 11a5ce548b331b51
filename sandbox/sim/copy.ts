const MAX_DEPTH = 100

/**
 * A deep copy of what is sent. Plain objects and arrays are copied here, because `structuredClone` costs more than all the
 * rest of a delivery; Map, Set, Date and other cloneable values go through `structuredClone`, which also strips classes.
 * Throws a TypeError for what no network can carry (functions, symbols, self-references).
 */
export function copyMessage(value: unknown, depth = 0): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`a message cannot carry a ${typeof value}: send plain data`)
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new TypeError('a message refers to itself or is nested too deep: send plain data')
  if (Array.isArray(value)) return value.map((item) => copyMessage(item, depth + 1))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value)
  // A copy of the whole is much cheaper than one of each property; only what is nested needs more.
  const copy = { ...value } as Record<string, unknown>
  for (const key in copy) {
    const item = copy[key]
    if ((typeof item === 'object' && item !== null) || typeof item === 'function' || typeof item === 'symbol') {
      copy[key] = copyMessage(item, depth + 1)
    }
  }
  return copy
}
