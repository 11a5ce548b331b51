import type { Operation, ReplyProblem } from './patch.ts'
import { closesFence, type Fence, type LineAt, openingFence, type Reading, textOf } from './reply-source.ts'

const START = /^(<{5,9}|-{5,9}) ?SEARCH>?\s*$/
const MIDDLE = /^(={5,9})\s*$/
const END = /^(>{5,9}|\+{5,9}) ?REPLACE\s*$/
/** Lines that were meant as a marker and are none. */
const NEARLY =
  /^\s*<{3,} *(?:search|original)\b.*$|^\s*>{3,} *(?:replace|updated)\b.*$|^\s*-{3,} *SEARCH\b\W*$|^\s*\+{3,} *REPLACE\b\W*$/i

export const BLOCK_GRAMMAR = 'search/replace block'

export function isBlockStart(line: string): boolean {
  return START.test(line)
}

/** What is wrong with a line outside a block that looks like one of its markers; null where it looks like none. */
export function strayMarker(line: string): string | null {
  if (!NEARLY.test(line)) return null
  return END.test(line)
    ? `${BLOCK_GRAMMAR}: \`${line.trim()}\` ends no block; write \`<<<<<<< SEARCH\` before the lines to find`
    : `${BLOCK_GRAMMAR}: \`${line.trim()}\` is no marker; write \`<<<<<<< SEARCH\`, \`=======\` and \`>>>>>>> REPLACE\` alone on their lines and at their beginning`
}

interface Extent {
  middle: number
  /** Index of the line after the replacement. */
  end: number
  next: number
}

/**
 * Reads the block that begins at `start`. Between the markers every line is content, fences too. Where content looks
 * like a marker, the markers of the same length as the first one count; what stays ambiguous is a problem.
 */
export function readBlock(at: LineAt, count: number, start: number, path: string | null, fence: Fence | null): Reading {
  const limit = nextStart(at, count, start)
  const extent = extentOf(at, count, start, limit, fence)
  if ('problem' in extent) return { operations: [], problems: [extent.problem], next: extent.next }
  if (path === null) {
    const message = `${BLOCK_GRAMMAR}: no path stands before it; write the path alone on the line before \`${at(start).trim()}\``
    return { operations: [], problems: [{ line: start + 1, message }], next: extent.next }
  }
  const search = textOf(lines(at, start + 1, extent.middle))
  const replace = textOf(lines(at, extent.middle + 1, extent.end))
  const line = start + 1
  const operation: Operation =
    search.trim() === ''
      ? { action: 'create', path, content: replace, line }
      : { action: 'edit', path, edits: [{ search, replace, line }], line }
  return { operations: [operation], problems: [], next: extent.next }
}

function lines(at: LineAt, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, k) => at(from + k))
}

function indexes(from: number, to: number, holds: (index: number) => boolean): number[] {
  const found: number[] = []
  for (let index = from; index < to; index++) if (holds(index)) found.push(index)
  return found
}

function size(line: string, pattern: RegExp): number {
  return pattern.exec(line)?.[1]?.length ?? 0
}

/** Index of the next block's first line that is as long as this one's, or the number of lines. */
function nextStart(at: LineAt, count: number, start: number): number {
  const own = size(at(start), START)
  return indexes(start + 1, count, (k) => size(at(k), START) === own)[0] ?? count
}

type Failure = { problem: ReplyProblem; next: number }

function extentOf(at: LineAt, count: number, start: number, limit: number, fence: Fence | null): Extent | Failure {
  const own = size(at(start), START)
  const ends = indexes(start + 1, limit, (k) => END.test(at(k)))
  const end = ends.find((k) => size(at(k), END) === own) ?? ends[0]
  if (end === undefined) return unclosed(at, count, start, limit, fence)
  const middle = middleOf(at, start, end)
  if (typeof middle === 'string') return { problem: { line: start + 1, message: middle }, next: end + 1 }
  return { middle, end, next: end + 1 }
}

function middleOf(at: LineAt, start: number, end: number): number | string {
  const all = indexes(start + 1, end, (k) => MIDDLE.test(at(k)))
  const own = all.filter((k) => size(at(k), MIDDLE) === size(at(start), START))
  const [middle, second] = own.length > 0 ? own : all
  if (middle === undefined) return `${BLOCK_GRAMMAR}: no \`=======\` stands between the lines to find and the new ones`
  if (second === undefined) return middle
  return `${BLOCK_GRAMMAR}: lines ${middle + 1} and ${second + 1} could both divide it; give all three markers of this block 9 characters`
}

/** The last marker may be missing where the fence closes and nothing follows; a reply that just stops may be cut off. */
function unclosed(at: LineAt, count: number, start: number, limit: number, fence: Fence | null): Extent | Failure {
  const problem = {
    line: start + 1,
    message: `${BLOCK_GRAMMAR}: no \`>>>>>>> REPLACE\` ends it${limit < count ? ` before the next one at line ${limit + 1}` : ''}`,
  }
  if (fence === null || limit < count) return { problem, next: limit }
  const close = indexes(start + 1, count, (k) => at(k).trim() !== '').at(-1) ?? start
  const firstFence = indexes(start + 1, count, (k) => openingFence(at(k), k) !== null)[0]
  const middle = middleOf(at, start, count)
  if (firstFence !== close || !closesFence(at(close), fence) || typeof middle === 'string')
    return { problem, next: limit }
  return { middle, end: close, next: close }
}
