import { alignLines } from './align-lines.ts'
import { indentOf, isBlank } from './text-lines.ts'

const COMMENT = /^(?:\/\/+|\/\*+|#+|--+|<!--|\{\/\*|;+|%+)\s*(.*?)\s*(?:\*\/\}?|-->)?$/
const STANDS_FOR_CODE = /\b(existing|rest|remaining|unchanged|omitted|previous|before|same|other)\b/i
/** Said of code without any dots: `# rest of the file unchanged`. */
const PHRASE =
  /^\W*(?:the )?(?:rest of|remaining|existing|other|previous|same)\b[^.]{0,40}\b(?:code|file|class|methods?|functions?|unchanged|here|as before|implementation)\W*$/i
/** Longer comments are sentences, not placeholders. */
const MAX_LENGTH = 80
/** What opens a body in Python, also where its head fills several lines. */
const OPENS_BODY =
  /^\s*(?:(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*|[)\]}].*):\s*(?:#.*)?$/
const BARE = /^(\.\.\.|…)$/

/**
 * Whether a line stands for code that was left out: a comment of an ellipsis alone, or one that begins with an ellipsis or
 * with a word for what is left out, as in `// ... existing code ...` and `# rest of the file ...`.
 */
export function isElision(line: string): boolean {
  const text = line.trim()
  if (text.length > MAX_LENGTH) return false
  const comment = COMMENT.exec(text)
  const said = comment?.[1] ?? text
  if (BARE.test(said)) return comment !== null
  if (/^(\.\.\.|…)/.test(said)) return (comment !== null || /^\S+\s/.test(said)) && STANDS_FOR_CODE.test(said)
  if (comment === null) return false
  return PHRASE.test(said) || /^(existing|rest|remaining|unchanged|previous|same|other)\b.*(\.\.\.|…)$/i.test(said)
}

/** Three dots alone are code only as the whole of a body in Python: below its head or its docstring, with nothing after them. */
function isBareElision(lines: readonly string[], at: number): boolean {
  if (!BARE.test(lines[at]!.trim())) return false
  const above = lines.slice(0, at).findLast((line) => !isBlank(line)) ?? ''
  const below = lines.slice(at + 1).find((line) => !isBlank(line))
  const depth = indentOf(lines[at]!).length
  const inBody = OPENS_BODY.test(above)
    ? depth > indentOf(above).length
    : /("""|''')\s*$/.test(above) && depth > 0 && depth === indentOf(above).length
  return !inBody || (below !== undefined && indentOf(below).length >= depth)
}

/** Languages in which three dots alone are a statement, and texts that show such code. */
const KNOWS_DOTS = /(?:\.(?:pyi?|pyw|pyx|pxd|ipynb|md|rst|txt)|(?:^|\/)[^./]+)$/i

/**
 * The first line of the new text that stands for code left out; null: none. One that the old text has too is no such line
 * where its neighbours stay: nothing was left out beside it.
 */
export function newElision(path: string, replace: readonly string[], old: readonly string[]): string | null {
  const body = KNOWS_DOTS.test(path)
  const suspects = [...replace.keys()].filter(
    (at) => isElision(replace[at]!) || (body ? isBareElision(replace, at) : BARE.test(replace[at]!.trim())),
  )
  if (suspects.length === 0) return null
  const partner = alignLines(
    old.map((line) => line.trim()),
    replace.map((line) => line.trim()),
  )
  const kept = new Set(partner)
  // Beside it, a line of the old text is gone and no new one stands in its place.
  const gone = (at: number, step: 1 | -1) => {
    const beside = partner[at]! + step
    const fresh = partner[at + step] === -1
    return beside >= 0 && beside < old.length && !kept.has(beside) && !fresh
  }
  const bad = suspects.find((at) => partner[at]! < 0 || gone(at, -1) || gone(at, 1))
  return bad === undefined ? null : replace[bad]!
}
