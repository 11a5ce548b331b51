import type { CountTokens } from './prompt.ts'

const LONGEST_RUN = 400
const RUN = new RegExp(`\\S{${LONGEST_RUN}}|\\s{${LONGEST_RUN}}`, 'g')

/**
 * A tokenizer takes time that grows with the square of a word's length: seconds for 100,000 equal letters. Words and
 * blanks of more than 400 characters are counted in pieces, which gives a few tokens too many.
 */
export function inPieces(count: CountTokens): CountTokens {
  return (text) => {
    const cuts = [...text.matchAll(RUN)].map((match) => match.index + match[0].length)
    if (cuts.length === 0) return count(text)
    let [from, total] = [0, 0]
    for (const to of [...cuts, text.length]) {
      total += count(text.slice(from, to))
      from = to
    }
    return total
  }
}
