import { pattern } from './pattern.ts'
import type { Condition, EarsPattern } from './requirement.ts'
import { lastMatch, matchesOf, unquoted, withoutEnd } from './words.ts'

/** A requirement sentence taken apart. Texts are as written, without the keyword and the marks around them. */
export interface Ears {
  pattern: EarsPattern
  /** What must respond: `Queue` of "THE Queue SHALL ..."; null where the sentence does not name it in front of its modal. */
  system: string | null
  /** What must hold first, in the order written. */
  conditions: Condition[]
  /** The first event, else the first other condition. */
  trigger: string | null
  /** What must be done; null where nothing says SHALL or THEN. */
  response: string | null
  /** Words of obligation as written, with their negation: `SHALL`, `SHALL NOT`, `必须`. */
  modals: string[]
}

type Kind = Condition['kind']

const MODAL = pattern(
  [
    String.raw`(?<![\p{L}\p{N}_-])(?:SHALL|MUST)(?:\s+NOT)?(?![\p{L}\p{N}_-])`,
    String.raw`(?<!\p{L})(?:не\s+)?(?:долж(?:ен|на|но|ны)|обязан[аоы]?)(?!\p{L})`,
    String.raw`(?<!\p{L})(?:no\s+)?(?:deberá[n]?|debe[n]?)(?!\p{L})`,
    'なければならない|なければなりません|ねばならない|ものとする|てはならない|てはいけない|(?:べき|必要が)(?:である|ある)?|こと(?=[。.]?$)',
    '必須(?:である|とする|です|[。.]|$)|必须|应当|应该|不得|禁止|务必|(?<!响|对|适|相|供|反|效|感|回|答)应(?!用|对|急|答|变|激|聘|收|付)',
  ].join('|'),
  'giu',
)

const KEYWORDS: [string, Kind][] = [
  ['WHEN|WHENEVER|UPON|КОГДА|CUANDO', 'event'],
  ['WHILE|ПОКА|В ТО ВРЕМЯ КАК|MIENTRAS', 'state'],
  ['WHERE|ГДЕ|DONDE', 'optional'],
  ['IF|ЕСЛИ|SI', 'unwanted'],
]
const WORD = String.raw`[\p{L}\p{N}_-]`
const ANY = KEYWORDS.map(([words]) => words).join('|')
/** At the start of a clause a keyword counts in any case. */
const AT_CLAUSE = pattern(
  String.raw`(^[^\p{L}\p{N}]{0,9}|[,;，、；:：]\s{0,4}(?:(?:and|then|or|и|y)\s{1,4})?)(${ANY})(?!${WORD})`,
  'giu',
)
/** "WHERE" and "IF" in mid-clause are often SQL or code. */
const IN_CLAUSE = pattern(`(?<!${WORD})(WHEN|WHILE|КОГДА|ПОКА|CUANDO|MIENTRAS)(?!${WORD})`, 'gu')
const AFTER_MODAL = pattern(`(?<!${WORD})(WHEN|WHILE|IF|КОГДА|ЕСЛИ|ПОКА)(?!${WORD})`, 'gu')
const FIRST_ONLY = pattern(String.raw`^[^\p{L}\p{N}]{0,9}(?:AFTER|BEFORE|ONCE|ПОСЛЕ)(?=\s[^,，]*[,，])`, 'iu')
const THEN = pattern(
  String.raw`(?<![\p{L}\p{N}_-])(?:THEN|ТОГДА|ТО|ENTONCES)(?![\p{L}\p{N}_-])|(?<=[,，]\s?)(?:then|тогда|то|那么|则)(?![\p{Script=Latin}\p{Script=Cyrillic}])`,
  'gu',
)

interface Found {
  at: number
  end: number
  kind: Kind
}

/** Whether a sentence says what the system must do. */
export function hasShall(text: string): boolean {
  return /\bSHALL\b/i.test(text)
}

/** Whether a sentence obliges in any of the languages that are read: SHALL, MUST, должна, ものとする, 必须, debe. */
export function obliges(text: string): boolean {
  return MODAL.test(unquoted(text))
}

/**
 * The EARS pattern of a requirement sentence; `none` where nothing obliges and it is no "WHEN ... THEN ...". Keywords count before
 * the obligation, at the start of a clause; WHEN and WHILE in capitals count anywhere there, and behind it where none stands before.
 */
export function earsPattern(text: string): EarsPattern {
  return ears(text).pattern
}

