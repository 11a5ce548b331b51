import { type BaseText, baseText, linesOf } from './base-text.ts'
import { newElision } from './elision.ts'
import { blockLines, locate, type Place } from './ladder.ts'
import { nearestTo, numbered } from './nearest.ts'
import { lineOccurrences } from './occurrences.ts'
import type { Edit, FileChange, Refusal, RefusalCode } from './patch.ts'
import { rebuild } from './rebuild.ts'
import { joinLines } from './text-lines.ts'

/** Line numbers of an ambiguous block that are listed. */
const LISTED = 10
/** Blocks of a file for which the nearest text is looked up; whoever misses more than these has not seen the file. */
const EXPLAINED = 20

interface Found {
  /** 1-based number of the block within its file. */
  block: number
  edit: Edit
  place: Place
}

export type ResolvedEdits =
  | { text: string; blocks: FileChange['blocks'] }
  /** `fits`: numbers of the blocks with which nothing is wrong. */
  | { refused: Refusal[]; fits: number[] }

/**
 * The text of a file after all blocks. Each is found in the base text; blocks whose two sides are equal are left out, as
 * they wish for nothing, and so are repeated ones. `blocks` has one entry for each of the others, in the order of `edits`.
 */
export function resolveEdits(path: string, edits: readonly Edit[], text: string): ResolvedEdits {
  const base = baseText(text)
  const found: Found[] = []
  const refused: Refusal[] = []
  const seen = new Set<string>()
  for (const [k, edit] of edits.entries()) {
    const { search, replace, after, atEnd } = edit
    const key = JSON.stringify([search, replace, after, atEnd])
    if (search === replace || seen.has(key)) continue
    seen.add(key)
    const result = find(path, k + 1, edit, base, refused.length < EXPLAINED)
    if ('place' in result) found.push(result)
    else refused.push(result)
  }
  const { refused: overlapping, clash } = overlaps(path, found)
  if (refused.length + overlapping.length > 0) {
    const fits = found.map(({ block }) => block).filter((block) => !clash.has(block))
    return { refused: [...refused, ...overlapping], fits }
  }
  const blocks = found.map(({ place }) => ({ rung: place.rung }))
  return { text: base.bom + splice(base, found), blocks }
}

function find(path: string, block: number, edit: Edit, base: BaseText, explain: boolean): Found | Refusal {
  const { line } = edit
  const refusal = (code: RefusalCode, message: string, nearest: string | null = null): Refusal => ({
    path,
    block,
    code,
    message,
    nearest,
    line,
  })
  const search = blockLines(edit.search)
  if (search.length === 0) {
    return refusal('exists', `SEARCH is empty, which only creates new files, and \`${path}\` exists already.`)
  }
  const replace = blockLines(edit.replace)
  const location = locate(edit, base)
  if (location.found === 'many') return refusal('ambiguous', ambiguousMessage(location.starts))
  if (location.found === 'astray') {
    const { start, anchor } = location
    const where =
      anchor === null
        ? 'not at the end of the file: leave `*** End of File` out'
        : `not in the part that begins with \`${base.texts[anchor]!.trim()}\` at line ${anchor + 1}: correct the anchor or leave it out`
    const message = `The lines stand at line ${start + 1}, but ${where}.`
    return refusal('no-match', message, numbered(base.texts, start, search.length))
  }
  if (location.found === 'none') return refusal(...missed(search, replace, base, explain))
  const loose = location.place.rung === 'trailing-space' || location.place.rung === 'indent'
  const done = alreadyAround(search, replace, location.place, base) ?? (loose ? appliedAt(search, replace, base) : null)
  if (done !== null) {
    const message = `The lines of REPLACE stand there already, at line ${done + 1}: leave the block out if it is done. To add them once more, put the lines that follow into SEARCH as well.`
    return refusal('already-applied', message)
  }
  const elision = newElision(path, replace, search)
  if (elision !== null) {
    return refusal('elision', `REPLACE holds \`${elision.trim()}\` in place of code: write every line out.`)
  }
  return { block, edit, place: location.place }
}

