import { pattern } from './pattern.ts'
import { isTimes, rateUnit, sizeUnit, timeUnit } from './units.ts'

/** What a number counts. */
export interface Unit {
  name: string
  kind: 'time' | 'size' | 'percent' | 'times' | 'rate' | 'noun' | 'money' | 'none'
  /** Length of what was read behind the number. */
  length: number
}

const NO_UNIT =
  /^(?:of|and|or|in|to|the|a|an|if|when|then|is|are|per|for|with|by|at|on|from|that|which|while|shall|must|as|so|but|until|after|before|y|o|de|и|или|в|not|only|each|every|max|min|maximum|minimum|inclusive|total|than|it|unless|was|has|have|will|be)$/i
const PER = pattern(String.raw`^(?:\s?/\s?|\s(?:per|an?|every|each|por|в|каждую)\s)(?<per>\p{L}+)`, 'iu')

const HEAD = pattern(String.raw`^[\p{L}µμ]+`, 'u')

const NOUN = pattern(
  String.raw`^(?:\s|-)?(?<noun>[\p{Script=Latin}\p{Script=Cyrillic}µμ][\p{Script=Latin}\p{Script=Cyrillic}µμ_'-]*)`,
  'u',
)

const PERCENT = pattern(String.raw`^\s?(?:%|percent(?![\p{L}])|процент\p{L}*|por ciento)`, 'iu')

/** The unit that follows a number: `45s`, `45 s`, `30-second`, `80%`, `10 jobs/second`, `3 次`. */
export function unitOf(after: string, value: number, currency: string | undefined): Unit {
  if (currency !== undefined) return { name: currency.trim(), kind: 'money', length: 0 }
  if (after === '' || /^[,.;:)!?]/.test(after)) return { name: '', kind: 'none', length: 0 }
  const percent = PERCENT.exec(after)
  if (percent !== null) return { name: '%', kind: 'percent', length: percent[0].length }
  const asian = asianUnit(after)
  if (asian !== null) return asian
  const bare = PER.exec(after)
  const barePer = bare === null ? null : rateUnit(bare.groups!.per!)
  if (barePer !== null) return { name: `/${barePer}`, kind: 'rate', length: bare![0].length }
  const match = NOUN.exec(after)
  if (match === null) return { name: '', kind: 'none', length: 0 }
  const noun = match.groups!.noun!
  const length = match[0].length
  const head = HEAD.exec(noun)![0]
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
