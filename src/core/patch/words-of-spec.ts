/** Fewer letters and digits than that are found in any text. */
const FEWEST = 8

/**
 * Whether words are copied from a text: letters and digits in the same order, whatever stands between them (case, line
 * breaks, marks of Markdown, quotation marks). `...` leaves something out: what stands around it must come in this order.
 */
export function quotes(words: string, text: string): boolean {
  const plain = plainOf(text)
  const pieces = words
    .split(/\.{3,}|…/)
    .map(plainOf)
    .filter((piece) => piece !== '')
  if (pieces.join('').replaceAll(' ', '').length < FEWEST) return false
  let from = 0
  for (const piece of pieces) {
    const at = ` ${plain} `.indexOf(` ${piece} `, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return true
}

function plainOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}
