import { indentOf, isBlank } from './text-lines.ts'

const COMMENT = /^(?:\/\/+|\/\*+|#+|--+|<!--|\{\/\*|;+|%+)\s*(.*?)\s*(?:\*\/\}?|-->)?$/
const STANDS_FOR_CODE = /\b(existing|rest|remaining|unchanged|omitted|previous|before|same|other)\b/i
/** Said of code without any dots: `# rest of the file unchanged`. */
const PHRASE =
  /^\W*(?:the )?(?:rest of|remaining|existing|other|previous|same)\b[^.]{0,40}\b(?:code|file|class|methods?|functions?|unchanged|here|as before|implementation)\W*$/i
/** Longer comments are sentences, not placeholders. */
const MAX_LENGTH = 80
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

/** Three dots alone are code only as the whole of a body in Python: below a colon or a docstring, with nothing after them. */
function isBareElision(lines: readonly string[], at: number): boolean {
  if (!BARE.test(lines[at]!.trim())) return false
  const above = lines.slice(0, at).findLast((line) => !isBlank(line)) ?? ''
  const below = lines.find((line, k) => k > at && !isBlank(line))
  const depth = indentOf(lines[at]!).length
  const opens = /(:|"""|''')\s*(#.*)?$/.test(above)
  return !opens || (below !== undefined && indentOf(below).length >= depth && depth > 0)
}

/** The first line of the new text that stands for code left out and was not in the file before; null: none. */
export function newElision(replace: readonly string[], ...before: (readonly string[])[]): string | null {
  const elisions = replace.filter((line, at) => isElision(line) || isBareElision(replace, at))
  if (elisions.length === 0) return null
  const known = new Set(before.flat().map((line) => line.trim()))
  return elisions.find((line) => !known.has(line.trim())) ?? null
}
