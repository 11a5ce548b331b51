import type { CountTokens } from '../prompt/prompt.ts'
import { onOneLine } from '../prompt/sections.ts'
import type { Ranked } from './rank.ts'
import type { Signature } from './symbols.ts'

const MOST_SIGNATURES = 12
const LONGEST = 160

/** Files whose signatures a map could need: as many as fit in its share at a few tokens each, of those that may be shown. */
export function candidates(ranked: readonly Ranked[], tokens: number, mayShow: (path: string) => boolean): Ranked[] {
  const most = Math.max(4, Math.floor(tokens / 12))
  const found: Ranked[] = []
  for (const one of ranked) {
    if (found.length >= most) break
    if (one.file.names.length > 0 && mayShow(one.file.path)) found.push(one)
  }
  return found
}

/**
 * The map as lines `path: signature; signature`, most relevant first, within a share of tokens. Answers also which files
 * it names.
 */
export function renderMap(
  ranked: readonly Ranked[],
  signatures: ReadonlyMap<string, readonly Signature[]>,
  tokens: number,
  count: CountTokens,
): { lines: string[]; paths: string[] } {
  const lines: string[] = []
  const paths: string[] = []
  let left = tokens
  for (const { file } of ranked) {
    const line = `${onOneLine(file.path)}: ${shown(signatures.get(file.path) ?? [], file.names)}`
    const cost = count(`${line}\n`)
    if (cost > left) break
    left -= cost
    lines.push(line)
    paths.push(file.path)
  }
  return { lines, paths }
}

function shown(signatures: readonly Signature[], names: readonly string[]): string {
  const open = signatures.filter(({ exported }) => exported)
  const all = (open.length > 0 ? open : signatures).map(({ text }) => text)
  const listed = (all.length > 0 ? all : names).slice(0, MOST_SIGNATURES)
  const more = (all.length > 0 ? all : names).length - listed.length
  const texts = listed.map((text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text))
  return texts.join('; ') + (more > 0 ? `; ${more} more` : '')
}
