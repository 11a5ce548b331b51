import type { BaseText } from './base-text.ts'
import { hintsFor } from './hints.ts'
import { isBlank } from './text-lines.ts'

/** Lines of the file that are shown to the author of a block that did not match. */
const SHOWN = 15
/** More lines of a block than these do not make the search for the nearest text better, only slower. */
const COMPARED = 40
/** Characters of a line that are looked at. */
const WIDTH = 200
/** Mean similarity of lines below which nothing in the file counts as near. */
const NEAR = 0.35

export interface Nearest {
  /** Numbered lines of the file; null where nothing is near. */
  text: string | null
  /** What differs first, or another likely reason; one or two sentences. */
  reason: string
}

/** What in the file comes nearest to `search`. It serves the explanation only: nothing is ever replaced there. */
export function nearestTo(search: readonly string[], base: BaseText): Nearest {
  const hints = hintsFor(search, base)
  const start = nearestStart(search, base.texts)
  if (start === null) {
    return { text: null, reason: ['No part of the file is near to it.', ...hints].join(' ') }
  }
  return {
    text: numbered(base.texts, start, Math.min(SHOWN, search.length + 2)),
    reason: [firstDifference(search, base.texts, start), ...hints].join(' '),
  }
}

function nearestStart(search: readonly string[], base: readonly string[]): number | null {
  const wanted = search.slice(0, COMPARED).map(signatureOf)
  const lines = base.map(signatureOf)
  let best = 0
  let at: number | null = null
  for (let start = 0; start < lines.length; start++) {
    let sum = 0
    for (let k = 0; k < wanted.length && start + k < lines.length; k++) sum += similarity(wanted[k]!, lines[start + k]!)
    if (sum > best) {
      best = sum
      at = start
    }
  }
  return best >= NEAR * Math.max(1, wanted.filter(({ text }) => text !== '').length) ? at : null
}

/** A line and its pairs of neighbouring characters as 128 bits, by which lines are compared quickly. */
interface Signature {
  text: string
  bits: [number, number, number, number]
  count: number
}

function signatureOf(line: string): Signature {
  const text = line.trim().slice(0, WIDTH)
  const bits: Signature['bits'] = [0, 0, 0, 0]
  for (let k = 0; k + 1 < text.length; k++) {
    const pair = Math.imul(text.charCodeAt(k), 0x9e3779b1) ^ Math.imul(text.charCodeAt(k + 1), 0x85ebca6b)
    const bit = (pair ^ (pair >>> 15)) & 127
    bits[(bit >>> 5) as 0] |= 1 << (bit & 31)
  }
  return { text, bits, count: bits.reduce((sum, word) => sum + ones(word), 0) }
}

function ones(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555)
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333)
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** 0 to 1; blank lines say nothing about where a block stands. */
function similarity(a: Signature, b: Signature): number {
  if (a.text === '' || b.text === '') return 0
  if (a.text === b.text) return 1
  const common =
    ones(a.bits[0] & b.bits[0]) +
    ones(a.bits[1] & b.bits[1]) +
    ones(a.bits[2] & b.bits[2]) +
    ones(a.bits[3] & b.bits[3])
  return (2 * common) / Math.max(1, a.count + b.count)
}

function firstDifference(search: readonly string[], base: readonly string[], start: number): string {
  const k = search.findIndex((line, i) => line.trimEnd() !== base[start + i]?.trimEnd())
  const wanted = search[k]
  if (wanted === undefined) return 'Each line of it stands there, with other indentation in REPLACE.'
  const actual = base[start + k]
  if (actual === undefined) return `Line ${k + 1} of SEARCH lies beyond the end of the file.`
  const where = `Line ${k + 1} of SEARCH is ${quoted(wanted)}, line ${start + k + 1} of the file is ${quoted(actual)}`
  if (isBlank(wanted) || isBlank(actual)) return `${where}.`
  const column = firstDifferent(wanted, actual)
  const differs = `they differ from character ${column + 1} on (${character(wanted, column)} against ${character(actual, column)})`
  return wanted.trim() === actual.trim() ? `${where}: ${differs}, in indentation only.` : `${where}: ${differs}.`
}

/** 0-based; the length of the shorter line where it is the beginning of the other. */
function firstDifferent(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  // Never the second half of a pair: it is no character of its own.
  return at > 0 && /[\uD800-\uDBFF]/.test(a[at - 1]!) ? at - 1 : at
}

const NAMES: Record<string, string> = { '': 'the end', '\t': 'a tab', ' ': 'a space', '`': 'a backtick' }

function character(line: string, at: number): string {
  const code = line.codePointAt(at)
  const text = code === undefined ? '' : String.fromCodePoint(code)
  const name = NAMES[text]
  if (name !== undefined || code === undefined) return name ?? 'the end'
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (/[\p{C}\p{Z}\p{M}]/u.test(text)) return hex
  return code < 128 ? `\`${text}\`` : `\`${text}\` ${hex}`
}

function quoted(line: string): string {
  if (isBlank(line)) return 'blank'
  return `\`${line.length > 160 ? `${line.slice(0, 160)} (cut)` : line}\``
}

/** Lines from `start` (0-based) on, each with its 1-based number. */
export function numbered(base: readonly string[], start: number, count: number): string {
  const end = Math.min(base.length, start + count)
  const width = String(end).length
  return base
    .slice(start, end)
    .map((line, k) => `${String(start + k + 1).padStart(width)} | ${shortened(line)}`)
    .join('\n')
}

/** A line of a megabyte has no place in a prompt. */
function shortened(line: string): string {
  return line.length > 500 ? `${line.slice(0, 500)} (cut)` : line
}
