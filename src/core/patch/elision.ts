const COMMENT = /^(?:\/\/+|\/\*+|#+|--+|<!--|\{\/\*|;+|%+)\s*(.*?)\s*(?:\*\/\}?|-->)?$/
const STANDS_FOR_CODE = /\b(existing|rest|remaining|unchanged|omitted|previous|before|same|other)\b/i
/** Longer comments are sentences, not placeholders. */
const MAX_LENGTH = 80

/**
 * Whether a line stands for code that was left out: a comment of an ellipsis alone, or one that begins with an ellipsis or
 * with a word for what is left out, as in `// ... existing code ...` and `# rest of the file ...`.
 */
export function isElision(line: string): boolean {
  const text = line.trim()
  if (text.length > MAX_LENGTH) return false
  const comment = COMMENT.exec(text)
  const said = comment?.[1] ?? text
  if (/^(\.\.\.|…)$/.test(said)) return comment !== null
  if (/^(\.\.\.|…)/.test(said)) return (comment !== null || /^\S+\s/.test(said)) && STANDS_FOR_CODE.test(said)
  return comment !== null && /^(existing|rest|remaining|unchanged|previous|same|other)\b.*(\.\.\.|…)$/i.test(said)
}

/** The first line of the new text that stands for code left out and was not in the file before; null: none. */
export function newElision(replace: readonly string[], ...before: (readonly string[])[]): string | null {
  const elisions = replace.filter(isElision)
  if (elisions.length === 0) return null
  const known = new Set(before.flat().map((line) => line.trim()))
  return elisions.find((line) => !known.has(line.trim())) ?? null
}
