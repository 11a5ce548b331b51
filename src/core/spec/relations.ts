import { type Expression, pattern } from './pattern.ts'
import { lastMatch } from './words.ts'

/** A relation read beside a number, and how many characters of the text it takes. */
export interface Beside {
  relation: string
  length: number
  /** Means a limit of a duration only: "in 5 s" is within, "in 3 files" is not. */
  weak?: boolean
  /** Beats a weaker word on the other side. */
  strong?: boolean
}

/** Phrases in front of a number, in lower case. `*` marks those that limit durations only. */
const PHRASES: [string, string][] = [
  [
    'within',
    'in less than|in under|in no more than|no later than|not later than|inside|within|dentro de|en menos de|в течение|не позднее|не позднее чем|не позднее чем через|не позднее через|*in|*en|*за',
  ],
  [
    'at most',
    'at most|no more than|not more than|no longer than|not longer than|no greater than|no higher than|not greater than|up to|maximum|maximum of|max|max.|max of|at or below|at or under|not exceed|never exceed|cannot exceed|without exceeding|not exceeding|never exceeds|nor exceed|not to exceed|capped at|cap of|limit of|limit to|limited to|como máximo|a lo sumo|máximo|máximo de|no más de|hasta|не более|не более чем|не больше|не больше чем|не выше|максимум|не превышает|не превышают|не превышать|не превышая|не превышающий|не превышающие|не превышающем|не превышающего',
  ],
  [
    'at least',
    'at least|no fewer than|not fewer than|no less than|not less than|no earlier than|not earlier than|no sooner than|not sooner than|no lower than|minimum|minimum of|min|min.|min of|at or above|al menos|por lo menos|mínimo|mínimo de|como mínimo|не менее|не менее чем|не меньше|не меньше чем|не раньше|не раньше чем|не раньше чем через|не ниже|как минимум|минимум',
  ],
  ['exactly', 'exactly|precisely|exactamente|ровно|*only|*just'],
  [
    'below',
    'less than|fewer than|shorter than|lower than|smaller than|below|under|menos de|менее|менее чем|меньше|меньше чем|ниже',
  ],
  ['before', 'earlier than|sooner than|*before|*antes de'],
  [
    'above',
    'more than|greater than|longer than|larger than|higher than|above|over|exceed|exceeds|exceeded|exceeding|later than|más de|superior a|superiores a|более|более чем|больше|больше чем|свыше|выше|превышает|превышают|превышающий|превышающие|превышающем|превышающего',
  ],
  ['every', 'every|each|cada|каждые|каждый|каждых|каждую|раз в'],
  ['for', '*for|*durante|*на протяжении'],
  ['after', '*after|*después de|*tras|*через|*после|*спустя'],
]
const BY_PHRASE = new Map(
  PHRASES.flatMap(([relation, phrases]) =>
    phrases.split('|').map((phrase) => [phrase.replace('*', ''), { relation, weak: phrase.startsWith('*') }] as const),
  ),
)
/** What a phrase in front of a number can end with: told apart quickly, since most words are none. */
const LAST_WORDS = new Set([...BY_PHRASE.keys()].map((phrase) => phrase.slice(phrase.lastIndexOf(' ') + 1)))
const LONGEST = Math.max(...[...BY_PHRASE.keys()].map((phrase) => phrase.split(' ').length))
/** Words that may stand between a phrase and its number. */
const FILLERS = new Set(
  'a an the about approximately approx. roughly around another next last past previous first following total of any configurable default sus los las последние последних примерно'.split(
    ' ',
  ),
)
const SIGNS: [string, string][] = [
  ['<=', 'at most'],
  ['≤', 'at most'],
  ['>=', 'at least'],
  ['≥', 'at least'],
  ['<', 'below'],
  ['>', 'above'],
]
const LIMITED = pattern(
  String.raw`(?<!\p{L})(?:limit(?:s|ed|ing)?|cap(?:s|ped)?|quotas?|restrict(?:s|ed)?)\s(?:[^\s.;]+\s){0,6}?(?:to|at)\s+$`,
  'iu',
)

