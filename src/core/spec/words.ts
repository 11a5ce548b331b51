import { Pattern, pattern } from './pattern.ts'

/** Text of the same length with code and quotations blanked: what stands there is quoted, not said. */
export function unquoted(text: string): string {
  if (!/[`"“«「『]/.test(text)) return text
  const blank = (part: string) => 'x'.repeat(part.length)
  return text
    .replace(/`[^`]*`/g, blank)
    .replace(
      /"[^"]*"|“[^“”]*”|«[^«»]*»|「[^「」]*」|『[^『』]*』/g,
      (part) => part[0] + blank(part.slice(2)) + part.at(-1),
    )
}

/** Text without those signs at its end that an expression for one sign names; `/…+$/` takes quadratic time where many stand inside. */
export function withoutEnd(text: string, sign: RegExp): string {
  let end = text.length
  while (end > 0 && sign.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/**
 * All matches of a global expression, left to right; none of them may be empty. `matchAll` makes a copy of the expression for
 * each text, which costs more than most texts.
 */
export function matchesOf(pattern: RegExp | Pattern, text: string): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  const regexp = regexpFor(pattern, text)
  for (let match = regexp.exec(text); match !== null; match = regexp.exec(text)) found.push(match)
  return found
}

function regexpFor(pattern: RegExp | Pattern, text: string): RegExp {
  if (pattern instanceof Pattern) return pattern.on(text)
  pattern.lastIndex = 0
  return pattern
}

/** The last match of a global expression; null where there is none. */
export function lastMatch(pattern: RegExp | Pattern, text: string): RegExpExecArray | null {
  let last: RegExpExecArray | null = null
  const regexp = regexpFor(pattern, text)
  for (let match = regexp.exec(text); match !== null; match = regexp.exec(text)) last = match
  return last
}

const BETWEEN = pattern(String.raw`[^\p{L}\p{N}]+`, 'gu')

/** The words of a text in lower case, with one blank between them. */
export function wordsOf(text: string): string {
  const lower = text.toLowerCase()
  return lower.replace(BETWEEN.on(lower), ' ').trim()
}

const NO_PART = pattern(String.raw`[^\p{L}\p{M}\p{N}]+`, 'gu')

/** A name as part of an id: lower case, words joined by `-`; letters of any script stay. Empty where nothing is left. */
export function slug(name: string): string {
  const words = name.normalize('NFKC').toLowerCase().replace(/['’`]/g, '')
  return words.replace(NO_PART.on(words), '-').replace(/^-|-$/g, '')
}

/** Makes ids unique in the order they are asked for: `a`, `a-2`, `a-3`. */
export function distinct(): (id: string) => string {
  const taken = new Set<string>()
  const next = new Map<string, number>()
  return (id) => {
    let name = id
    for (let n = next.get(id) ?? 2; taken.has(name); n++) {
      name = `${id}-${n}`
      next.set(id, n + 1)
    }
    taken.add(name)
    return name
  }
}
