import { alignLines } from './align-lines.ts'
import { type BaseText, linesOf } from './base-text.ts'
import type { Line } from './text-lines.ts'

/** What takes the place of `region`. `search` runs parallel to it, line by line, and may differ in what the rung forgives. */
export interface Replacement {
  region: readonly Line[]
  search: readonly string[]
  replace: readonly string[]
  /** Brings a new line to the indentation of the file. */
  shift: (text: string) => string
  /** For lines that have no neighbour to take their line ending from. */
  eol: () => '\n' | '\r\n'
}

/**
 * The new lines of a region. A line that stands in both search and replacement keeps the file's own bytes; a new
 * one takes the line ending of the line in whose place it stands, so that files with mixed endings keep theirs.
 */
export function rebuild({ region, search, replace, shift, eol }: Replacement): Line[] {
  const partner = alignLines(search, replace)
  const copies = copiesOf(region, search)
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
    result.push({ text: copies.get(text.trimEnd()) ?? shift(text), eol: eolNear(region, stead, eol) })
  }
  const last = result.at(-1)
  if (last !== undefined && region.at(-1)?.eol === '') last.eol = ''
  return result
}

/**
 * Where a rung forgave trailing space, that of copied lines says nothing: a line that is moved about has that of the file.
 * By the line in the reply without it; empty where all lines are copied exactly.
 */
function copiesOf(region: readonly Line[], search: readonly string[]): Map<string, string> {
  const forgiven = search.some((line, k) => line !== region[k]!.text && line.trim() !== '')
  if (!forgiven) return new Map()
  return new Map(search.flatMap((line, k) => (line.trim() === '' ? [] : [[line.trimEnd(), region[k]!.text] as const])))
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

function eolNear(region: readonly Line[], at: number, fallback: () => '\n' | '\r\n'): '\n' | '\r\n' {
  return region[at]?.eol || region[at - 1]?.eol || fallback()
}

/** The lines of a whole new text in place of all lines of a file. */
export function rebuildWhole(base: BaseText, replace: readonly string[]): Line[] {
  return rebuild({
    region: linesOf(base, 0, base.texts.length),
    search: base.texts,
    replace,
    shift: (text) => text,
    eol: base.usualEol,
  })
}