/** Takes a requirement sentence apart. Total, and linear in the length of the text. */
export function ears(text: string): Ears {
  const prose = unquoted(text)
  const modals = matchesOf(MODAL, prose)
  const first = modals[0]
  const then = thenOf(prose, first?.index)
  const head = prose.slice(0, headEnd(prose, first, then))
  const before = keywordsOf(head, prose)
  const oblige = first !== undefined
  const skeleton = !oblige && then !== null && before.length > 0
  const behind = oblige && before.length === 0 ? afterModal(prose, modals) : []
  const found = before.length > 0 ? before : behind
  const words = modals.map(({ 0: word }) => (/\s/.test(word) ? word.replace(/\s+/g, ' ') : word))
  if (!oblige && !skeleton)
    return { pattern: 'none', system: null, conditions: [], trigger: null, response: null, modals: words }
  const subject = subjectOf(text, prose, first, then, before)
  const until = behind.length > 0 ? text.length : (then?.at ?? subject?.at ?? head.length)
  const conditions = conditionsOf(text, found, until)
  const start = subject?.end ?? responseStart(text, first, then, conditions.length)
  const response = trim(text.slice(start, behind[0]?.at ?? text.length)) || null
  // Keywords with nothing between them are no sentence.
  if (!oblige && conditions.length === 0 && response === null)
    return { pattern: 'none', system: null, conditions: [], trigger: null, response: null, modals: words }
  return {
    pattern: patternOf(found),
    system: subject?.name ?? null,
    conditions,
    trigger: (conditions.find(({ kind }) => kind === 'event') ?? conditions[0])?.text ?? null,
    response,
    modals: words,
  }
}

/** Where the response begins when the system is not named. */
function responseStart(
  text: string,
  modal: RegExpMatchArray | undefined,
  then: Span | null,
  conditions: number,
): number {
  if (then !== null) return then.end
  if (modal !== undefined && opens({ 0: modal[0] })) return modal.index! + modal[0].length
  return conditions > 0 ? text.search(/[、，,]/) + 1 : 0
}

type Modal = RegExpMatchArray & { index: number }
interface Span {
  at: number
  end: number
}

const CLOSES = pattern(String.raw`[\p{Script=Hiragana}須]`, 'u')

/** Japanese obliges behind its verb, the others in front of it. */
function opens(modal: { 0: string }): boolean {
  return !CLOSES.test(modal[0])
}

/** The THEN between condition and response: the last one in front of an obligation that stands before its verb. */
function thenOf(prose: string, modal: number | undefined): Span | null {
  let last: Span | null = null
  for (const { index, 0: word } of matchesOf(THEN, prose))
    if (modal === undefined || index < modal) last = { at: index, end: index + word.length }
  return last
}

/** Where the part that may hold conditions ends. Japanese and Chinese oblige at the end, so there THEN or the first comma does. */
function headEnd(prose: string, modal: Modal | RegExpExecArray | undefined, then: Span | null): number {
  if (then !== null) return then.at
  return modal?.index ?? prose.length
}

const KIND = new Map(KEYWORDS.flatMap(([words, kind]) => words.split('|').map((word) => [word, kind] as const)))

function kindOf(word: string): Kind {
  return KIND.get(word.toUpperCase()) ?? 'event'
}

function keywordsOf(head: string, prose: string): Found[] {
  const found: Found[] = []
  for (const { index, 1: lead, 2: word } of matchesOf(AT_CLAUSE, head)) {
    // "SI" and "ПОКА" are words of other languages too; a Spanish or Russian sentence has the letters to show it.
    if (/^si$/i.test(word!) && !/[áéíóúñ]|\bel\b|\bla\b/i.test(prose)) continue
    const at = index + lead!.length
    found.push({ at, end: at + word!.length, kind: kindOf(word!) })
  }
  for (const { index: at, 1: word } of matchesOf(IN_CLAUSE, head))
    if (!found.some((one) => one.at === at)) found.push({ at, end: at + word!.length, kind: kindOf(word!) })
  if (found.length > 1) return found.sort((a, b) => a.at - b.at)
  if (found.length === 1) return found
  const opening = FIRST_ONLY.exec(head)
  return opening === null ? translated(head) : [{ at: 0, end: opening[0].length, kind: 'event' }]
}

const CHINESE = pattern(String.raw`^[^\p{L}\p{N}]{0,9}(当|每当|如果|若|如|在)(?=[^，,]{1,200}[，,])`, 'u')

/** Chinese opens a condition with a word, Japanese closes it with one. */
function translated(head: string): Found[] {
  const chinese = CHINESE.exec(head)
  if (chinese !== null) {
    const clause = /^[^，,]*/.exec(head)![0]
    const word = chinese[1]!
    const at = chinese[0].length - word.length
    if (word === '如果' || word === '若' || word === '如') return [{ at, end: at + word.length, kind: 'unwanted' }]
    if (/期间$|过程中$/.test(clause)) return [{ at, end: at + word.length, kind: 'state' }]
    if (/当$/.test(word) || /[时後后]$/.test(clause)) return [{ at, end: at + word.length, kind: 'event' }]
    return []
  }
  const done = /^[^，,]{1,40}[时時后後](?=[，,])/u.exec(head)
  if (done !== null || /^一旦/.test(head)) return [{ at: 0, end: 0, kind: 'event' }]
  const japanese = /^[^、]{1,200}?(とき|時|際|場合|たら|間|中)(?:に?は|に)?、/u.exec(head)
  if (japanese === null) return []
  const kind: Kind = /間|中/.test(japanese[1]!) ? 'state' : 'event'
  return [{ at: 0, end: 0, kind }]
}