/** Why a block that stands nowhere was refused: it is done already, or what comes nearest and how it differs. */
function missed(
  search: readonly string[],
  replace: readonly string[],
  base: BaseText,
  explain: boolean,
): [RefusalCode, string, string | null] {
  const there = appliedAt(search, replace, base)
  if (there !== null) {
    const message = `SEARCH does not stand in the file, and the lines of REPLACE stand there already, at line ${there + 1}: leave the block out if it is done.`
    return ['already-applied', message, numbered(base.texts, there, Math.min(replace.length, 15))]
  }
  const head = 'SEARCH does not stand in the file as whole lines.'
  if (!explain) return ['no-match', head, null]
  const near = nearestTo(search, base)
  return ['no-match', `${head} ${near.reason}`, near.text]
}

/** First line of the replacement in the file where it says something of its own; null: it is not there. */
function appliedAt(search: readonly string[], replace: readonly string[], base: BaseText): number | null {
  const known = new Set(search.map((line) => line.trim()))
  const telling = replace.some((line) => /[\p{L}\p{N}]/u.test(line) && !known.has(line.trim()))
  if (!telling) return null
  const trimmed = replace.map((line) => line.trimEnd())
  return lineOccurrences(trimmed, base.trimmed())[0] ?? null
}

/**
 * A block that adds lines beside its own finds its SEARCH again after it was applied. Where the whole of its REPLACE stands
 * around that place already, it is taken as done: first line of it, else null.
 */
function alreadyAround(
  search: readonly string[],
  replace: readonly string[],
  place: Place,
  base: BaseText,
): number | null {
  if (replace.length <= search.length) return null
  const trimmed = base.trimmed()
  const wanted = replace.map((line) => place.shift(line).trimEnd())
  for (const offset of lineOccurrences(search, replace)) {
    const from = place.start - offset
    if (from >= 0 && wanted.every((line, k) => line === trimmed[from + k])) return from
  }
  return null
}

function ambiguousMessage(starts: readonly number[]): string {
  const lines = starts.slice(0, LISTED).map((start) => start + 1)
  const more = starts.length > LISTED ? ` and ${starts.length - LISTED} more` : ''
  return `SEARCH matches ${starts.length} times, at lines ${lines.join(', ')}${more}. Add context: more lines before or after it, until it is unique.`
}

/** `clash`: numbers of all blocks that another one overlaps. */
function overlaps(path: string, found: readonly Found[]): { refused: Refusal[]; clash: Set<number> } {
  const refused: Refusal[] = []
  const clash = new Set<number>()
  const sorted = found.toSorted((a, b) => a.place.start - b.place.start || a.block - b.block)
  let widest = sorted[0]
  for (const next of sorted.slice(1)) {
    if (widest !== undefined && next.place.start < widest.place.end) {
      const lines = `${next.place.start + 1} to ${Math.min(next.place.end, widest.place.end)}`
      const message = `Blocks ${widest.block} and ${next.block} both replace lines ${lines}. Every block is found in the file as it was: join them into one.`
      clash.add(widest.block).add(next.block)
      refused.push({ path, block: next.block, code: 'overlap', message, nearest: null, line: next.edit.line })
    }
    if (widest === undefined || next.place.end > widest.place.end) widest = next
  }
  return { refused, clash }
}

/** Everything between the places is cut out of the base text as it is. */
function splice(base: BaseText, found: readonly Found[]): string {
  const pieces: string[] = []
  let at = 0
  for (const { place, edit } of found.toSorted((a, b) => a.place.start - b.place.start)) {
    pieces.push(base.body.slice(at, base.starts[place.start]))
    const lines = rebuild({
      region: linesOf(base, place.start, place.end),
      search: blockLines(edit.search),
      replace: blockLines(edit.replace),
      shift: place.shift,
      eol: base.usualEol,
    })
    pieces.push(joinLines(lines))
    at = base.starts[place.end]!
  }
  pieces.push(base.body.slice(at))
  return pieces.join('')
}
