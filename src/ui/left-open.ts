import { clean, oneLine } from './text.ts'

const BLOCKS = /\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)/
const ITEM = /^(?:[-*+]|\d+[.)])\s/
const SENTENCES = /(?<=[.!?])(?<!\b(?:e\.g|i\.e|cf|vs)\.)\s+(?=\S)/

const SPEC = String.raw`\b(?:spec(?:ification)?|requirement|criteri(?:on|a)|design|propert(?:y|ies))s?\b`
const BE = String.raw`\b(?:is|are|was|were|be|been|being|remains?|stays?|goes)\b`
const LEFT = String.raw`left (?:\w+ly )?(?:out|open|undefined|unspecified|untested|to the implement\w+)\b`
const STATE = String.raw`(?:${LEFT}|(?:omitted|untested|unspecified|ambiguous|contradictory|not (?:specified|defined))\b)`
const OPENS = String.raw`(?:^|[;:(—–]\s*)\W{0,3}(?:(?:\w+ly|also|what is) )?`
const anyOf = (...parts: string[]) => new RegExp(parts.join('|'), 'gi')

/** Words by which authors say it; they also write "The stub and the tests.", which tells nobody anything. */
const SAYS_SO = anyOf(
  String.raw`\bnot (?:tested|covered|asserted)\b`,
  String.raw`\bleav(?:e|es|ing) (?:(?:it|them|this|that|these|those|both|all) )?(?:open|undefined|unspecified)\b`,
  String.raw`\bleav(?:ing|es? (?!no\b|nothing\b)[^.;:,]{1,60}?) unspecified\b|\bleaving out\b`,
  String.raw`${SPEC}(?:(?! not|n['’]t)[^.;:,]){0,40}? leaves? (?!no\b|nothing\b)[^.;:,]{0,60}?\b(?:out|open|undefined|unspecified)\b`,
  String.raw`\b(?:I|we|tests)(?:['’]ve)? (?:(?!not )\w+ )?(?:omit(?:ted)?\b|(?:leave|left) (?!no\b|nothing\b)(?:[^.;:,]{0,60}? )?(?:out|untested)\b)`,
  String.raw`${SPEC}[^.;:]{0,60}? (?:(?:do|does) not|don['’]t|doesn['’]t|never) (?:\w+ly )?(?:say|specify|define|state|tell|mention|decide)\b`,
  String.raw`${SPEC}[^.;:]{0,60}? (?:says? nothing|(?:is|are) (?:silent|unclear|not clear))\b`,
  `${OPENS}${LEFT}`,
  String.raw`${OPENS}${STATE}(?=[,.;)]|$| (?:is|are|by|as|because|since|for|here)\b)`,
  String.raw`\b${STATE}(?=:)`,
  String.raw`\b(?:ambiguous|unspecified) (?:order|behaviou?r|corner|case|sentence|${SPEC})`,
)
/** The same of the code, where a priority may be omitted: not what a test or a clause is about. */
const MAY_SAY_SO = anyOf(
  String.raw`${BE} (?:(?!no(?:t|ne|thing)?\b|never\b)\w+ ){0,2}${STATE}`,
  String.raw`\bcontradict(?:s|ed|ions?)?\b`,
)
const ABOUT_SPEC = new RegExp(SPEC, 'i')
const QUESTION = /^\W*(?:what|how|whether|which|who)\b/i
const ASIDE = new RegExp(
  String.raw`(?:(?<!,) (?:that|which|who)|\b(?:when|if|where|unless|whenever)(?: (?!${BE})[^\s,]+){1,4}) $`,
  'i',
)

/** `Nothing is ...`, but not `What happens with no worker is ...`. */
const NONE = /^\W*(?:(?:and|so|but|thus|there (?:is|are)) )*(?:no|none|nothing|neither|nor)\b/i
/** `do not ...`, `with nothing ...`, `nothing that the ...`. */
const NOT = /(?:\b(?:no|none|nothing|nor|not|never)|n['’]t)(?: that)?(?: the)?(?: \w+)? ?$/i
const BUT = /(?<!,) (?:but|except|besides|apart from|other than)\b/i
const NOTHING = /^:?\s+(?:none|nothing)(?: at all)?\W*$/i
const BY_VERB = new RegExp(`^${BE}`, 'i')

/**
 * What an author says that the specification leaves open or contradicts, from the first sentence about it to the last, with the lists that they
 * lead to; null: nothing. It is on one line, and otherwise in the author's words.
 */
export function leftOpen(remarks: string | undefined): string | null {
  const told = sentencesOf(remarks ?? '')
  let below: 'next' | 'items' | null = null
  const hits = told.flatMap((sentence, at) => {
    const isItem = ITEM.test(sentence)
    const says = saysSo(sentence)
    const hit = says || below === 'next' || (below === 'items' && isItem)
    below = says && /:\W*$/.test(sentence) ? 'next' : below !== null && isItem ? 'items' : null
    return hit ? [at] : []
  })
  return hits.length === 0 ? null : told.slice(hits[0], hits.at(-1)! + 1).join(' ')
}

/** An item of a list is one of its own. */
function sentencesOf(remarks: string): string[] {
  const blocks = clean(remarks).split(BLOCKS).map(oneLine)
  return blocks.flatMap((block) => (ITEM.test(block) ? [block] : block.split(SENTENCES))).filter((one) => one !== '')
}

function saysSo(sentence: string): boolean {
  const isAside = (before: string) => !ABOUT_SPEC.test(sentence) && !QUESTION.test(sentence) && ASIDE.test(` ${before}`)
  const holds = (words: RegExp, isOther: (before: string) => boolean) =>
    [...sentence.matchAll(words)].some(({ index, 0: said }) => {
      const before = sentence.slice(0, index)
      return !isOther(before) && !isDenied(before, said, sentence.slice(index + said.length), sentence)
    })
  return holds(SAYS_SO, () => false) || holds(MAY_SAY_SO, isAside)
}

function isDenied(before: string, said: string, after: string, sentence: string): boolean {
  if (NOTHING.test(after)) return true
  const clause = before.slice(1 + Math.max(...[...',;:.('].map((sign) => before.lastIndexOf(sign))))
  return (NONE.test(clause) || (!BY_VERB.test(said) && NOT.test(clause))) && !BUT.test(sentence)
}
