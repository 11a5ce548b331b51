import { type Line, usualEol } from './text-lines.ts'

/** Beyond this many comparisons lines are not aligned; the result is then right in its text, but takes new line endings. */
const MAX_COMPARISONS = 4_000_000

/** For each line of `after` the line of `before` that it continues, or -1: a longest common subsequence. */
export function alignLines(before: readonly string[], after: readonly string[]): number[] {
  const partner = new Array<number>(after.length).fill(-1)
  const shortest = Math.min(before.length, after.length)
  let head = 0
  while (head < shortest && before[head] === after[head]) {
    partner[head] = head
    head++
  }
  let tail = 0
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    partner[after.length - 1 - tail] = before.length - 1 - tail
    tail++
  }
  const rows = before.length - head - tail
  const columns = after.length - head - tail
  if (rows === 0 || columns === 0 || rows * columns > MAX_COMPARISONS) return partner
  const width = columns + 1
  const lengths = commonLengths(before.slice(head, head + rows), after.slice(head, head + columns))
  let i = 0
  let j = 0
  while (i < rows && j < columns) {
    if (before[head + i] === after[head + j]) partner[head + j++] = head + i++
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++
    else j++
  }
  return partner
}

/** Length of the longest common subsequence of the rests from (i, j) on, at `i * (after.length + 1) + j`. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j
      lengths[at] =
        before[i] === after[j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!)
    }
  }
  return lengths
}

/** What takes the place of `region`. `search` runs parallel to it, line by line, and may differ in what the rung forgives. */
export interface Replacement {
  region: readonly Line[]
  search: readonly string[]
  replace: readonly string[]
  /** Brings a new line to the indentation of the file. */
  shift: (text: string) => string
  /** For lines that have no neighbour to take their line ending from. */
  eol: '\n' | '\r\n'
}

/**
 * The new lines of a region. A line that stands in both search and replacement keeps the file's own bytes; a new
 * one takes the line ending of the line in whose place it stands, so that files with mixed endings keep theirs.
 */
export function rebuild({ region, search, replace, shift, eol }: Replacement): Line[] {
  const partner = alignLines(search, replace)
  const result: Line[] = []
  const limits = limitsOf(partner, region.length)
  let next = 0
  for (const [j, text] of replace.entries()) {
    const from = partner[j]!
    if (from >= 0) {
      const kept = region[from]!
      result.push({ text: kept.text, eol: eolNear(region, from, eol) })
      next = from + 1
      continue
    }
    const stead = next < limits[j]! ? next++ : Math.max(0, next - 1)
    result.push({ text: shift(text), eol: eolNear(region, stead, eol) })
  }
  const last = result.at(-1)
  if (last !== undefined && region.at(-1)?.eol === '') last.eol = ''
  return result
}

/** For each new line the next line of the region that stays. */
function limitsOf(partner: readonly number[], end: number): number[] {
  const limits = new Array<number>(partner.length)
  let limit = end
  for (let j = partner.length - 1; j >= 0; j--) {
    if (partner[j]! >= 0) limit = partner[j]!
    limits[j] = limit
  }
  return limits
}

function eolNear(region: readonly Line[], at: number, fallback: '\n' | '\r\n'): '\n' | '\r\n' {
  return region[at]?.eol || region[at - 1]?.eol || fallback
}

/** The lines of a whole new text in place of all lines of a file. */
export function rebuildWhole(base: readonly Line[], replace: readonly string[]): Line[] {
  return rebuild({
    region: base,
    search: base.map((line) => line.text),
    replace,
    shift: (text) => text,
    eol: usualEol(base),
  })
}