const LEFT_ASIAN: [RegExp, string][] = [
  [
    /(?:不得?能?可?(?:超过|多于|大于|高于|长于)|最多|至多|最长|最大|最高|最长为|上限(?:为|を|は)?|不高于|以内|最大で|最長)\s*$/u,
    'at most',
  ],
  [/(?:至少|最少|不(?:少|低|小|短)于|最低|最小|下限(?:为|は)?|少なくとも|最低でも)\s*$/u, 'at least'],
  [/(?:超过|大于|多于|高于|长于|超出)\s*$/u, 'above'],
  [/(?:少于|小于|低于|短于|不足)\s*$/u, 'below'],
  [/(?:每隔|每|毎)\s*$/u, 'every'],
  [/(?:持续|连续|保持)\s*$/u, 'for'],
  [/(?:正好|恰好|ちょうど)\s*$/u, 'exactly'],
]

const BETWEEN = pattern(String.raw`(?<!\p{L})between\s+(?:[^\s]{1,12}\s+(?:[^\s\d]{1,12}\s+)?and\s+)?$`, 'iu')

/** Words that turn a comparison around, and words that end the reach of such a word. */
const NEGATED = pattern(
  String.raw`(?<!\p{L})(?:no|not|never|cannot|without|nor|neither|nothing|none|n't|не|ни|nunca|no deben?)(?!\p{L})`,
  'giu',
)
const CLAUSE = pattern(
  String.raw`[.;,，。；]|(?<!\p{L})(?:and|or|but|that|which|when|while|if|because|until|после|и|или|y|o)(?!\p{L})`,
  'giu',
)
const FLIP: Record<string, string> = { above: 'at most', below: 'at least', before: 'at least' }

const ASIAN = pattern(String.raw`[\p{Script=Han}\p{Script=Hiragana}]$`, 'u')

/** The relation that ends the text in front of a number. `further` is what stands before that text, for a negation. */
export function leftOf(before: string, further: string): Beside | null {
  const end = before.trimEnd()
  const sign = /[<>=≤≥]$/.test(end) ? SIGNS.find(([mark]) => end.endsWith(mark)) : undefined
  if (sign !== undefined) return { relation: sign[1], length: before.length - end.length + sign[0].length }
  if (end.charCodeAt(end.length - 1) > 0x2fff && ASIAN.test(end)) {
    const asian = LEFT_ASIAN.find(([pattern]) => pattern.test(before))
    return asian === undefined ? null : { relation: asian[1], length: asian[0].exec(before)![0].length }
  }
  // "between 5% and 10%": each number has its own unit.
  const between = end.includes('etween') ? BETWEEN.exec(before) : null
  if (between !== null) {
    return { relation: /and\s+$/i.test(between[0]) ? 'at most' : 'at least', length: between[0].length }
  }
  const limited = /(?:to|at)$/i.test(end) ? LIMITED.exec(before) : null
  if (limited !== null) return { relation: 'at most', length: limited[0].length }
  return phraseOf(before, end, further)
}

function phraseOf(before: string, end: string, further: string): Beside | null {
  let stop = end.length
  for (let step = 0; step < 4; step++) {
    const at = wordStart(end, stop)
    const word = end.slice(at, stop).toLowerCase()
    const found = LAST_WORDS.has(word) ? longest(end.slice(0, stop)) : null
    if (found !== null) {
      const flipped = FLIP[found.relation]
      const length = before.length - found.at
      if (flipped !== undefined && !found.weak && negated(further + before.slice(0, found.at))) {
        return { relation: flipped, length }
      }
      return { relation: found.relation, weak: found.weak, length }
    }
    if (!FILLERS.has(word)) return null
    stop = end.slice(0, at).trimEnd().length
  }
  return null
}

