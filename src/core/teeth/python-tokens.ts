/** A word of Python. Comments and line ends within brackets are none. */
export interface Token {
  kind: 'name' | 'number' | 'string' | 'operator'
  text: string
  /** Offsets in UTF-16 code units. */
  start: number
  end: number
  /** Brackets that are open around it. */
  depth: number
}

const STRING = /(?:[rbfu]|rb|br|rf|fr)?("""|'''|"|')/iy
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:e[+-]?\d+)?j?)/iy
const OPERATOR = /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|[-+*/%@&|^=!<>]=|\*\*|\/\/|<<|>>|[-+*/%@&|^~<>=.,:;()[\]{}!]/y
const BLANK = /[ \t\f\r]+|\\\r?\n|#[^\n]*/y

/** Logical lines of a program, each a list of its words. Null: it cannot be read to its end. */
export function pythonLines(text: string): Token[][] | null {
  const lines: Token[][] = []
  let line: Token[] = []
  let depth = 0
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  while (at < text.length) {
    const blank = match(BLANK)
    if (blank) {
      at += blank[0].length
      continue
    }
    if (text[at] === '\n') {
      if (depth === 0 && line.length > 0) {
        lines.push(line)
        line = []
      }
      at++
      continue
    }
    const found = wordAt(text, at, match)
    if (!found) return null
    if (/^[)\]}]$/.test(found.text)) depth--
    line.push({ ...found, start: at, end: at + found.text.length, depth })
    if (/^[([{]$/.test(found.text)) depth++
    at += found.text.length
  }
  if (line.length > 0) lines.push(line)
  return depth === 0 ? lines : null
}

function wordAt(
  text: string,
  at: number,
  match: (pattern: RegExp) => RegExpExecArray | null,
): Pick<Token, 'kind' | 'text'> | null {
  const string = match(STRING)
  if (string) {
    const end = endOfString(text, at + string[0].length, string[1]!)
    return end === null ? null : { kind: 'string', text: text.slice(at, end) }
  }
  for (const [kind, pattern] of [
    ['name', NAME],
    ['number', NUMBER],
    ['operator', OPERATOR],
  ] as const) {
    const found = match(pattern)
    if (found && found[0] !== '') return { kind, text: found[0] }
  }
  return null
}

function endOfString(text: string, from: number, quote: string): number | null {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text.startsWith(quote, at)) return at + quote.length
    else if (text[at] === '\n' && quote.length === 1) return null
  }
  return null
}
