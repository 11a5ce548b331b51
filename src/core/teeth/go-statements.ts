import { type GoToken, goTokens, isKeyword } from './go-tokens.ts'

/** A function with a body, or a function literal. Indexes are those of its tokens. */
export interface GoFunction {
  /** Null: a literal. */
  name: string | null
  /** The brace that opens its body, and the one that closes it. */
  open: number
  close: number
  /** Its results as they are written, and the type of each. */
  resultText: string
  results: string[]
}

type Around = 'for' | 'switch' | 'select' | null

/**
 * A place where something may be forgotten, or decided otherwise: tokens `from` to `to`, `to` not among them. `around` is what `break`
 * would leave.
 */
export interface GoPart {
  kind: 'simple' | 'if' | 'loop' | 'communication'
  from: number
  to: number
  function: GoFunction | null
  around: Around
}

/** A file as far as wrong versions need to know it. */
export interface GoShape {
  text: string
  tokens: GoToken[]
  /** Functions and methods of the file, no literals. */
  functions: GoFunction[]
  parts: GoPart[]
  /** Tokens that are code which does something: no types, imports or signatures. */
  code: Set<number>
  /** Of these, what a loop does after each turn. */
  steps: Set<number>
}

/** Null: it cannot be read to its end. */
export function goShape(text: string): GoShape | null {
  const tokens = goTokens(text)
  return tokens === null ? null : new Walk(text, tokens).shape()
}

class Walk {
  readonly #text: string
  readonly #tokens: GoToken[]
  readonly #functions: GoFunction[] = []
  readonly #parts: GoPart[] = []
  readonly #code = new Set<number>()
  readonly #steps = new Set<number>()

  constructor(text: string, tokens: GoToken[]) {
    this.#text = text
    this.#tokens = tokens
  }

  shape(): GoShape {
    let at = 0
    while (at < this.#tokens.length) {
      const word = this.#is(at)
      if (word === 'func') at = this.#function(at)
      else {
        const end = this.#endOf(at)
        if (word === 'var' || word === 'const') this.#expressions(at + 1, end)
        at = end + 1
      }
    }
    const [tokens, functions, parts] = [this.#tokens, this.#functions, this.#parts]
    return { text: this.#text, tokens, functions, parts, code: this.#code, steps: this.#steps }
  }

  #is(at: number): string {
    return this.#tokens[at]?.text ?? ''
  }

  /** The next token at this level of brackets. */
  #after(at: number): number {
    const { partner } = this.#tokens[at]!
    return partner > at ? partner + 1 : at + 1
  }

