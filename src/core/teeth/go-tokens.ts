/** A word of Go. Comments are none; a line end that ends a statement is a `;` of length 0. */
export interface GoToken {
  kind: 'name' | 'number' | 'string' | 'operator' | 'end'
  text: string
  /** Offsets in UTF-16 code units. */
  start: number
  end: number
  /** Of a bracket: where its partner stands in the list. */
  partner: number
}

const SPACE = /[ \t\r\f]+/y
const LINE_COMMENT = /\/\/[^\n]*/y
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER =
  /(?:0[xX][\da-fA-F_]*\.?[\da-fA-F_]*(?:[pP][+-]?\d[\d_]*)?|0[bBoO][\d_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d[\d_]*)?)i?/y
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y
const RUNE = /'(?:[^'\\\n]|\\[^\n])[^'\n]*'/y
const OPERATOR =
  /&\^=|<<=|>>=|\.\.\.|&&|\|\||<-|\+\+|--|==|!=|<=|>=|:=|[-+*/%&|^]=|<<|>>|&\^|[-+*/%&|^~<>=!()[\]{},;.:]/y
/** Words after which a line end ends the statement: by kind, or these. */
const ENDS_STATEMENT = new Set(['break', 'continue', 'fallthrough', 'return', '++', '--', ')', ']', '}'])
const CLOSES: Record<string, string> = { ')': '(', ']': '[', '}': '{' }
const KEYWORDS = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
)

export function isKeyword(text: string): boolean {
  return KEYWORDS.has(text)
}

/** The words of a file. Null: it cannot be read to its end, or its brackets do not fit together. */
export function goTokens(text: string): GoToken[] | null {
  const tokens: GoToken[] = []
  const open: number[] = []
  let at = 0
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    return found === undefined || found === '' ? null : found
  }
  const lineEnds = () => {
    const last = tokens.at(-1)
    if (last === undefined || last.kind === 'end') return
    const ends = last.kind === 'name' ? !isKeyword(last.text) : last.kind !== 'operator'
    if (ends || ENDS_STATEMENT.has(last.text))
      tokens.push({ kind: 'end', text: '\n', start: last.end, end: last.end, partner: -1 })
  }
  while (at < text.length) {
    const blank = match(SPACE) ?? match(LINE_COMMENT)
    const comment = blank === null ? match(BLOCK_COMMENT) : null
    if (text[at] === '\n' || comment?.includes('\n')) lineEnds()
    if (text[at] === '\n' || blank !== null || comment !== null) {
      at += (blank ?? comment ?? '\n').length
      continue
    }
    const found = wordAt(match)
    if (found === null) return null
    const index = tokens.length
    const token: GoToken = { ...found, start: at, end: at + found.text.length, partner: -1 }
    if (found.kind === 'operator' && /^[([{]$/.test(found.text)) open.push(index)
    const opens = found.kind === 'operator' ? CLOSES[found.text] : undefined
    if (opens !== undefined) {
      const other = open.pop()
      if (other === undefined || tokens[other]!.text !== opens) return null
      tokens[other]!.partner = index
      token.partner = other
    }
    tokens.push(token)
    at = token.end
  }
  lineEnds()
  return open.length === 0 ? tokens : null
}

function wordAt(match: (pattern: RegExp) => string | null): Pick<GoToken, 'kind' | 'text'> | null {
  for (const [kind, pattern] of [
    ['string', STRING],
    ['string', RUNE],
    ['name', NAME],
    ['number', NUMBER],
    ['operator', OPERATOR],
  ] as const) {
    const text = match(pattern)
    if (text !== null) return text === ';' ? { kind: 'end', text } : { kind, text }
  }
  return null
}