/** The longest phrase that a text ends with. */
function longest(text: string): { relation: string; weak: boolean; at: number } | null {
  let best: { relation: string; weak: boolean; at: number } | null = null
  let at = text.length
  for (let count = 0; count < LONGEST && at > 0; count++) {
    at = wordStart(text, at)
    const found = BY_PHRASE.get(text.slice(at).toLowerCase())
    if (found !== undefined) best = { ...found, at }
    if (at === 0 || text[at - 1] !== ' ') break
    at--
  }
  return best
}

/** Where the word starts that ends at `end`. */
function wordStart(text: string, end: number): number {
  let at = end
  while (at > 0 && !isEdge(text.charCodeAt(at - 1))) at--
  return at
}

/** White space, brackets, quotation marks and stars: ` \t\n\r\u00A0(（"'*`. */
function isEdge(code: number): boolean {
  if (code > 42) return code === 0xa0 || code === 0xff08
  return code === 32 || code === 9 || code === 10 || code === 13 || code === 34 || (code >= 39 && code !== 41)
}

const SPAN = pattern(String.raw`(?<!\p{L})(?:for|after|by|in|since|durante)\s+$`, 'iu')

/** "no job more than twice", "never takes longer than 5 s"; but not "has not answered for more than 5 s". */
function negated(before: string): boolean {
  if (SPAN.test(before)) return false
  const last = lastMatch(NEGATED, before) ?? undefined
  if (last === undefined) return false
  return !CLAUSE.test(before.slice(last.index + last[0].length))
}

const RIGHT_SPACED: [Expression, string, ('s' | '')?][] = [
  [
    pattern(
      String.raw`^\s?\(?(?:or (?:less|fewer|below|under|lower|shorter|sooner|smaller)|max(?:imum)?|at (?:most|the latest)|как максимум|o menos|или менее)(?!\p{L})\)?`,
      'iu',
    ),
    'at most',
    's',
  ],
  [
    pattern(
      String.raw`^\s?\(?(?:or (?:more|greater|longer|above|higher|over|larger)|min(?:imum)?|at least|and above|и более|или более|o más)(?!\p{L})\)?`,
      'iu',
    ),
    'at least',
    's',
  ],
  [/^\+(?=[\s,.;)]|$)/u, 'at least', 's'],
  [pattern(String.raw`^\s(?:before|prior to|ahead of)(?!\p{L})`, 'iu'), 'before'],
  [pattern(String.raw`^\s(?:after|later|from now|following)(?!\p{L})`, 'iu'), 'after'],
]
const RIGHT_ASIAN: [RegExp, string, ('s' | '')?][] = [
  [/^\s?(?:以内|之内|内)(?!容|部|存|置|で発)/u, 'within', 's'],
  [/^の?(?:及|或|或者)?以上/u, 'at least', 's'],
  [/^の?(?:及|或|或者)?以下/u, 'at most', 's'],
  [/^の?未満/u, 'below', 's'],
  [/^(?:を|が)?(?:超えない|超えては|を?上回らない)/u, 'at most', 's'],
  [/^(?:を|が)?(?:超え|超過|超(?!え)|上回|より(?:多|長|大き|高))/u, 'above', 's'],
  [/^(?:を|が)?(?:下回|より(?:少な|短|小さ|低))/u, 'below', 's'],
  [/^(?:ごと|毎|おき)/u, 'every', 's'],
  [/^\s?(?:以?[后後]|之后|経過)/u, 'after', 's'],
  [/^\s?(?:之前|以前|前)/u, 'before', 's'],
  [/^(?:間|无|连续)/u, 'for'],
]

const LATIN = pattern(String.raw`^[\s(]{0,2}[\p{Script=Latin}\p{Script=Cyrillic}+]`, 'u')

/** The relation that stands behind a number and its unit. */
export function rightOf(after: string): Beside | null {
  if (after === '' || /^\s?[,.;:]/.test(after)) return null
  const latin = LATIN.test(after)
  for (const [pattern, relation, flag] of latin ? RIGHT_SPACED : RIGHT_ASIAN) {
    const match = pattern.exec(after)
    if (match !== null) return { relation, length: match[0].length, strong: flag === 's' }
  }
  return null
}
