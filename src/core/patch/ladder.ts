import type { Edit, Rung } from './patch.ts'
import { indentOf, isBlank, type Line, splitBom, splitLines, textsOf } from './text-lines.ts'

/** Where a block stands in the base text: lines `start` (0-based) up to and without `end`. */
export interface Place {
  rung: Rung
  start: number
  end: number
  /** Brings a new line of the replacement to the indentation of the file. */
  shift: (text: string) => string
}

export type Location =
  | { found: 'one'; place: Place }
  /** `starts`: 0-based first lines of all matches. */
  | { found: 'many'; starts: number[] }
  | { found: 'none' }

type Shift = (text: string) => string
/** Compares `search` with the lines at one place; null: no match, else how new lines have to be shifted. */
type Matcher = (search: readonly string[], base: readonly string[], start: number) => Shift | null

const unshifted: Shift = (text) => text

/** The lines of a SEARCH or REPLACE text. */
export function blockLines(text: string): string[] {
  return textsOf(splitLines(splitBom(text).body))
}

/**
 * Finds the one place of a block. The rungs are tried from the strictest on; the first that matches at all decides,
 * and there the match must be the only one (overlapping matches count). Lines match as wholes. A reply cannot show
 * line endings, so a place that differs only in them is as much a match as an exact one.
 */
export function locate(edit: Edit, base: readonly Line[]): Location {
  const search = blockLines(edit.search)
  const replace = blockLines(edit.replace)
  const texts = textsOf(base)
  for (const [rung, match] of matchers(replace)) {
    const places: Place[] = []
    for (let start = 0; start + search.length <= texts.length; start++) {
      const shift = match(search, texts, start)
      if (shift !== null) places.push({ rung, start, end: start + search.length, shift })
    }
    const scoped = places.length > 1 ? withinAnchors(places, edit.after ?? [], texts) : places
    const [place, second] = scoped
    if (place === undefined) continue
    if (second !== undefined) return { found: 'many', starts: scoped.map((p) => p.start) }
    return { found: 'one', place: { ...place, rung: exactOr(place, edit, base) } }
  }
  return wholeFile(search, texts)
}

function matchers(replace: readonly string[]): [Rung, Matcher][] {
  return [
    ['line-endings', sameText],
    ['trailing-space', sameButTrailingSpace],
    ['indent', (search, base, start) => shiftedAlike(search, base, start, replace)],
  ]
}

const sameText: Matcher = (search, base, start) =>
  search.every((line, k) => line === base[start + k]) ? unshifted : null

const sameButTrailingSpace: Matcher = (search, base, start) =>
  search.every((line, k) => line.trimEnd() === base[start + k]!.trimEnd()) ? unshifted : null

/** Matches where every line that is not blank has the same whitespace too much, or too little, in front. */
function shiftedAlike(
  search: readonly string[],
  base: readonly string[],
  start: number,
  replace: readonly string[],
): Shift | null {
  const first = search.findIndex((line) => !isBlank(line))
  if (first < 0) return null
  const wanted = indentOf(search[first]!)
  const actual = indentOf(base[start + first]!)
  const add = actual.endsWith(wanted) ? actual.slice(0, actual.length - wanted.length) : ''
  const cut = wanted.endsWith(actual) ? wanted.slice(0, wanted.length - actual.length) : ''
  if (add === '' && cut === '') return null
  const shift: Shift = (text) => (isBlank(text) ? text : add + text.slice(cut.length))
  const shiftable = (text: string) => isBlank(text) || text.startsWith(cut)
  const alike = search.every(
    (line, k) =>
      shiftable(line) && shift(line).trimEnd() === base[start + k]!.trimEnd() && blankAlike(line, base, start + k),
  )
  return alike && replace.every(shiftable) ? shift : null
}

function blankAlike(line: string, base: readonly string[], at: number): boolean {
  return isBlank(line) === isBlank(base[at]!)
}

function exactOr(place: Place, edit: Edit, base: readonly Line[]): Rung {
  if (place.rung !== 'line-endings') return place.rung
  const search = splitLines(splitBom(edit.search).body)
  const same = search.every((line, k) => {
    const { eol } = base[place.start + k]!
    return line.eol === eol || (k === search.length - 1 && (line.eol === '' || eol === ''))
  })
  return same ? 'exact' : 'line-endings'
}

/**
 * Of several matches those in the part of the file that the anchors name: an anchor is a line that stands once, and
 * its part reaches as far as lines are indented deeper. An anchor that is not found, or found twice, decides nothing.
 */
function withinAnchors(places: Place[], anchors: readonly string[], base: readonly string[]): Place[] {
  let from = 0
  let to = base.length
  for (const anchor of anchors) {
    const hits: number[] = []
    for (let k = from; k < to; k++) if (base[k]!.trim() === anchor.trim()) hits.push(k)
    const [hit, second] = hits
    if (hit === undefined || second !== undefined) return places
    from = hit
    to = endOfPart(base, hit, to)
  }
  const inside = places.filter((place) => place.start >= from && place.end <= to)
  return inside.length > 0 ? inside : places
}

function endOfPart(base: readonly string[], anchor: number, limit: number): number {
  const depth = indentOf(base[anchor]!).length
  for (let k = anchor + 1; k < limit; k++) {
    const line = base[k]!
    if (isBlank(line) || indentOf(line).length > depth) continue
    if (!/^\s*[)\]}]/.test(line)) return k
  }
  return limit
}

function wholeFile(search: readonly string[], base: readonly string[]): Location {
  const bare = (lines: readonly string[]) =>
    lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trim()
  if (bare(search) !== bare(base)) return { found: 'none' }
  return { found: 'one', place: { rung: 'whole-file', start: 0, end: base.length, shift: unshifted } }
}
