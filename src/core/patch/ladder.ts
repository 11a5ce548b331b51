import { type BaseText, shapesOf } from './base-text.ts'
import { lineOccurrences, occurrences } from './occurrences.ts'
import type { Edit, Rung } from './patch.ts'
import { indentOf, isBlank, splitBom, splitLines, textsOf } from './text-lines.ts'

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
  /** The one match lies outside of the part that an anchor names, or (null) not at the file's end. 0-based lines. */
  | { found: 'astray'; start: number; anchor: number | null }
  | { found: 'none' }

type Shift = (text: string) => string

const unshifted: Shift = (text) => text

/** The lines of a SEARCH or REPLACE text. */
export function blockLines(text: string): string[] {
  return textsOf(splitLines(splitBom(text).body))
}

/**
 * Finds the one place of a block. The rungs are tried from the strictest on; the first that matches at all decides,
 * and there the match must be the only one (overlapping matches count). Lines match as wholes. A reply cannot show
 * line endings, so a place that differs only in them is as much a match as an exact one. Linear in the length of the file.
 */
export function locate(edit: Edit, base: BaseText): Location {
  const search = blockLines(edit.search)
  for (const placesOf of [sameText, sameButTrailingSpace, sameButShifted]) {
    const places = placesOf(search, base, edit)
    if (places.length === 0) continue
    const scoped = withinScope(places, edit, base)
    if (!Array.isArray(scoped)) return scoped
    const [place, second] = scoped
    if (second !== undefined || place === undefined) return { found: 'many', starts: scoped.map((p) => p.start) }
    return { found: 'one', place: { ...place, rung: exactOr(place, edit, base) } }
  }
  return { found: 'none' }
}

function unshiftedPlaces(rung: Rung, starts: number[], length: number): Place[] {
  return starts.map((start) => ({ rung, start, end: start + length, shift: unshifted }))
}

function sameText(search: readonly string[], base: BaseText): Place[] {
  return unshiftedPlaces('line-endings', lineOccurrences(search, base.texts), search.length)
}

function sameButTrailingSpace(search: readonly string[], base: BaseText): Place[] {
  const trimmed = search.map((line) => line.trimEnd())
  return unshiftedPlaces('trailing-space', lineOccurrences(trimmed, base.trimmed()), search.length)
}

/** Places where every line that is not blank has the same whitespace too much, or too little, in front. */
function sameButShifted(search: readonly string[], base: BaseText, edit: Edit): Place[] {
  const first = search.findIndex((line) => !isBlank(line))
  // Brackets and dots alone stand everywhere at some depth.
  if (first < 0 || !search.some((line) => /[\p{L}\p{N}]/u.test(line))) return []
  const replace = blockLines(edit.replace)
  const { contents, blankRuns } = base.shapes()
  const places: Place[] = []
  for (const at of shapeOccurrences(search, first, base)) {
    const blankBefore = at === 0 ? 0 : blankRuns[at - 1]!
    if (contents[at] !== search[first]!.trim() || blankBefore < first) continue
    const shift = shiftBetween(indentOf(search[first]!), indentOf(base.texts[at]!), replace)
    if (shift === null || !fitsIn(shift, search, replace, base)) continue
    places.push({ rung: 'indent', start: at - first, end: at - first + search.length, shift })
  }
  return places
}

/** Lines of the base where the block's first line that is not blank may stand, judged by all lines after it. */
function shapeOccurrences(search: readonly string[], first: number, base: BaseText): number[] {
  const own = shapesOf(search)
  const { contents, steps } = base.shapes()
  const from = first + 1
  const rest = search.length - from
  if (rest === 0) return [...contents.keys()]
  const found = occurrences(
    rest,
    contents.length,
    (i, j) => own.contents[from + i] === own.contents[from + j] && own.steps[from + i] === own.steps[from + j],
    (i, at) => own.contents[from + i] === contents[at] && own.steps[from + i] === steps[at],
  )
  return found.filter((at) => at > 0).map((at) => at - 1)
}

