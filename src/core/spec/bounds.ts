import { type Unit, unitOf } from './measures.ts'
import { pattern } from './pattern.ts'
import { type Beside, leftOf, rightOf } from './relations.ts'
import type { Bound } from './requirement.ts'
import { NUMBER_WORDS, numberOf, rateUnit, SCALES, timeUnit } from './units.ts'
import { matchesOf, unquoted } from './words.ts'

const DIGITS = String.raw`\d{1,3}(?:[,\u00A0\u202F\u2009]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*`
const WORDS = `(?:${NUMBER_WORDS.join('|')})(?:\\s(?:hundred|thousand|million))?(?![\\p{L}\\p{N}_])`
const NUMBER = `(?:${DIGITS})(?:${SCALES})?|${WORDS}|[一二两三四五六七八九十](?=毫?秒|分钟|个?小时|天|次|回|日間|周|个月|年间)`
const DASH = String.raw`\s?[-–—~～〜]\s?|\s(?:to|and|y|a|и|до)\s|[至到和]`
/** Not inside a word, an id, a version, a path, a time or a date. Chinese and Japanese put no space in front. */
const START = String.raw`(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_./:#\\@=]|[\p{L}\p{N}][-‐‑]|[\p{N}],|\d[×])`
/** Its groups: a word for a count, the currency, the number, and the dash and the end of a range. */
const QUANTITY_SOURCE =
  `${START}(?:(once|twice|thrice|дважды)(?![\\p{L}\\p{N}_])|([$€£¥₦₽]\\s?)?(${NUMBER})` +
  `(?:(${DASH})((?:${DIGITS})(?:${SCALES})?))?)(?![\\d_]|[.:,]\\d|[-–]\\d|\\s?[x×]\\s?\\d)`
const QUANTITY = pattern(QUANTITY_SOURCE, 'giu')
const QUANTITY_HERE = pattern(QUANTITY_SOURCE, 'iuy')
/** What a quantity in signs starts with, and words that may be one. */
const SIGN = /[\d$€£¥₦₽一二两三四五六七八九十]/g
const WORDED = new RegExp(`\\b(?:once|twice|thrice|${NUMBER_WORDS.join('|')})\\b|[дохтчпшсв]`, 'i')
/** "every second", "within an hour", "each day", "毎秒": a unit of time without a number is one of it. */
const UNIT_WORD = /second|minute|hour|day|week|month|year/i
const ONE = pattern(
  String.raw`(?<![\p{L}\p{N}_])(?:(?<every>every|each)|(?<rel>within|after|for|less than|more than|under|at most|up to)\s+(?:an?|one))\s+(?<unit>second|minute|hour|day|week|month|millisecond)(?![\p{L}\p{N}_])`,
  'giu',
)
const HALF = pattern(
  String.raw`(?<![\p{L}\p{N}_])half\s+(?:an?|of\s+an?)\s+(?<unit>second|minute|hour|day|year)(?![\p{L}\p{N}_])`,
  'giu',
)

/** What a number may be the name of: "Step 6", "HTTP 404", "port 8080", "RFC 5322". */
const LABELS = new Set(
  'step steps requirement requirements req criterion criteria property properties section sections task tasks phase phases module modules version versions v level levels tier chapter chapters table tables figure figures page pages part parts stage sprint milestone story scenario case option decision line port http rfc iso tls ssl wcag error errors code codes status issue pr id day week year top weight priority порт порта порту puerto código'.split(
    ' ',
  ),
)

