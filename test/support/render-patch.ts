/** Writes the difference of two texts in every format that the patch engine reads, as a careful model would. */

export type Format = 'blocks' | 'diff' | 'v4a' | 'whole'
export const FORMATS: readonly Format[] = ['blocks', 'diff', 'v4a', 'whole']

/** Lines `start` up to and without `end` of the old text give way to `lines`. */
export interface Hunk {
  start: number
  end: number
  lines: string[]
}

export interface FileDiff {
  path: string
  /** Lines without their endings; null: there is no file. */
  before: string[] | null
  after: string[] | null
}

/** Lines of a text as a reply can show them. */
export function shownLines(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Where two texts differ: Myers' greedy algorithm on lines. */
export function diffLines(a: readonly string[], b: readonly string[]): Hunk[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const kept = keptPairs(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  const hunks: Hunk[] = []
  let i = head
  let j = head
  for (const [x, y] of [...kept.map(([x, y]) => [x + head, y + head]), [a.length - tail, b.length - tail]]) {
    if (i < x! || j < y!) hunks.push({ start: i, end: x!, lines: b.slice(j, y!) })
    i = x! + 1
    j = y! + 1
  }
  return hunks
}

function keptPairs(a: readonly string[], b: readonly string[]): [number, number][] {
  const most = a.length + b.length
  const trace: Map<number, number>[] = []
  let reach = new Map<number, number>([[1, 0]])
  for (let d = 0; d <= most; d++) {
    const next = new Map<number, number>()
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      next.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, [...trace, reach], d)
    }
    trace.push(reach)
    reach = next
  }
  return []
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  trace: Map<number, number>[],
  d: number,
): [number, number][] {
  const pairs: [number, number][] = []
  let x = a.length
  let y = b.length
  for (let depth = d; depth >= 0; depth--) {
    const reach = trace[depth]!
    const k = x - y
    const down = k === -depth || (k !== depth && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
    const from = down ? k + 1 : k - 1
    const startX = depth === 0 ? 0 : (reach.get(from) ?? 0)
    const startY = depth === 0 ? 0 : startX - from
    const afterX = depth === 0 ? 0 : down ? startX : startX + 1
    while (x > afterX && y > (depth === 0 ? 0 : startY + (down ? 1 : 0))) pairs.push([--x, --y])
    x = startX
    y = startY
  }
  return pairs.reverse()
}

/** A hunk with unchanged lines around it. */
export interface Chunk {
  /** First line of the old text, 0-based. */
  start: number
  search: string[]
  replace: string[]
  /** The same as signed lines of a diff. */
  signed: string[]
}

const CONTEXT = 3

/** Hunks with their context, those that touch joined; each grows until its lines stand once in the old text. */
export function chunksOf(before: readonly string[], hunks: readonly Hunk[]): Chunk[] {
  let spans = hunks.map((hunk) => ({
    from: Math.max(0, hunk.start - CONTEXT),
    to: Math.min(before.length, hunk.end + CONTEXT),
    hunks: [hunk],
  }))
  for (;;) {
    const joined: typeof spans = []
    for (const span of spans) {
      const last = joined.at(-1)
      if (last !== undefined && span.from <= last.to) {
        joined[joined.length - 1] = {
          from: last.from,
          to: Math.max(last.to, span.to),
          hunks: [...last.hunks, ...span.hunks],
        }
      } else joined.push(span)
    }
    const unclear = joined.filter(({ from, to }) => to - from < before.length && !standsOnce(before, from, to))
    if (unclear.length === 0) return joined.map((span) => chunkOf(before, span))
    for (const span of unclear) {
      const more = Math.max(4, span.to - span.from)
      span.from = Math.max(0, span.from - more)
      span.to = Math.min(before.length, span.to + more)
    }
    spans = joined
  }
}

function standsOnce(lines: readonly string[], from: number, to: number): boolean {
  if (lines.slice(from, to).every((line) => line.trim() === '')) return false
  let found = 0
  for (let at = 0; at + to - from <= lines.length && found < 2; at++) {
    let k = 0
    while (k < to - from && lines[at + k]!.trim() === lines[from + k]!.trim()) k++
    if (k === to - from) found++
  }
  return found === 1
}

function chunkOf(before: readonly string[], span: { from: number; to: number; hunks: readonly Hunk[] }): Chunk {
  const signed: string[] = []
  let at = span.from
  for (const { start, end, lines } of span.hunks) {
    signed.push(...before.slice(at, start).map((line) => ` ${line}`))
    signed.push(...before.slice(start, end).map((line) => `-${line}`), ...lines.map((line) => `+${line}`))
    at = end
  }
  signed.push(...before.slice(at, span.to).map((line) => ` ${line}`))
  const side = (sign: string) => signed.filter((line) => line[0] !== sign).map((line) => line.slice(1))
  return { start: span.from, search: side('+'), replace: side('-'), signed }
}

/** null: the format cannot say this. */
export function renderFile(format: Format, { path, before, after }: FileDiff): string[] | null {
  if (after === null) return format === 'v4a' ? ['*** Begin Patch', `*** Delete File: ${path}`, '*** End Patch'] : null
  if (format === 'whole') return renderWhole(path, after)
  if (before === null) return renderNew(format, path, after)
  const chunks = chunksOf(before, diffLines(before, after))
  if (chunks.some(({ search }) => search.every((line) => line.trim() === ''))) return null
  if (format === 'blocks') return renderBlocks(path, chunks)
  return renderHunks(format, path, chunks)
}

function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(0, ...lines.map((line) => /^\s*(`+)/.exec(line)?.[1]?.length ?? 0))
  return '`'.repeat(Math.max(3, longest + 1))
}

function renderWhole(path: string, after: readonly string[]): string[] {
  const fence = fenceFor(after)
  return [`${fence}text path=${path}`, ...after, fence]
}

function renderNew(format: Format, path: string, after: readonly string[]): string[] {
  const added = after.map((line) => `+${line}`)
  if (format === 'v4a') return ['*** Begin Patch', `*** Add File: ${path}`, ...added, '*** End Patch']
  const fence = fenceFor(after)
  if (format === 'diff')
    return [`${fence}diff`, '--- /dev/null', `+++ b/${path}`, `@@ -0,0 +1,${after.length} @@`, ...added, fence]
  return [fence, path, ...block({ start: 0, search: [], replace: [...after], signed: [] }), fence]
}

export function renderBlocks(path: string, chunks: readonly Chunk[]): string[] {
  const lines = chunks.flatMap((chunk) => [...block(chunk), ''])
  const fence = fenceFor(lines)
  return [fence, path, ...lines, fence]
}

/** Markers of a length that no line of the content has. */
function block({ search, replace }: Chunk): string[] {
  const taken = new Set([...search, ...replace].map((line) => /^([<>=+-]{5,9})(\s|$)/.exec(line)?.[1]?.length ?? 0))
  const size = [7, 9, 8, 6, 5].find((length) => !taken.has(length)) ?? 7
  return [`${'<'.repeat(size)} SEARCH`, ...search, '='.repeat(size), ...replace, `${'>'.repeat(size)} REPLACE`]
}

export function renderHunks(format: 'diff' | 'v4a', path: string, chunks: readonly Chunk[]): string[] {
  if (format === 'v4a') {
    const hunks = chunks.flatMap(({ signed }) => ['@@', ...signed])
    return ['*** Begin Patch', `*** Update File: ${path}`, ...hunks, '*** End Patch']
  }
  const hunks = chunks.flatMap(({ start, search, replace, signed }) => [
    `@@ -${start + 1},${search.length} +${start + 1},${replace.length} @@`,
    ...signed,
  ])
  const fence = fenceFor(hunks)
  return [`${fence}diff`, `--- a/${path}`, `+++ b/${path}`, ...hunks, fence]
}
