import { type Expression, pattern } from './pattern.ts'

/** Units of time by their name, `s` in lower case only: "3D" is no three days and "5M" no five minutes. */
const TIME: [Expression, string][] = [
  [/^(?:ns|nanoseconds?|纳秒|ナノ秒)$/i, 'ns'],
  [/^(?:us|µs|μs|microseconds?|微秒|マイクロ秒)$/i, 'us'],
  [pattern(String.raw`^(?:ms|msecs?|milliseconds?|毫秒|ミリ秒|мс|миллисекунд\p{L}*|milisegundos?)$`, 'iu'), 'ms'],
  [pattern(String.raw`^(?:s|[Ss]ecs?|[Ss]econds?|秒钟?|秒間?|с|сек|секунд\p{L}*|segundos?)$`, 'u'), 's'],
  [pattern(String.raw`^(?:[Mm]ins?|[Mm]inutes?|分钟?|分間?|мин|минут\p{L}*|minutos?)$`, 'u'), 'min'],
  [pattern(String.raw`^(?:h|[Hh]rs?|[Hh]ours?|个?小时|時間|ч|час\p{L}*|horas?)$`, 'u'), 'h'],
  [pattern(String.raw`^(?:d|[Dd]ays?|天|日間?|дн(?:я|ей)|день|сут\p{L}+|días?)$`, 'u'), 'd'],
  [pattern(String.raw`^(?:wks?|weeks?|周|週間|недел\p{L}+|semanas?)$`, 'iu'), 'week'],
  [pattern(String.raw`^(?:months?|个月|ヶ月間?|か月間?|месяц\p{L}*|mes(?:es)?)$`, 'iu'), 'month'],
  [pattern(String.raw`^(?:yrs?|years?|年間?|год\p{L}*|лет|años?)$`, 'iu'), 'year'],
]

/** Those that nearly all specs write. */
const SHORT = new Map(
  Object.entries({ ms: 'ms', s: 's', second: 's', seconds: 's', minute: 'min', minutes: 'min', hour: 'h', hours: 'h' }),
)

const RATE: Record<string, string> = {
  ms: 'millisecond',
  s: 'second',
  min: 'minute',
  h: 'hour',
  d: 'day',
  week: 'week',
  month: 'month',
  year: 'year',
}

const SIZES: Record<string, string> = {
  byte: 'B',
  bytes: 'B',
  байт: 'B',
  кб: 'KB',
  мб: 'MB',
  гб: 'GB',
  kilobytes: 'KB',
  megabytes: 'MB',
  gigabytes: 'GB',
}

/** The unit's short name: `s`; null where the word is no unit of time. */
export function timeUnit(word: string): string | null {
  const short = SHORT.get(word)
  if (short !== undefined) return short
  return TIME.find(([pattern]) => pattern.test(word))?.[1] ?? null
}

/** `second` of "per second", "/s" and "秒"; null where the word is no unit of time. */
export function rateUnit(word: string): string | null {
  return RATE[timeUnit(word) ?? ''] ?? null
}

/** `KB`, `MiB`, ... ; null where the word is no size. "b" alone is none. */
export function sizeUnit(word: string): string | null {
  const metric = /^([KMGTP])(i?)B$/i.exec(word)
  if (metric !== null) return `${metric[1]!.toUpperCase()}${metric[2]!.toLowerCase()}B`
  return SIZES[word.toLowerCase()] ?? null
}

const TIMES = pattern('^(?:times?|次|回|раза?|ve(?:z|ces))$', 'iu')

/** `times` of "times", "次", "回", "раз" and "veces". */
export function isTimes(word: string): boolean {
  return TIMES.test(word)
}

const MS: Record<string, number> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1e3, min: 6e4, h: 36e5, d: 864e5, week: 6048e5 }
const BYTES: Record<string, number> = { B: 1 }
for (const [power, letter] of [...'KMGTP'].entries()) {
  BYTES[`${letter}B`] = 1000 ** (power + 1)
  BYTES[`${letter}iB`] = 1024 ** (power + 1)
}

/** A value in the base of its unit (`ms` or `B`), so that two bounds can be compared; others stay as they are. */
export function inBase(value: number, unit: string): { value: number; unit: string } {
  if (MS[unit] !== undefined) return { value: value * MS[unit], unit: 'ms' }
  if (BYTES[unit] !== undefined) return { value: value * BYTES[unit], unit: 'B' }
  return { value, unit }
}

const NUMBERS: Record<string, number> = { half: 0.5, quarter: 0.25 }
const ENGLISH =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
ENGLISH.split(' ').forEach((word, value) => {
  NUMBERS[word] = value
})
'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').forEach((word, index) => {
  NUMBERS[word] = (index + 2) * 10
})
'una dos tres cuatro cinco seis siete ocho nueve diez'.split(' ').forEach((word, index) => {
  NUMBERS[word] = index + 1
})
'одна две три четыре пять шесть семь восемь девять десять'.split(' ').forEach((word, index) => {
  NUMBERS[word] = index + 1
})
'一 二 三 四 五 六 七 八 九 十'.split(' ').forEach((word, index) => {
  NUMBERS[word] = index + 1
})
Object.assign(NUMBERS, { un: 1, один: 1, два: 2, 两: 2, hundred: 100, сто: 100, cien: 100 })

/** Words that `numberOf` knows in languages that put spaces between words; zero is never written as a bound. */
export const NUMBER_WORDS = Object.keys(NUMBERS).filter((word) => word !== 'zero' && !/\p{Script=Han}/u.test(word))

const SCALE: Record<string, number> = {
  hundred: 100,
  k: 1e3,
  thousand: 1e3,
  тысяч: 1e3,
  千: 1e3,
  万: 1e4,
  million: 1e6,
  百万: 1e6,
  billion: 1e9,
}
export const SCALES = 'k(?![\\p{L}\\p{N}])|\\s?(?:hundred|thousand|тысяч|million|billion)(?!\\p{L})|\\s?(?:百万|万|千)'

const SCALED = pattern(`(?:${SCALES})$`, 'u')

/** The number of "10,000", "1 000" (thin or no-break space), "1.5", "2 million", "10k", "twelve" and "三". */
export function numberOf(written: string): number {
  if (/^\d+$/.test(written)) return Number(written)
  const scale = SCALED.exec(written)?.[0] ?? ''
  const base = written.slice(0, written.length - scale.length).trim()
  const factor = SCALE[scale.trim()] ?? 1
  const word = NUMBERS[base.toLowerCase()]
  return (word ?? Number(base.replace(/[,\u00A0\u202F\u2009]/g, ''))) * factor
}
