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
export function matchesOf(pattern: RegExp, text: string): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) found.push(match)
  return found
}

/** The last match of a global expression; null where there is none. */
export function lastMatch(pattern: RegExp, text: string): RegExpExecArray | null {
  let last: RegExpExecArray | null = null
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) last = match
  return last
}

/** A name as part of an id: lower case, words joined by `-`; letters of any script stay. Empty where nothing is left. */
export function slug(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’`]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
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
