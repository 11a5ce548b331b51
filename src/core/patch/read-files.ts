import { commentedPath, pathInInfo } from './path-line.ts'
import { closesFence, type Fence, type LineAt, openingFence, textOf } from './reply-source.ts'

export const FILE_GRAMMAR = 'fenced whole file'

export interface FencedFile {
  path: string
  content: string
  /** The path stands only in a comment inside: such a fence may as well be an illustration. */
  commented: boolean
}

/** Index of the line that closes the fence; null where none does. */
export function closeOf(at: LineAt, count: number, fence: Fence): number | null {
  for (let k = fence.at + 1; k < count; k++) if (closesFence(at(k), fence)) return k
  return null
}

/** The file in a fence that names one path clearly: after the fence's characters, on the line before, or in a comment on top. */
export function readFile(at: LineAt, fence: Fence, close: number, pathBefore: string | null): FencedFile | null {
  const body = Array.from({ length: close - fence.at - 1 }, (_, k) => at(fence.at + 1 + k))
  const named = pathInInfo(fence.info) ?? pathBefore
  if (named !== null) return { path: named, content: textOf(body), commented: false }
  const commented = commentedPath(body[0] ?? '')
  if (commented === null || !/[/\\.]/.test(commented)) return null
  return { path: commented, content: textOf(body.slice(1)), commented: true }
}

/**
 * Why nobody can tell where a whole file ends: it holds a fence of its own that is as long as the outer one.
 * null: it is certain.
 */
export function uncertainEnd(at: LineAt, fence: Fence, close: number): string | null {
  for (let k = fence.at + 1; k < close; k++) {
    const inner = openingFence(at(k), k)
    if (inner === null || inner.marker.charAt(0) !== fence.marker.charAt(0)) continue
    if (inner.marker.length < fence.marker.length) continue
    return `${FILE_GRAMMAR}: line ${k + 1} opens another fence inside it, so its end is uncertain; use a longer outer fence, or a ${'search/replace block'} with an empty SEARCH`
  }
  return null
}

export function isMarkdown(path: string): boolean {
  return /\.(md|mdx|markdown|mkd|rst)$/i.test(path)
}
