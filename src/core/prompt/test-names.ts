/** Parts of one test that are named; more are counted. */
const MOST_PARTS = 8

/**
 * The names of tests, one a line. Parts of a test (`t.Run` of Go), which come with ids of their own below its id, stand behind its name. `ids`
 * are `file > test > part`.
 */
export function testNameLines(ids: readonly string[], names: readonly string[]): string[] {
  if (ids.length !== names.length) return [...names]
  const all = new Set(ids)
  const parts = new Map<string, string[]>()
  const holder = (id: string): string | null => {
    for (let at = id.lastIndexOf(' > '); at > 0; at = id.lastIndexOf(' > ', at - 1))
      if (all.has(id.slice(0, at))) return holder(id.slice(0, at)) ?? id.slice(0, at)
    return null
  }
  const holders = ids.map(holder)
  for (const [at, own] of holders.entries())
    if (own !== null) parts.set(own, [...(parts.get(own) ?? []), names[at] ?? ids[at]!])
  return ids.flatMap((id, at) => {
    if (holders[at] !== null) return []
    const own = parts.get(id) ?? []
    const more = own.length > MOST_PARTS ? ` and ${own.length - MOST_PARTS} more` : ''
    const listed = own.length > 0 ? ` (${own.slice(0, MOST_PARTS).join(', ')}${more})` : ''
    return [`${names[at] ?? id}${listed}`]
  })
}
