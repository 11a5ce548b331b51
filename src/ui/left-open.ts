import { oneLine } from './text.ts'

const SENTENCES = /(?<=[.!?])\s+(?=\S)/
/** Words by which authors say it; they also write "The stub and the tests.", which tells nobody anything. */
const SAYS_SO =
  /\b(?:left|leaves?|leaving)\b.{0,60}?\b(?:out|open|undefined|unspecified)\b|\bnot (?:tested|covered|asserted|specified|defined)\b|\b(?:untested|unspecified|omit(?:s|ted)?|ambiguous|contradict\w*)\b/i

/**
 * What an author says that the specification leaves open or contradicts, from the first sentence about it on; null: nothing. It is on one line,
 * and otherwise in the author's words.
 */
export function leftOpen(remarks: string | undefined): string | null {
  const sentences = oneLine(remarks ?? '').split(SENTENCES)
  const first = sentences.findIndex((sentence) => SAYS_SO.test(sentence))
  return first === -1 ? null : sentences.slice(first).join(' ')
}
