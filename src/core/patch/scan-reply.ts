import type { Operation, ReplyProblem } from './patch.ts'
import { pathIn, pathInInfo } from './path-line.ts'
import { isBlockStart, readBlock, strayMarker } from './read-blocks.ts'
import { isDiffStart, readDiff, strayDiff } from './read-diff.ts'
import { closeOf, type FencedFile, FILE_GRAMMAR, isMarkdown, readFile, uncertainEnd } from './read-files.ts'
import { isV4aStart, readV4a, strayV4a } from './read-v4a.ts'
import { closesFence, type Fence, type LineAt, openingFence, type Reading, withoutMargin } from './reply-source.ts'

export interface Scan {
  operations: Operation[]
  problems: ReplyProblem[]
  /** Lines that belong to no patch. */
  prose: string[]
  /** Those of them that stand in no fence. */
  spoken: string[]
  /** 1-based line of the first fence without a path; null: none. */
  pathlessFence: number | null
}

interface State {
  lines: readonly string[]
  /** The fence around the current line, where it holds patches; null outside. */
  fence: Fence | null
  /** Path of the block that was read last; it holds for the next one if nothing stands between. */
  lastPath: string | null
  /** Index of the line after that block. */
  lastEnd: number
  scan: Scan
  /** Files whose path stands in a comment only. */
  commented: Operation[]
  /** A whole Markdown file as the last fence so far: a fence without path after it may be a part of it. */
  openMarkdown: { path: string; line: number } | null
}

/** Goes through a reply once and hands each part to the grammar that it is written in. */
export function scanReply(lines: readonly string[]): Scan {
  const state: State = {
    lines,
    fence: null,
    lastPath: null,
    lastEnd: -1,
    scan: { operations: [], problems: [], prose: [], spoken: [], pathlessFence: null },
    commented: [],
    openMarkdown: null,
  }
  let k = 0
  while (k < lines.length) k = step(state, k)
  const edited = new Set(state.scan.operations.map((operation) => operation.path))
  // A file that is also patched is only illustrated by a fence with a comment on top.
  state.scan.operations.push(...state.commented.filter((operation) => !edited.has(operation.path)))
  // The path above a block belongs to the block.
  state.scan.prose = state.scan.prose.filter((line) => !edited.has(pathIn(line) ?? ''))
  return state.scan
}

/** Reads what begins at line `k` and gives the index of the line after it. */
function step(state: State, k: number): number {
  const { lines, fence, scan } = state
  const at: LineAt = (index) => withoutMargin(lines[index] ?? '', fence?.indent ?? 0)
  const line = at(k)
  if (isBlockStart(line)) {
    const path = blockPath(state, at, k)
    const next = take(state, readBlock(at, lines.length, k, path, fence))
    state.lastPath = path
    state.lastEnd = next
    return next
  }
  if (isV4aStart(line)) return take(state, readV4a(at, lines.length, k, fence))
  if (isDiffStart(at, lines.length, k)) return take(state, readDiff(at, lines.length, k, fence))
  if (fence !== null && closesFence(line, fence)) {
    state.fence = null
    return k + 1
  }
  const opened = fence === null ? openingFence(line, k) : null
  if (opened !== null) return openFence(state, opened)
  const stray = strayMarker(line) ?? strayV4a(line) ?? strayDiff(at, k)
  if (stray !== null) scan.problems.push({ line: k + 1, message: stray })
  else {
    scan.prose.push(line)
    if (fence === null) scan.spoken.push(line)
  }
  return k + 1
}

function take(state: State, reading: Reading): number {
  state.scan.operations.push(...reading.operations)
  state.scan.problems.push(...reading.problems)
  state.openMarkdown = null
  return reading.next
}

/** The path of the block at `k`: the line above it, or where there is none, the fence or the block before it. */
function blockPath(state: State, at: LineAt, k: number): string | null {
  const { fence, lastEnd, lastPath } = state
  const top = Math.max(fence?.at ?? -1, lastEnd - 1)
  let above = k - 1
  while (above > top && at(above).trim() === '') above--
  if (above > top) return pathIn(at(above))
  if (lastEnd - 1 > (fence?.at ?? -1)) return lastPath
  return fence === null ? null : (pathInInfo(fence.info) ?? pathBefore(state, fence.at))
}

/** The path on the line before a fence; one blank line may stand between. */
function pathBefore({ lines, lastEnd }: State, at: number): string | null {
  const above = (lines[at - 1] ?? '').trim() === '' ? at - 2 : at - 1
  return above >= Math.max(0, lastEnd) ? pathIn(lines[above] ?? '') : null
}

function isPatchLine(at: LineAt, count: number, k: number): boolean {
  const line = at(k)
  if (isBlockStart(line) || isV4aStart(line) || isDiffStart(at, count, k)) return true
  return (strayMarker(line) ?? strayV4a(line) ?? strayDiff(at, k)) !== null
}

/** A fence around patches is entered, a whole file is read, everything else is prose up to its end. */
function openFence(state: State, fence: Fence): number {
  const { lines, scan } = state
  const at: LineAt = (index) => withoutMargin(lines[index] ?? '', fence.indent)
  const close = closeOf(at, lines.length, fence)
  const end = close ?? lines.length
  for (let k = fence.at + 1; k < end; k++) {
    if (!isPatchLine(at, lines.length, k)) continue
    state.fence = fence
    return fence.at + 1
  }
  const before = pathBefore(state, fence.at)
  const file = readFile(at, fence, end, before)
  if (file === null) {
    scan.pathlessFence ??= fence.at + 1
    checkMarkdown(state)
    scan.prose.push(...lines.slice(fence.at, end + 1))
    return end + 1
  }
  const problem = close === null ? `${FILE_GRAMMAR}: no fence closes it` : uncertainEnd(at, fence, close)
  if (problem !== null) scan.problems.push({ line: fence.at + 1, message: problem })
  else takeFile(state, file, fence)
  return end + 1
}

function takeFile(state: State, { path, content, commented }: FencedFile, fence: Fence): void {
  const operation: Operation = { action: 'replace', path, content, line: fence.at + 1 }
  if (commented) state.commented.push(operation)
  else state.scan.operations.push(operation)
  state.openMarkdown = isMarkdown(path) ? { path, line: fence.at + 1 } : null
}

function checkMarkdown({ openMarkdown, scan }: State): void {
  if (openMarkdown === null) return
  const { path, line } = openMarkdown
  const message = `${FILE_GRAMMAR}: another fence follows \`${path}\`, so its end is uncertain; use a longer outer fence, or a search/replace block`
  scan.problems.push({ line, message })
}
