import { type Beside, leftOf, rightOf } from './relations.ts'
import type { Bound } from './requirement.ts'
import { isTimes, NUMBER_WORDS, numberOf, rateUnit, SCALES, sizeUnit, timeUnit } from './units.ts'
import { matchesOf, unquoted } from './words.ts'

const DIGITS = String.raw`\d{1,3}(?:[,\u00A0\u202F\u2009]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*`
const WORDS = `(?:${NUMBER_WORDS.join('|')})(?:\\s(?:hundred|thousand|million))?(?![\\p{L}\\p{N}_])`
const NUMBER = `(?:${DIGITS})(?:${SCALES})?|${WORDS}|[一二两三四五六七八九十](?=毫?秒|分钟|个?小时|天|次|回|日間|周|个月|年间)`
const DASH = String.raw`\s?[-–—~～〜]\s?|\s(?:to|and|y|a|и|до)\s|[至到和]`
/** Not inside a word, an id, a version, a path, a time or a date. Chinese and Japanese put no space in front. */
const START = String.raw`(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_./:#\\@=]|[\p{L}\p{N}][-‐‑]|[\p{N}],|\d[×])`
const QUANTITY_SOURCE =
  `${START}(?:(?<count>once|twice|thrice|дважды)(?![\\p{L}\\p{N}_])|(?<currency>[$€£¥₦₽]\\s?)?(?<number>${NUMBER})` +
  `(?:(?<dash>${DASH})(?<to>(?:${DIGITS})(?:${SCALES})?))?)(?![\\d_]|[.:,]\\d|[-–]\\d|\\s?[x×]\\s?\\d)`
const QUANTITY = new RegExp(QUANTITY_SOURCE, 'giu')
const QUANTITY_HERE = new RegExp(QUANTITY_SOURCE, 'iuy')
/** What a quantity in signs starts with, and words that may be one. */
const SIGN = /[\d$€£¥₦₽一二两三四五六七八九十]/g
const WORDED = new RegExp(`\\b(?:once|twice|thrice|${NUMBER_WORDS.join('|')})\\b|[дохтчпшсв]`, 'i')
/** "every second", "within an hour", "each day", "毎秒": a unit of time without a number is one of it. */
const UNIT_WORD = /second|minute|hour|day|week|month|year/i
const ONE =
  /(?<![\p{L}\p{N}_])(?:(?<every>every|each)|(?<rel>within|after|for|less than|more than|under|at most|up to)\s+(?:an?|one))\s+(?<unit>second|minute|hour|day|week|month|millisecond)(?![\p{L}\p{N}_])/giu
const HALF = /(?<![\p{L}\p{N}_])half\s+(?:an?|of\s+an?)\s+(?<unit>second|minute|hour|day|year)(?![\p{L}\p{N}_])/giu

/** What a number may be the name of: "Step 6", "HTTP 404", "port 8080", "RFC 5322". */
const LABELS = new Set(
  'step steps requirement requirements req criterion criteria property properties section sections task tasks phase phases module modules version versions v level levels tier chapter chapters table tables figure figures page pages part parts stage sprint milestone story scenario case option decision line port http rfc iso tls ssl wcag error errors code codes status issue pr id day week year top weight priority порт порта порту puerto código'.split(
    ' ',
  ),
)

