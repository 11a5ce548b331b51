/** All but ASCII and signs between U+2010 and U+26FF, of which none is a letter, a mark or a number, and none has another case. */
const OTHER = /[^\0-\x7f\u2010-\u2027\u2190-\u23ff\u2500-\u26ff]/

let asked = ''
let answer = true
let allPlain = false

/** Whether a text holds nothing but ASCII and such signs. A line is asked for many times in a row. */
export function isPlain(text: string): boolean {
  if (allPlain) return true
  if (text !== asked) {
    answer = !OTHER.test(text)
    asked = text
  }
  return answer
}

/** Looks once at all texts of which `read` will ask for parts: those of plain texts are plain. */
export function readAll<T>(texts: readonly string[], read: () => T): T {
  const before = allPlain
  allPlain = texts.every((text) => !OTHER.test(text))
  try {
    return read()
  } finally {
    allPlain = before
  }
}

/** What the classes of Unicode hold of a plain text. */
const CLASSES: Record<string, string> = { L: 'A-Za-z', Lu: 'A-Z', N: '0-9', M: '', 'Script=Latin': 'A-Za-z' }
const OTHER_SCRIPT = /^Script=/

/** The same expression for plain texts, without Unicode's classes. Throws where it names one that is not known here. */
export function plainSource(source: string): string {
  let inClass = false
  return source.replace(/\\p\{([^}]*)\}|\\[\s\S]|[[\]]/g, (token, name?: string) => {
    if (name !== undefined) {
      const chars = CLASSES[name] ?? (OTHER_SCRIPT.test(name) ? '' : null)
      if (chars === null) throw new Error(`\\p{${name}} has no plain form`)
      return inClass ? chars : `[${chars}]`
    }
    if (token === '[') inClass = true
    else if (token === ']') inClass = false
    return token
  })
}

/**
 * A regular expression for texts in any script. Node compiles each class of Unicode (`\p{L}`) anew wherever one stands, which takes a
 * millisecond or two; the expressions for one specification took longer than all else about it. So a plain text is looked at with an
 * expression that knows ASCII alone and finds the same there, and each of the two is made when it is first needed.
 */
export class Pattern {
  readonly source: string
  readonly flags: string
  #plain: RegExp | null = null
  #full: RegExp | null = null

  constructor(source: string, flags: string) {
    this.source = source
    this.flags = flags
  }

  /** The expression for this text, with its `lastIndex` at 0. */
  on(text: string): RegExp {
    const one = isPlain(text) ? this.#forPlain() : this.#forAny()
    one.lastIndex = 0
    return one
  }

  #forPlain(): RegExp {
    this.#plain ??= new RegExp(plainSource(this.source), this.flags.replace('u', ''))
    return this.#plain
  }

  #forAny(): RegExp {
    this.#full ??= new RegExp(this.source, this.flags)
    return this.#full
  }

  test(text: string): boolean {
    return this.on(text).test(text)
  }

  exec(text: string): RegExpExecArray | null {
    return this.on(text).exec(text)
  }
}

/** What this and a `RegExp` have in common. */
export type Expression = Pick<RegExp, 'test' | 'exec'>

/** `flags` hold `u`. */
export function pattern(source: string, flags: string): Pattern {
  return new Pattern(source, flags)
}
