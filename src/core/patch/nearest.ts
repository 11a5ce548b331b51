import { isElision } from './elision.ts'
import { isBlank } from './text-lines.ts'

/** Lines of the file that are shown to the author of a block that did not match. */
const SHOWN = 15
/** More lines of a block than these do not make the search for the nearest text better, only slower. */
const COMPARED = 40
/** Mean similarity of lines below which nothing in the file counts as near. */
const NEAR = 0.35

export interface Nearest {
  /** Numbered lines of the file; null where nothing is near. */
  text: string | null
  /** What differs first, or another likely reason; one or two sentences. */
  reason: string
}

/** What in the file comes nearest to `search`. It serves the explanation only: nothing is ever replaced there. */
export function nearestTo(search: readonly string[], replace: readonly string[], base: readonly string[]): Nearest {
  const hints = [elisionHint(search), alreadyThere(replace, base)].filter((hint) => hint !== null)
  const start = nearestStart(search, base)
  if (start === null) {
    return { text: null, reason: ['No part of the file is near to it.', ...hints].join(' ') }
  }
  return {
    text: numbered(base, start, Math.min(SHOWN, search.length + 2)),
    reason: [firstDifference(search, base, start), ...hints].join(' '),
  }
}

function nearestStart(search: readonly string[], base: readonly string[]): number | null {
  const wanted = search.slice(0, COMPARED).map(pairsOf)
  const lines = base.map(pairsOf)
  let best = 0
  let at: number | null = null
  for (let start = 0; start < lines.length; start++) {
    let sum = 0
    for (const [k, pairs] of wanted.entries()) sum += similarity(pairs, lines[start + k])
    if (sum > best) {
      best = sum
      at = start
    }
  }
  return best >= NEAR * Math.max(1, wanted.filter((pairs) => pairs.text !== '').length) ? at : null
}

interface Pairs {
  text: string
  set: Set<string>
}

/** Pairs of neighbouring characters, by which lines are compared. */
function pairsOf(line: string): Pairs {
  const text = line.trim().slice(0, 200)
  const set = new Set<string>()
  for (let k = 0; k + 1 < text.length; k++) set.add(text.slice(k, k + 2))
  return { text, set }
}

/** 0 to 1; blank lines say nothing about where a block stands. */
function similarity(a: Pairs, b: Pairs | undefined): number {
  if (b === undefined || a.text === '' || b.text === '') return 0
  if (a.text === b.text) return 1
  let common = 0
  for (const pair of a.set) if (b.set.has(pair)) common++
  return (2 * common) / Math.max(1, a.set.size + b.set.size)
}

function firstDifference(search: readonly string[], base: readonly string[], start: number): string {
  const k = search.findIndex((line, i) => line.trimEnd() !== base[start + i]?.trimEnd())
  const wanted = search[k]
  if (wanted === undefined) return 'Each line of it stands there, with other indentation in REPLACE.'
  const actual = base[start + k]
  if (actual === undefined) return `Line ${k + 1} of SEARCH lies beyond the end of the file.`
  const where = `Line ${k + 1} of SEARCH is ${quoted(wanted)}, line ${start + k + 1} of the file is ${quoted(actual)}`
  return wanted.trim() === actual.trim() ? `${where}: they differ in indentation only.` : `${where}.`
}

function quoted(line: string): string {
  if (isBlank(line)) return 'blank'
  return `\`${line.length > 160 ? `${line.slice(0, 160)} (cut)` : line}\``
}

function elisionHint(search: readonly string[]): string | null {
  return search.some(isElision) ? 'A line with `...` never stands for other lines: write every line out.' : null
}

function alreadyThere(replace: readonly string[], base: readonly string[]): string | null {
  if (replace.every(isBlank)) return null
  const there = base.some((_, start) => replace.every((line, k) => line === base[start + k]))
  return there ? 'The REPLACE text stands in the file already: leave the block out if it is done.' : null
}

/** Lines from `start` (0-based) on, each with its 1-based number. */
export function numbered(base: readonly string[], start: number, count: number): string {
  const end = Math.min(base.length, start + count)
  const width = String(end).length
  return base
    .slice(start, end)
    .map((line, k) => `${String(start + k + 1).padStart(width)} | ${line}`)
    .join('\n')
}