function labelled(before: string): boolean {
  const end = before.replace(/[\s:#(]{1,4}$/, '')
  const foreign = end.charCodeAt(end.length - 1) > 0x3ff
  if (foreign && /(?:要件|需求|第|требовани\p{L}{1,3})$/iu.test(end)) return true
  if (end.length === before.length) return false
  const word = /[\p{L}]+$/u.exec(end.slice(-16))?.[0]
  return word !== undefined && LABELS.has(word.toLowerCase())
}

/** A capitalised name in front of a bare version-like number: "Python 3.8+", "Vue 3", "Gemini 2.0". */
const NAMED = pattern(String.raw`(?<![\p{L}\p{N}_-])[A-Z][\p{L}\p{N}.+#-]*\s$`, 'u')

/** Most sentences hold no number: they are told apart quickly. */
const MAYBE = pattern(
  `[\\d０-９一二两三四五六七八九十]|(?:^|[^\\p{L}])(?:once|twice|thrice|дважды|every|each|an?|${NUMBER_WORDS.join('|')})[\\s.,;/-]|(?:once|twice|дважды)$`,
  'iu',
)

const COUNTING = new Set(['within', 'at most', 'at least', 'exactly', 'below', 'above'])
const WINDOW = 64

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
  const here = QUANTITY_HERE.on(plain)
  SIGN.lastIndex = 0
  for (let sign = SIGN.exec(plain); sign !== null; sign = SIGN.exec(plain)) {
    here.lastIndex = sign.index
    const match = here.exec(plain)
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
  const { 0: whole, 1: count, 2: currency, 3: number = '', 4: dash, 5: to, index: at } = match
  const end = at + whole.length
  const before = plain.slice(Math.max(0, at - WINDOW), at)
  const after = plain.slice(end, end + WINDOW)
  const leftHere = () => leftOf(before, plain.slice(Math.max(0, at - 160), Math.max(0, at - WINDOW)))
  if (count !== undefined) return counted(text, count, at, leftHere(), after)
  if (/^\d+\.\d+\./.test(number) || (/^0\d/.test(number) && !number.includes('.'))) return []
  if (/^(?:half|quarter|hundred)$/i.test(number) && /^\s+(?:an?|of)\b/i.test(after)) return []
  // "3 or more replicas", "2+ groups": the relation stands between the number and its unit.
  const early = /^(?:\+|\s(?:or|and)\s)/.test(after) ? behind(after, leftHere) : null
  const read = unitOf(after.slice(early?.length ?? 0), numberOf(number), currency)
  const unit = { ...read, length: read.length + (early?.length ?? 0) }
  // "Step 6d", but "in phase 2, 5 s".
  const apart = unit.kind === 'percent' || (unit.kind === 'time' && /^[\s-]/.test(after))
  if (!apart && labelled(before)) return []
  if (unit.kind === 'none' && /^\s?(?:st|nd|rd|th|xx|:\d)/.test(after)) return []
  const left = leftHere()
  const right = early ?? behind(after.slice(unit.length), leftHere)
  const tail = early === null ? (right?.length ?? 0) : 0
  const written = text.slice(at - (left?.length ?? 0), end + unit.length + tail).trim()
  if (to !== undefined) return range(dash!, to, number, unit, before, written)
  const relation = pick(left, right, unit)
  if (!counts(relation, unit, left, before, number)) return []
  return [{ value: numberOf(number), unit: unit.name, relation, text: written }]
}

const NEXT = pattern(
  `^\\s*(?:than\\s+)?(?:[-−]?[$€£¥₦₽]?\\s?\\d|(?:${NUMBER_WORDS.join('|')})(?![\\p{L}\\p{N}_]))`,
  'iu',
)

/** The relation behind a number. That of "below 1 or above 100" is the next number's. */
function behind(after: string, leftHere: () => Beside | null): Beside | null {
  const found = rightOf(after)
  return found !== null && NEXT.test(after.slice(found.length)) && leftHere() !== null ? null : found
}

const RATE = pattern(String.raw`^\s*(?:/|per\s|an?\s|each\s|every\s)\s*(\p{L}+)`, 'iu')

/** "once the worker reconnects" is a conjunction; only a limit or a rate makes it a count. */
function counted(text: string, word: string, at: number, left: Beside | null, after: string): Bound[] {
  const value = /^once$/i.test(word) ? 1 : /^thrice$/i.test(word) ? 3 : 2
  const rate = RATE.exec(after)
  const per = rate === null ? null : rateUnit(rate[1]!)
  const relation = left?.relation ?? 'is'
  if (value === 1 && !(COUNTING.has(relation) && left?.weak !== true) && per === null) return []
  // "once every 10 s" is told by the number that follows.
  if (value === 1 && /^\s+(?:every|per)\s+\d/i.test(after)) return []
  const length = per === null ? 0 : rate![0].length
  const written = text.slice(at - (left?.length ?? 0), at + word.length + length).trim()
  return [{ value, unit: per === null ? 'times' : `times/${per}`, relation, text: written }]
}

const JOINS = pattern(String.raw`[\p{L}至到和]`, 'u')

/** "between 2 and 5 s", "2-5 s", "from 0 to 9": at least the one, at most the other. */
function range(dash: string, end: string, number: string, unit: Unit, before: string, written: string): Bound[] {
  const worded = /(?:between|from|range(?:s|d)?(?: of| from|:)?|clamped to|limited to|entre|от|между|从|在)\s*$/i.test(
    before,
  )
  const joined = !JOINS.test(dash)
  const [from, to] = [numberOf(number), numberOf(end)]
  if (!joined && !worded) {
    // "30 and 60 days" are two values; only the second has its unit.
    return /\d/.test(number) && unit.kind === 'time' && from < to && /and|и|y|和/.test(dash)
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
