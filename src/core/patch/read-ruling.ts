import type { ReplyProblem } from './patch.ts'
import { replyLines } from './reply-source.ts'
import { outsideFences, spokenEntries } from './spoken-entries.ts'

/** Who is wrong where a test and the code disagree; `unclear`: the specification does not say. */
export type Ruling =
  | { kind: 'test-wrong' | 'code-wrong' | 'unclear'; reason: string }
  | { kind: 'unreadable'; problems: ReplyProblem[] }

const RULING = /^(TEST\s+WRONG|CODE\s+WRONG|UNCLEAR)\b(?=[\s*_`]*[:–—-])(.*)$/
const EXPECTED =
  'expected one line `CODE WRONG: reason`, `TEST WRONG: reason` or `UNCLEAR: question`, outside of every fence'

/**
 * Reads the arbiter's one line. Lines inside fences and quoted ones do not count, so that a log which holds such a line
 * decides nothing; two different rulings are none. Never throws.
 */
export function readRuling(text: string): Ruling {
  const entries = spokenEntries(outsideFences(replyLines(text)), RULING)
  const kinds = new Set(entries.map(({ match }) => kindOf(match[1] ?? '')))
  const [kind] = kinds
  const unreadable = (message: string): Ruling => ({ kind: 'unreadable', problems: [{ line: 1, message }] })
  if (kind === undefined) return unreadable(EXPECTED)
  if (kinds.size > 1) return unreadable(`two rulings that contradict each other; ${EXPECTED}`)
  const reason = entries.find(({ words }) => words !== '')?.words
  return reason === undefined ? unreadable(`the reason is missing; ${EXPECTED}`) : { kind, reason }
}

function kindOf(words: string): 'test-wrong' | 'code-wrong' | 'unclear' {
  return words === 'UNCLEAR' ? 'unclear' : words.startsWith('TEST') ? 'test-wrong' : 'code-wrong'
}
