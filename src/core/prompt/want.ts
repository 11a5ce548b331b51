/** What a model may ask for with a `NEED` line. Lines count from 1; `to` is included. */
export type Want =
  | { kind: 'file'; path: string; from: number | null; to: number | null }
  | { kind: 'symbol'; name: string }
  | { kind: 'search'; text: string }

/** Told when a want cannot be read. */
export const WANT_FORMS =
  '`NEED path/of/file`, `NEED path/of/file:10-80`, `NEED symbol Name` or `NEED search some text`'

const RANGE = /^(.+?)(?::|#L|\s+lines?\s+)(\d{1,7})(?:\s*[-–]\s*L?(\d{1,7}))?$/
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u

/** Reads the rest of one `NEED` line; null when it is none of the forms. `known` tells whether the repository has a path. */
export function readWant(line: string, known: (path: string) => boolean): Want | null {
  const text = unquoted(line)
  const [, word = '', rest = ''] = /^(symbol|search)\s*:?\s+(.+)$/.exec(text) ?? []
  if (word === 'symbol') return IDENTIFIER.test(unquoted(rest)) ? { kind: 'symbol', name: unquoted(rest) } : null
  if (word === 'search') return { kind: 'search', text: unquoted(rest) }
  const path = pathOf(text)
  if (known(path)) return { kind: 'file', path, from: null, to: null }
  const [, named, from, to] = RANGE.exec(text) ?? []
  if (named !== undefined && from !== undefined) return range(pathOf(named), Number(from), Number(to ?? from))
  if (/^\S+$/.test(path) && /[/.]/.test(path)) return { kind: 'file', path, from: null, to: null }
  return IDENTIFIER.test(text) ? { kind: 'symbol', name: text } : null
}

function range(path: string, from: number, to: number): Want {
  return { kind: 'file', path, from: Math.max(1, Math.min(from, to)), to: Math.max(1, from, to) }
}

function pathOf(text: string): string {
  return unquoted(text)
    .replace(/^file:?\s+/, '')
    .replace(/^\.\//, '')
}

function unquoted(text: string): string {
  const plain = text.trim()
  return /^([`"']).*\1$/.test(plain) && plain.length > 1 ? plain.slice(1, -1).trim() : plain
}