/** null: neither indentation ends with the other, they are equal, or a line of the replacement cannot follow. */
function shiftBetween(wanted: string, actual: string, replace: readonly string[]): Shift | null {
  const add = actual.endsWith(wanted) ? actual.slice(0, actual.length - wanted.length) : ''
  const cut = wanted.endsWith(actual) ? wanted.slice(0, wanted.length - actual.length) : ''
  if (add === '' && cut === '') return null
  if (cut !== '' && !replace.every((text) => isBlank(text) || text.startsWith(cut))) return null
  return (text) => (isBlank(text) ? text : add + text.slice(cut.length))
}

/**
 * Whether the new lines were shifted as the copied ones. They were not where one is less indented than all that was
 * copied too deep, or would leave the steps of the file's indentation, on which it stands as it is.
 */
function fitsIn(shift: Shift, search: readonly string[], replace: readonly string[], base: BaseText): boolean {
  const copied = new Set(search)
  const fresh = replace.filter((line) => !isBlank(line) && !copied.has(line))
  const depth = (line: string) => indentOf(line).length
  const least = search.reduce(
    (min, line) => (isBlank(line) ? min : Math.min(min, depth(line))),
    Number.POSITIVE_INFINITY,
  )
  const step = base.shapes().step
  return fresh.every((line) => {
    const after = depth(shift(line))
    if (after < depth(line) && depth(line) < least) return false
    return step === 0 || after % step === 0 || depth(line) % step !== 0
  })
}

function exactOr(place: Place, edit: Edit, base: BaseText): Rung {
  if (place.rung !== 'line-endings') return place.rung
  const search = splitLines(splitBom(edit.search).body)
  const same = search.every(({ text, eol }, k) => {
    const at = place.start + k
    const actual = base.body.slice(base.starts[at]! + text.length, base.starts[at + 1])
    return eol === actual || (k === search.length - 1 && (eol === '' || actual === ''))
  })
  return same ? 'exact' : 'line-endings'
}

interface Part {
  /** Line of the anchor. */
  anchor: number
  from: number
  to: number
}

/** Of several matches those where the anchors and the mark of the file's end say. A single match they may only contradict. */
function withinScope(places: Place[], edit: Edit, base: BaseText): Place[] | Location {
  const part = partOf(edit.after ?? [], base)
  const inside = part === null ? places : places.filter((place) => place.start >= part.from && place.end <= part.to)
  if (part !== null && inside.length === 0 && places.length === 1)
    return { found: 'astray', start: places[0]!.start, anchor: part.anchor }
  const scoped = inside.length > 0 ? inside : places
  if (edit.atEnd !== true) return scoped
  const last = base.texts.findLastIndex((line) => !isBlank(line))
  const atEnd = scoped.filter((place) => place.end > last)
  if (atEnd.length === 0 && scoped.length === 1) return { found: 'astray', start: scoped[0]!.start, anchor: null }
  return atEnd.length > 0 ? atEnd : scoped
}

/**
 * The part of a file that anchors name: an anchor is a line that stands once, and its part reaches as far as lines are
 * indented deeper; where it opens nothing, to the end. null: one of them is not found, or found twice, and decides nothing.
 */
function partOf(anchors: readonly string[], base: BaseText): Part | null {
  let part: Part | null = null
  const contents: readonly string[] = anchors.length > 0 ? base.shapes().contents : []
  for (const anchor of anchors) {
    const wanted = anchor.trim()
    const to: number = part?.to ?? contents.length
    const hit = contents.indexOf(wanted, part?.from ?? 0)
    const second = hit < 0 ? -1 : contents.indexOf(wanted, hit + 1)
    if (hit < 0 || hit >= to || (second >= 0 && second < to)) return null
    part = { anchor: hit, from: hit, to: endOfPart(base.texts, hit, to) }
  }
  return part
}

function endOfPart(base: readonly string[], anchor: number, limit: number): number {
  const depth = indentOf(base[anchor]!).length
  const below = base.findIndex((line, k) => k > anchor && !isBlank(line))
  if (below < 0 || indentOf(base[below]!).length <= depth) return limit
  for (let k = below; k < limit; k++) {
    const line = base[k]!
    if (isBlank(line) || indentOf(line).length > depth) continue
    if (!/^\s*[)\]}]/.test(line)) return k
  }
  return limit
}
