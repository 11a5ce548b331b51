/** Fewer letters and digits than that are found in any text. */
const FEWEST = 8

/** Characters of a text, from the first to the one behind the last. */
export interface Span {
  from: number
  to: number
}

/**
 * Whether words are copied from a text: letters and digits in the same order, whatever stands between them (case, line
 * breaks, marks of Markdown, quotation marks). `...` leaves something out: what stands around it must come in this order.
 */
export function quotes(words: string, text: string): boolean {
  return quotedSpans(words, text) !== null
}

/** Where such words stand in the text, a span for each piece between `...`; null: they were not copied from it. */
export function quotedSpans(words: string, text: string): Span[] | null {
  const pieces = words
    .split(/\.{3,}|…/)
    .map((piece) => wordsIn(piece).plain)
    .filter((piece) => piece !== '')
  if (pieces.join('').replaceAll(' ', '').length < FEWEST) return null
  const { plain, spans } = wordsIn(text)
  const found: Span[] = []
  let from = 0
  for (const piece of pieces) {
    const at = ` ${plain} `.indexOf(` ${piece} `, from)
    if (at < 0) return null
    // A word begins behind each space, so its number is that of the spaces before it.
    const first = spacesIn(plain.slice(0, at))
    found.push({ from: spans[first]!.from, to: spans[first + spacesIn(piece)]!.to })
    from = at + piece.length
  }
  return found
}

/** Its letters and digits in lower case, a space between words, and where each of these stands. */
function wordsIn(text: string): { plain: string; spans: Span[] } {
  const matches = [...text.matchAll(/[\p{L}\p{N}]+/gu)]
  // Where lower case has a mark that is no letter, the mark goes: it must not make two words of one.
  const lower = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return {
    plain: matches.map(([word]) => lower(word)).join(' '),
    spans: matches.map(({ 0: word, index }) => ({ from: index, to: index + word.length })),
  }
}

function spacesIn(text: string): number {
  return text.split(' ').length - 1
}
