/** A key that is the same for values of the same content, and for no others, as long as they are plain data. */
export function contentKey(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value, exact) : value
}

/** What JSON has no words for is marked by a character that nobody writes. */
function exact(_key: string, value: unknown): unknown {
  if (value === undefined) return '\u0000undefined'
  if (typeof value === 'bigint') return `\u0000${value}n`
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return `\u0000${Object.is(value, -0) ? '-0' : value}`
  }
  if (value instanceof Map) return ['\u0000map', ...value]
  if (value instanceof Set) return ['\u0000set', ...value]
  return value
}
