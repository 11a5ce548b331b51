import { newElision } from './elision.ts'
import { blockLines, locate, type Place } from './ladder.ts'
import { nearestTo } from './nearest.ts'
import type { Edit, FileChange, Refusal, RefusalCode } from './patch.ts'
import { rebuild, rebuildWhole } from './rebuild.ts'
import { joinLines, type Line, splitBom, splitLines, textsOf, usualEol } from './text-lines.ts'

/** Line numbers of an ambiguous block that are listed. */
const LISTED = 10

interface Found {
  /** 1-based number of the block within its file. */
  block: number
  edit: Edit
  place: Place
}

export type ResolvedEdits = { text: string; blocks: FileChange['blocks'] } | { refused: Refusal[] }

/**
 * The text of a file after all blocks. Each is found in the base text; blocks whose two sides are equal are left out, as
 * they wish for nothing. `blocks` has one entry for each of the others, in the order of `edits`.
 */
export function resolveEdits(path: string, edits: readonly Edit[], text: string): ResolvedEdits {
  const { bom, body } = splitBom(text)
  const base = splitLines(body)
  const found: Found[] = []
  const refused: Refusal[] = []
  for (const [k, edit] of edits.entries()) {
    if (edit.search === edit.replace) continue
    const result = find(path, k + 1, edit, base)
    if ('place' in result) found.push(result)
    else refused.push(result)
  }
  refused.push(...overlaps(path, found))
  if (refused.length > 0) return { refused }
  const blocks = found.map(({ place }) => ({ rung: place.rung }))
  return { text: bom + joinLines(splice(base, found)), blocks }
}

function find(path: string, block: number, edit: Edit, base: readonly Line[]): Found | Refusal {
  const refusal = (code: RefusalCode, message: string, nearest: string | null = null): Refusal => ({
    path,
    block,
    code,
    message,
    nearest,
  })
  const search = blockLines(edit.search)
  if (search.length === 0) {
    return refusal('exists', `SEARCH is empty, which only creates new files, and \`${path}\` exists already.`)
  }
  const texts = textsOf(base)
  const replace = blockLines(edit.replace)
  const location = locate(edit, base)
  if (location.found === 'many') return refusal('ambiguous', ambiguousMessage(location.starts))
  if (location.found === 'none') {
    const near = nearestTo(search, replace, texts)
    return refusal('no-match', `SEARCH does not stand in the file as whole lines. ${near.reason}`, near.text)
  }
  const elision = newElision(replace, [...search, ...texts])
  if (elision !== null) {
    return refusal('elision', `REPLACE holds \`${elision.trim()}\` in place of code: write every line out.`)
  }
  return { block, edit, place: location.place }
}

function ambiguousMessage(starts: readonly number[]): string {
  const lines = starts.slice(0, LISTED).map((start) => start + 1)
  const more = starts.length > LISTED ? ` and ${starts.length - LISTED} more` : ''
  return `SEARCH stands ${starts.length} times in the file, at lines ${lines.join(', ')}${more}. Add lines before or after it until it is unique.`
}

function overlaps(path: string, found: readonly Found[]): Refusal[] {
  const refused: Refusal[] = []
  const sorted = found.toSorted((a, b) => a.place.start - b.place.start || a.block - b.block)
  let widest = sorted[0]
  for (const next of sorted.slice(1)) {
    if (widest !== undefined && next.place.start < widest.place.end) {
      const lines = `${next.place.start + 1} to ${Math.min(next.place.end, widest.place.end)}`
      const message = `Blocks ${widest.block} and ${next.block} both replace lines ${lines}. Every block is found in the file as it was: join them into one.`
      refused.push({ path, block: next.block, code: 'overlap', message, nearest: null })
    }
    if (widest === undefined || next.place.end > widest.place.end) widest = next
  }
  return refused
}

function splice(base: readonly Line[], found: readonly Found[]): Line[] {
  const result: Line[] = []
  let at = 0
  for (const { place, edit } of found.toSorted((a, b) => a.place.start - b.place.start)) {
    result.push(...base.slice(at, place.start), ...replacement(base, place, edit))
    at = place.end
  }
  result.push(...base.slice(at))
  return result
}

function replacement(base: readonly Line[], place: Place, edit: Edit): Line[] {
  const replace = blockLines(edit.replace)
  if (place.rung === 'whole-file') return rebuildWhole(base, replace)
  return rebuild({
    region: base.slice(place.start, place.end),
    search: blockLines(edit.search),
    replace,
    shift: place.shift,
    eol: usualEol(base),
  })
}