/** A condition behind the obligation: "SHALL answer WHEN asked". Not that of a further sentence. */
function afterModal(prose: string, modals: readonly RegExpMatchArray[]): Found[] {
  const last = modals.at(-1)!
  const from = last.index! + last[0].length
  const match = matchesOf(AFTER_MODAL, prose.slice(from))[0]
  if (match === undefined || !opens({ 0: last[0] }) || modals.length > 1) return []
  const at = from + match.index
  return [{ at, end: at + match[0].length, kind: kindOf(match[0]) }]
}

function patternOf(found: readonly Found[]): EarsPattern {
  // "IF a, OR IF b" and "WHEN a, WHEN b" repeat one keyword: still one pattern.
  if (found.length === 0) return 'ubiquitous'
  if (found.length === 1) return found[0]!.kind
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  if (kinds.length === 1) return kinds[0]!
  return kinds.length === 2 && kinds[0] === 'unwanted' && kinds[1] === 'event' ? 'conditional' : 'complex'
}

/** The name in front of the obligation, and where the response begins behind it. */
function subjectOf(
  text: string,
  prose: string,
  modal: RegExpMatchArray | undefined,
  then: Span | null,
  conditions: readonly Found[],
): { name: string; at: number; end: number } | null {
  if (modal === undefined || !opens({ 0: modal[0] })) return topicOf(text, then, conditions)
  const end = modal.index!
  const from = then?.end ?? conditions.at(-1)?.end ?? 0
  const at = from + subjectStart(prose.slice(from, end), then !== null || conditions.length === 0)
  if (at < 0 || at < from) return null
  const whole = bare(text.slice(at, end))
  const name = whole.length > 60 ? bare(whole.replace(/\s*\([^()]*\)/g, '')) : whole
  // A condition without a comma before its system: no telling where the one ends.
  if (name === '' || name.length > 120) return null
  return { name, at, end: end + modal[0].length }
}

const THE = pattern(String.raw`(?<!\p{L})THE\s`, 'gu')
const COMMA = /[,，、]\s*(?=\S)/g

/** Offset at which the system's name starts in the text between the last keyword (or THEN) and the obligation; -1: unknown. */
function subjectStart(part: string, whole: boolean): number {
  const the = lastMatch(THE, part)?.index
  const comma = lastMatch(COMMA, part)
  const lower = comma !== null && /^(?:the|an?|it|its|they)\s/.test(part.slice(comma.index + comma[0].length))
  if (the !== undefined && !(lower && comma.index > the)) return the
  if (whole && comma === null) return 0
  if (whole && !lower && !/^\s*(?:for|in|during|at|on|as|to|after|before|from|by|with)\s/i.test(part)) return 0
  return comma === null ? -1 : comma.index + comma[0].length
}

const NAMED = pattern(String.raw`^\s*the\s+([\p{Lu}][\p{L}\p{N}_]*|system|application|agent|service|app)\s+`, 'iu')

/** "システムは": the topic of a sentence that obliges at its end. */
function topicOf(
  text: string,
  then: Span | null,
  conditions: readonly Found[],
): { name: string; at: number; end: number } | null {
  const from = then?.end ?? (conditions.length > 0 ? text.search(/、/) + 1 : 0)
  const rest = text.slice(from)
  const topic = /^[\s*]*([^、。,，「をがにでて]{1,40}?)は[\s、*]*/u.exec(rest)
  if (topic !== null) return { name: bare(topic[1]!), at: from, end: from + topic[0].length }
  const named = NAMED.exec(rest)
  return then === null || named === null ? null : { name: named[1]!, at: from, end: from + named[0].length }
}

function bare(name: string): string {
  const words = trim(name).replace(/^(?:then\s+)?(?:the|an?)\s+/i, '')
  return /\s/.test(words) ? words.replace(/\s+(?:also|itself|both|each)$/i, '') : words
}

function conditionsOf(text: string, found: readonly Found[], end: number): Condition[] {
  const conditions: Condition[] = []
  found.forEach(({ end: from, kind }, index) => {
    const to = found[index + 1]?.at ?? end
    const words = trim(text.slice(from, Math.max(from, to))).replace(/[\s,，]+(?:and|or|then|и|y)$/i, '')
    if (words !== '') conditions.push({ kind, text: words })
  })
  return conditions
}

function trim(text: string): string {
  if (/^[A-Za-z](?:.*[A-Za-z\d)])?$/.test(text)) return text
  return withoutEnd(text.replace(/^[\s,;:，、；：。.*]+/u, ''), /[\s,;，、；*]/)
}