function labelled(before: string): boolean {
  const end = before.replace(/[\s:#(]{1,4}$/, '')
  if (/(?:要件|需求|第|требовани\p{L}{1,3})$/iu.test(end)) return true
  if (end.length === before.length) return false
  const word = /[\p{L}]+$/u.exec(end.slice(-16))?.[0]
  return word !== undefined && LABELS.has(word.toLowerCase())
}

/** A capitalised name in front of a bare version-like number: "Python 3.8+", "Vue 3", "Gemini 2.0". */
const NAMED = /(?<![\p{L}\p{N}_-])[A-Z][\p{L}\p{N}.+#-]*\s$/u

/** Most sentences hold no number: they are told apart quickly. */
const MAYBE = new RegExp(
  `[\\d０-９一二两三四五六七八九十]|(?:^|[^\\p{L}])(?:once|twice|thrice|дважды|every|each|an?|${NUMBER_WORDS.join('|')})[\\s.,;/-]|(?:once|twice|дважды)$`,
  'iu',
)

const COUNTING = new Set(['within', 'at most', 'at least', 'exactly', 'below', 'above'])
const NO_UNIT =
  /^(?:of|and|or|in|to|the|a|an|if|when|then|is|are|per|for|with|by|at|on|from|that|which|while|shall|must|as|so|but|until|after|before|y|o|de|и|или|в|not|only|each|every|max|min|maximum|minimum|inclusive|total|than|it|unless|was|has|have|will|be)$/i
const WINDOW = 64

interface Unit {
  name: string
  kind: 'time' | 'size' | 'percent' | 'times' | 'rate' | 'noun' | 'money' | 'none'
  /** Length of what was read behind the number. */
  length: number
}

/**
 * The numeric limits of a sentence, in the order they stand. A range ("between 2 and 5", "60-300 s") is two. Durations, sizes,
 * percentages, rates and times count wherever they stand; a plain count only with a relation ("at most 3 workers"). Versions, ids,
 * status codes, dates and times of day are none. Linear in the length of the text.
 */
export function boundsOf(text: string): Bound[] {
  if (!/\d/.test(text) && !MAYBE.test(text)) return []
  // Code and quotations hold examples and messages.
  const plain = halfWidth(unquoted(text))
  const found: { at: number; bound: Bound }[] = []
  for (const match of quantitiesOf(plain))
    for (const bound of quantity(plain, text, match)) found.push({ at: match.index, bound })
  if (UNIT_WORD.test(plain)) found.push(...wordedBounds(plain, text))
  return found.length < 2
    ? found.map(({ bound }) => bound)
    : found.sort((a, b) => a.at - b.at).map(({ bound }) => bound)
}

/** All matches of QUANTITY. Where no number is a word, it need not be tried at each letter. */
function quantitiesOf(plain: string): RegExpExecArray[] {
  if (WORDED.test(plain)) return matchesOf(QUANTITY, plain)
  const found: RegExpExecArray[] = []
  SIGN.lastIndex = 0
  for (let sign = SIGN.exec(plain); sign !== null; sign = SIGN.exec(plain)) {
    QUANTITY_HERE.lastIndex = sign.index
    const match = QUANTITY_HERE.exec(plain)
    if (match === null) continue
    found.push(match)
    SIGN.lastIndex = sign.index + match[0].length
  }
  return found
}

/** "every second", "within an hour", "half a day". */
function wordedBounds(plain: string, text: string): { at: number; bound: Bound }[] {
  const found: { at: number; bound: Bound }[] = []
  for (const match of matchesOf(ONE, plain)) {
    const { every, rel, unit } = match.groups!
    const relation = every === undefined ? (leftOf(`${rel} `, plain.slice(0, match.index))?.relation ?? 'is') : 'every'
    if (/\bone\b/i.test(match[0])) continue
    const next = /^\s+(?:of|for)\s/.test(plain.slice(match.index + match[0].length, match.index + match[0].length + 6))
    if (every !== undefined && next) continue
    found.push({ at: match.index, bound: { value: 1, unit: timeUnit(unit!)!, relation, text: match[0] } })
  }
  for (const match of matchesOf(HALF, plain)) {
    const left = leftOf(plain.slice(Math.max(0, match.index - WINDOW), match.index), '')
    const written = text.slice(match.index - (left?.length ?? 0), match.index + match[0].length).trim()
    const unit = timeUnit(match.groups!.unit!)!
    found.push({ at: match.index, bound: { value: 0.5, unit, relation: left?.relation ?? 'is', text: written } })
  }
  return found
}

/** Full-width digits and signs as ASCII: same length, so that offsets hold. */
function halfWidth(text: string): string {
  return /[０-９％．]/.test(text)
    ? text.replace(/[０-９％．]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
    : text
}

function quantity(plain: string, text: string, match: RegExpExecArray): Bound[] {
  const groups = match.groups!
  const at = match.index
  const end = at + match[0].length
  const before = plain.slice(Math.max(0, at - WINDOW), at)
  const after = plain.slice(end, end + WINDOW)
  const left = leftOf(before, plain.slice(Math.max(0, at - 160), Math.max(0, at - WINDOW)))
  if (groups.count !== undefined) return counted(text, groups.count, at, left, after)
  const number = groups.number!
  if (/^\d+\.\d+\./.test(number) || (/^0\d/.test(number) && !number.includes('.'))) return []
  if (/^(?:half|quarter|hundred)$/i.test(number) && /^\s+(?:an?|of)\b/i.test(after)) return []
  // "3 or more replicas", "2+ groups": the relation stands between the number and its unit.
  const early = /^(?:\+|\s(?:or|and)\s)/.test(after) ? rightOf(after) : null
  const read = unitOf(after.slice(early?.length ?? 0), numberOf(number), groups.currency)
  const unit = { ...read, length: read.length + (early?.length ?? 0) }
  // "Step 6d", but "in phase 2, 5 s".
  const apart = unit.kind === 'percent' || (unit.kind === 'time' && /^[\s-]/.test(after))
  if (!apart && labelled(before)) return []
  if (unit.kind === 'none' && /^\s?(?:st|nd|rd|th|xx|:\d)/.test(after)) return []
  const right = early ?? rightOf(after.slice(unit.length))
  const tail = early === null ? (right?.length ?? 0) : 0
  const written = text.slice(at - (left?.length ?? 0), end + unit.length + tail).trim()
  if (groups.to !== undefined) return range(groups, number, unit, before, written)
  const relation = pick(left, right, unit)
  if (!counts(relation, unit, left, before, number)) return []
  return [{ value: numberOf(number), unit: unit.name, relation, text: written }]
}

/** "once the worker reconnects" is a conjunction; only a limit or a rate makes it a count. */
function counted(text: string, word: string, at: number, left: Beside | null, after: string): Bound[] {
  const value = /^once$/i.test(word) ? 1 : /^thrice$/i.test(word) ? 3 : 2
  const rate = /^\s*(?:\/|per\s|an?\s|each\s|every\s)\s*(\p{L}+)/iu.exec(after)
  const per = rate === null ? null : rateUnit(rate[1]!)
  const relation = left?.relation ?? 'is'
  if (value === 1 && !(COUNTING.has(relation) && left?.weak !== true) && per === null) return []
  // "once every 10 s" is told by the number that follows.
  if (value === 1 && /^\s+(?:every|per)\s+\d/i.test(after)) return []
  const length = per === null ? 0 : rate![0].length
  const written = text.slice(at - (left?.length ?? 0), at + word.length + length).trim()
  return [{ value, unit: per === null ? 'times' : `times/${per}`, relation, text: written }]
}

/** "between 2 and 5 s", "2-5 s", "from 0 to 9": at least the one, at most the other. */
function range(
  groups: Record<string, string | undefined>,
  number: string,
  unit: Unit,
  before: string,
  written: string,
): Bound[] {
  const worded = /(?:between|from|range(?:s|d)?(?: of| from|:)?|clamped to|limited to|entre|от|между|从|在)\s*$/i.test(
    before,
  )
  const joined = !/[\p{L}至到和]/u.test(groups.dash!)
  const [from, to] = [numberOf(number), numberOf(groups.to!)]
  if (!joined && !worded) {
    // "30 and 60 days" are two values; only the second has its unit.
    return /\d/.test(number) && unit.kind === 'time' && from < to && /and|и|y|和/.test(groups.dash!)
      ? [from, to].map((value) => ({ value, unit: unit.name, relation: 'is', text: written }))
      : []
  }
  if (!(from < to)) return []
  const measured = unit.kind !== 'none' && (unit.kind !== 'noun' || /s$|^\p{Script=Han}/u.test(unit.name))
  if (!worded && !measured) return []
  return [
    { value: from, unit: unit.name, relation: 'at least', text: written },
    { value: to, unit: unit.name, relation: 'at most', text: written },
  ]
}

function pick(left: Beside | null, right: Beside | null, unit: Unit): string {
  if (left !== null && right !== null && (left.weak === true || right.strong === true))
    return settle(right.relation, unit)
  return settle(left?.relation ?? right?.relation ?? 'is', unit)
}

/** "3 回以内" is a count, so it is at most three; "30 秒以内" is within. */
function settle(relation: string, unit: Unit): string {
  return relation === 'within' && (unit.kind === 'times' || unit.kind === 'percent') ? 'at most' : relation
}

function counts(relation: string, unit: Unit, left: Beside | null, before: string, number: string): boolean {
  if (unit.kind === 'time' || unit.kind === 'size') return !(NAMED.test(before) && unit.length === 0)
  if (unit.kind === 'percent' || unit.kind === 'times' || unit.kind === 'rate') return true
  if (!COUNTING.has(relation) || (left?.weak === true && relation === left.relation)) return false
  if (unit.kind === 'none' && NAMED.test(before) && left === null) return false
  return !(
    unit.kind === 'none' &&
    /^(?:one|un|una|один|одна)$/i.test(number) &&
    left?.relation === 'exactly' &&
    !/exactly\s$/i.test(before)
  )
}

const PER = /^(?:\s?\/\s?|\s(?:per|an?|every|each|por|в|каждую)\s)(?<per>\p{L}+)/iu

/** The unit that follows a number: `45s`, `45 s`, `30-second`, `80%`, `10 jobs/second`, `3 次`. */
function unitOf(after: string, value: number, currency: string | undefined): Unit {
  if (currency !== undefined) return { name: currency.trim(), kind: 'money', length: 0 }
  const percent = /^\s?(?:%|percent(?![\p{L}])|процент\p{L}*|por ciento)/iu.exec(after)
  if (percent !== null) return { name: '%', kind: 'percent', length: percent[0].length }
  const asian = asianUnit(after)
  if (asian !== null) return asian
  const bare = PER.exec(after)
  const barePer = bare === null ? null : rateUnit(bare.groups!.per!)
  if (barePer !== null) return { name: `/${barePer}`, kind: 'rate', length: bare![0].length }
  const match =
    /^(?:\s|-)?(?<noun>[\p{Script=Latin}\p{Script=Cyrillic}µμ][\p{Script=Latin}\p{Script=Cyrillic}µμ_'-]*)/u.exec(after)
  if (match === null) return { name: '', kind: 'none', length: 0 }
  const noun = match.groups!.noun!
  const length = match[0].length
  const head = /^[\p{L}µμ]+/u.exec(noun)![0]
  const time = timeUnit(noun) ?? (head !== noun ? timeUnit(head) : null)
  // "1 a" and "4 h" are units behind a space too, but "5 s" must not be a plural's end.
  if (time !== null)
    return {
      name: time,
      kind: 'time',
      length: length - (noun.length - (timeUnit(noun) === null ? head.length : noun.length)),
    }
  const size = sizeUnit(noun)
  const rest = after.slice(length)
  const per = PER.exec(rest)
  const perUnit = per === null ? null : rateUnit(per.groups!.per!)
  if (perUnit !== null && !NO_UNIT.test(noun)) {
    return {
      name: `${size ?? (isTimes(noun) ? 'times' : noun)}/${perUnit}`,
      kind: 'rate',
      length: length + per![0].length,
    }
  }
  if (size !== null) return { name: size, kind: 'size', length }
  if (isTimes(noun)) return { name: 'times', kind: 'times', length }
  if (/^(?:req|rps|qps|tps|fps)$/i.test(noun)) return { name: noun.toLowerCase(), kind: 'rate', length }
  if (NO_UNIT.test(noun)) return { name: '', kind: 'none', length: 0 }
  return wideNoun(noun, rest, length, value)
}

/** "5 consecutive login failures": the unit is the plural that ends the group, not its first adjective. */
function wideNoun(noun: string, rest: string, length: number, value: number): Unit {
  const first: Unit = { name: /^(?:retries|attempts)$/i.test(noun) ? noun.toLowerCase() : noun, kind: 'noun', length }
  if (value === 1 || /s$/.test(noun)) return first
  let read = 0
  for (let words = 0; words < 3; words++) {
    const next = /^\s(\p{L}[\p{L}-]*)/u.exec(rest.slice(read))
    if (next === null || NO_UNIT.test(next[1]!)) return first
    read += next[0].length
    if (/[^s]s$/.test(next[1]!)) return { name: next[1]!, kind: 'noun', length: length + read }
  }
  return first
}

const ASIAN =
  /^\s?(?:以内)?(?<unit>毫秒|ミリ秒|微秒|マイクロ秒|纳秒|秒钟|秒間?|分钟|分間?|个?小时|時間|天|日間?|週間|周|个月|[ヶか]月間?|年間?|次|回|个|個|件|条|枚|名|人|项|項目|位|张|台|文字|字符|字|ページ|ピクセル|像素|つ|段階|行|列|倍)(?!月|类|業)/u

function asianUnit(after: string): Unit | null {
  const match = ASIAN.exec(after)
  if (match === null) return null
  const word = match.groups!.unit!
  const length = match[0].length
  const per = /^\s?[/／](毫秒|秒|分钟?|小时|時間|天|日)/.exec(after.slice(length))
  const perUnit = per === null ? null : rateUnit(per[1]!)
  if (perUnit !== null) return { name: `${word}/${perUnit}`, kind: 'rate', length: length + per![0].length }
  const time = timeUnit(word)
  if (time !== null) return { name: time, kind: 'time', length }
  return isTimes(word) ? { name: 'times', kind: 'times', length } : { name: word, kind: 'noun', length }
}