  /** Where a statement ends: its `;`, or the bracket that closes what it stands in. */
  #endOf(from: number): number {
    let at = from
    while (at < this.#tokens.length) {
      const { kind, partner } = this.#tokens[at]!
      if (kind === 'end' || (partner >= 0 && partner < at)) return at
      at = this.#after(at)
    }
    return at
  }

  #function(from: number): number {
    const found = this.#signature(from, true)
    if (found.function === null) return found.end
    this.#functions.push(found.function)
    this.#block(found.function.open, found.function, null)
    return found.function.close + 1
  }

  /** Reads from `func` to the body, or to the end of a type. */
  #signature(from: number, declares: boolean): { end: number; function: GoFunction | null } {
    let at = from + 1
    if (declares && this.#is(at) === '(') at = this.#after(at)
    const name = this.#tokens[at]?.kind === 'name' ? this.#is(at++) : null
    if (this.#is(at) === '[') at = this.#after(at)
    if (this.#is(at) !== '(') return { end: Math.max(at, from + 1), function: null }
    const first = this.#after(at)
    const end = this.#type(first)
    if (this.#is(end) !== '{') return { end, function: null }
    const resultText = this.#textOf(first, end)
    const results = this.#results(first, end)
    return { end, function: { name, open: end, close: this.#tokens[end]!.partner, resultText, results } }
  }

  /** The end of the type that stands here; where none does, here. */
  #type(at: number): number {
    const word = this.#is(at)
    const next = () => this.#after(at)
    if (word === '(') return next()
    if (word === '*' || word === '<-') return this.#type(at + 1)
    if (word === '[') return this.#type(next())
    if (word === 'map') return this.#is(at + 1) === '[' ? this.#type(this.#after(at + 1)) : at + 1
    if (word === 'chan') return this.#type(at + 1)
    if (word === 'func') return this.#signature(at, false).end
    if (word === 'interface' || word === 'struct') return this.#is(at + 1) === '{' ? this.#after(at + 1) : at + 1
    if (this.#tokens[at]?.kind !== 'name' || isKeyword(word)) return at
    let end = at + 1
    while (this.#is(end) === '.') end += 2
    return this.#is(end) === '[' ? this.#after(end) : end
  }

  #textOf(from: number, to: number): string {
    return from >= to ? '' : this.#text.slice(this.#tokens[from]!.start, this.#tokens[to - 1]!.end)
  }

  #results(from: number, to: number): string[] {
    if (this.#is(from) !== '(') return from === to ? [] : [this.#textOf(from, to)]
    const entries = splitAt(this.#tokens, from + 1, this.#tokens[from]!.partner, ',')
    const named = (start: number, end: number) => {
      const [name, type] = [this.#tokens[start], this.#tokens[start + 1]]
      if (end - start < 2 || name?.kind !== 'name' || isKeyword(name.text)) return false
      // `list []int` has a space that `List[int]` has not.
      return type!.text !== '.' && (type!.text !== '[' || type!.start > name.end)
    }
    if (!entries.some(([start, end]) => named(start, end))) return entries.map(([a, b]) => this.#textOf(a, b))
    let type = ''
    return entries
      .toReversed()
      .map(([start, end]) => {
        if (named(start, end)) type = this.#textOf(start + 1, end)
        return type
      })
      .toReversed()
  }

  #block(open: number, owner: GoFunction | null, around: Around): void {
    const close = this.#tokens[open]!.partner
    for (let at = open + 1; at < close; ) at = Math.max(this.#statement(at, owner, around), at + 1)
  }

  /** Answers where the next statement begins. */
  #statement(at: number, owner: GoFunction | null, around: Around): number {
    const token = this.#tokens[at]!
    if (token.kind === 'end') return at + 1
    switch (token.text) {
      case '{':
        this.#block(at, owner, around)
        return this.#after(at)
      case 'if':
        return this.#branch(at, owner, around)
      case 'for':
        return this.#loop(at, owner)
      case 'switch':
      case 'select': {
        const open = this.#header(at + 1)
        this.#expressions(at + 1, open)
        if (open < this.#tokens.length) this.#block(open, owner, token.text)
        return this.#afterBlock(open)
      }
      case 'case':
      case 'default':
        return this.#clause(at, owner, around)
      case 'type':
        return this.#endOf(at)
      case 'var':
      case 'const':
        this.#expressions(at + 1, this.#endOf(at))
        return this.#endOf(at)
    }
    if (token.kind === 'name' && !isKeyword(token.text) && this.#is(at + 1) === ':') return at + 2
    const to = this.#endOf(at)
    this.#parts.push({ kind: 'simple', from: at, to, function: owner, around })
    this.#expressions(at, to)
    return to
  }

  #branch(at: number, owner: GoFunction | null, around: Around): number {
    const open = this.#header(at + 1)
    const [from, to] = splitAt(this.#tokens, at + 1, open, ';').at(-1)!
    if (from < to) this.#parts.push({ kind: 'if', from, to, function: owner, around })
    this.#expressions(at + 1, open)
    if (open >= this.#tokens.length) return open
    this.#block(open, owner, around)
    const next = this.#afterBlock(open)
    return this.#is(next) === 'else' ? this.#statement(next + 1, owner, around) : next
  }

  #loop(at: number, owner: GoFunction | null): number {
    const open = this.#header(at + 1)
    const segments = splitAt(this.#tokens, at + 1, open, ';')
    const ranges = Array.from({ length: open - at - 1 }, (_, i) => this.#is(at + 1 + i)).includes('range')
    const condition = segments.length === 1 ? segments[0] : segments[1]
    if (condition && condition[0] < condition[1] && !ranges)
      this.#parts.push({ kind: 'loop', from: condition[0], to: condition[1], function: owner, around: 'for' })
    this.#expressions(at + 1, open)
    const step = segments[2]
    for (let one = step?.[0] ?? 0; one < (step?.[1] ?? 0); one++) this.#steps.add(one)
    if (open < this.#tokens.length) this.#block(open, owner, 'for')
    return this.#afterBlock(open)
  }

  #clause(at: number, owner: GoFunction | null, around: Around): number {
    let colon = at
    while (colon < this.#tokens.length && this.#is(colon) !== ':' && this.#tokens[colon]!.kind !== 'end')
      colon = this.#after(colon)
    if (around === 'select') {
      const words = this.#tokens.slice(at, colon).map(({ text }) => text)
      // What is received into a name would be missing.
      if (!words.includes(':=') && !words.includes('='))
        this.#parts.push({ kind: 'communication', from: at, to: colon + 1, function: owner, around })
    }
    this.#expressions(at + 1, colon)
    return colon + 1
  }

  #afterBlock(open: number): number {
    return open < this.#tokens.length ? this.#after(open) : open
  }

  /** The brace that opens the block of `if`, `for`, `switch` or `select`: after its own block a line ends. */
  #header(from: number): number {
    let at = from
    while (at < this.#tokens.length) {
      const token = this.#tokens[at]!
      if (token.text === 'func') {
        const { end, function: literal } = this.#signature(at, false)
        at = literal ? literal.close + 1 : end
        continue
      }
      const isType = ['struct', 'interface'].includes(this.#is(at - 1))
      if (token.text === '{' && token.kind === 'operator' && !isType) {
        const next = this.#tokens[token.partner + 1]
        if (next === undefined || next.text === '\n' || next.text === 'else' || next.text === '}') return at
      }
      if (token.partner >= 0 && token.partner < at) return this.#tokens.length
      at = this.#after(at)
    }
    return at
  }

  /** Marks code, and goes into the function literals that it holds. */
  #expressions(from: number, to: number): void {
    let at = from
    while (at < to) {
      const word = this.#is(at)
      if (word === 'func') {
        const { end, function: literal } = this.#signature(at, false)
        if (literal) this.#block(literal.open, literal, null)
        at = literal ? literal.close + 1 : Math.max(end, at + 1)
      } else if (word === 'map' && this.#is(at + 1) === '[') at = this.#after(at + 1)
      else if ((word === 'struct' || word === 'interface') && this.#is(at + 1) === '{') at = this.#after(at + 1)
      else {
        // An index is code, the length of an array's type is none.
        const type = word === '[' && !isOperand(this.#tokens[at - 1])
        if (type) at = this.#after(at)
        else this.#code.add(at++)
      }
    }
  }
}

/** Parts of a range between tokens that read so, at the level of its brackets: pairs of first and behind the last. */
export function splitAt(tokens: readonly GoToken[], from: number, to: number, mark: string): [number, number][] {
  const parts: [number, number][] = []
  let start = from
  for (let at = from; at < to; ) {
    const { text, partner } = tokens[at]!
    if (text === mark) {
      parts.push([start, at])
      start = at + 1
    }
    at = partner > at ? partner + 1 : at + 1
  }
  if (start < to || parts.length === 0 || mark === ';') parts.push([start, Math.max(start, to)])
  return parts
}

/** Whether a value may end with this token, so that what follows is an operator between two. */
export function isOperand(token: GoToken | undefined): boolean {
  if (token === undefined || token.kind === 'end') return false
  if (token.kind === 'name') return !isKeyword(token.text)
  return token.kind !== 'operator' || /^[)\]}]$/.test(token.text)
}
