import type { Bound } from './spec.ts'

const WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]

const RELATIONS: [string, string][] = [
  ['within|in less than|in under|inside', 'within'],
  [
    'at most|no more than|not more than|no longer than|not longer than|up to|(?:a )?maximum(?: of)?|at or below|not exceed(?:ing)?|<=|≤',
    'at most',
  ],
  [
    'at least|no fewer than|not fewer than|no less than|not less than|(?:a )?minimum(?: of)?|at or above|>=|≥',
    'at least',
  ],
  ['exactly|only|precisely', 'exactly'],
  ['less than|fewer than|below|under|<', 'below'],
  ['more than|greater than|longer than|above|over|exceed(?:s|ing)?|>', 'above'],
  ['every|each', 'every'],
  ['for', 'for'],
  ['after', 'after'],
  ['in', 'within'],
]

/** Relations that mean a limit also before a plain count: `at most 3 workers`, but not `for 3 workers`. */
const COUNTING = new Set(['within', 'at most', 'at least', 'exactly', 'below', 'above'])

const TIME: [RegExp, string][] = [
  // Single letters in lower case only: "3D" is no three days.
  [/^(?:ns|nanoseconds?)$/i, 'ns'],
  [/^(?:us|µs|μs|microseconds?)$/i, 'us'],
  [/^(?:ms|msecs?|milliseconds?)$/i, 'ms'],
  [/^(?:s|[Ss]ecs?|[Ss]econds?)$/, 's'],
  [/^(?:mins?|minutes?)$/i, 'min'],
  [/^(?:h|[Hh]rs?|[Hh]ours?)$/, 'h'],
  [/^(?:d|[Dd]ays?)$/, 'd'],
]

const RATE_TIME: Record<string, string> = { ms: 'millisecond', s: 'second', min: 'minute', h: 'hour', d: 'day' }
const NO_UNIT = /^(?:of|and|or|in|to|the|a|an|if|when|then|is|are|per|for|with|by|at|on|from|that|which|while|shall)$/i

const NUMBER = `\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?|(?:${WORDS.slice(1).join('|')})(?!\\p{L})`
const RELATION = RELATIONS.map(([pattern]) => pattern).join('|')
/** "Step 6d" and "Requirement 3" count nothing. */
const LABELLED = '(?:steps?|requirements?|criteri(?:on|a)|propert(?:y|ies)|sections?|tasks?|phase|module|version|level)'
const BOUND = new RegExp(
  `(?:(?<![\\p{L}\\p{N}_])(?<relation>${RELATION})\\s+(?:(?:a|an|the|about|approximately|maximum|minimum|another)\\s+)*|(?<sign>[<>]=?|[≤≥])\\s*)?` +
    `(?<![\\p{L}\\p{N}_.,-])(?<!${LABELLED}\\s+)(?:(?<count>once|twice)(?![\\p{L}\\p{N}_])|` +
    `(?<number>${NUMBER})(?![\\d.]*\\.?\\d)(?:(?:[ \\t]|-(?=\\p{L}))*(?<noun>%|[\\p{L}µ][\\p{L}\\p{N}_-]*))?` +
    `(?:(?:\\s*/\\s*|\\s+(?:per|a|an|every|each)\\s+)(?<per>\\p{L}+))?)`,
  'giu',
)
const EVERY = /(?<![\p{L}\p{N}_])(?:every|each)\s+(second|minute|hour|day)(?![\p{L}\p{N}_])/giu

/**
 * The numeric limits of a sentence, in the order they stand. Units: `ns us ms s min h d`, `times`, `%`, else the noun
 * (`executions`, `jobs/second`), not converted. Relations: `within`, `at most`, `at least`, `exactly`, `below`, `above`,
 * `every`, `for`, `after`; `is` where the sentence names none.
 */
export function boundsOf(text: string): Bound[] {
  const found: { at: number; bound: Bound }[] = []
  for (const match of text.matchAll(BOUND)) {
    const bound = toBound(match.groups ?? {})
    if (bound !== null) found.push({ at: match.index, bound })
  }
  for (const match of text.matchAll(EVERY)) {
    found.push({ at: match.index, bound: { value: 1, unit: timeUnit(match[1]!)!, relation: 'every' } })
  }
  return found.sort((a, b) => a.at - b.at).map(({ bound }) => bound)
}

function toBound(groups: { [key: string]: string | undefined }): Bound | null {
  const relation = relationOf(groups.relation ?? groups.sign)
  if (groups.count !== undefined) {
    const once = groups.count.toLowerCase() === 'once'
    // "once the worker reconnects" is a conjunction; only a limit makes it a count.
    if (once && !COUNTING.has(relation)) return null
    return { value: once ? 1 : 2, unit: 'times', relation }
  }
  const value = numberOf(groups.number ?? '')
  const noun = groups.noun ?? ''
  const time = timeUnit(noun)
  if (groups.per !== undefined && time === null && noun !== '') {
    const per = timeUnit(groups.per)
    if (per !== null) return { value, unit: `${noun}/${RATE_TIME[per] ?? per}`, relation }
  }
  if (time !== null) return { value, unit: time, relation }
  if (noun === '%') return { value, unit: '%', relation }
  if (!COUNTING.has(relation) || groups.relation?.toLowerCase() === 'in') return null
  if (/^(?:times|retries|attempts)$/i.test(noun)) return { value, unit: noun.toLowerCase(), relation }
  return { value, unit: NO_UNIT.test(noun) ? '' : noun, relation }
}

function relationOf(written: string | undefined): string {
  if (written === undefined) return 'is'
  const found = RELATIONS.find(([pattern]) => new RegExp(`^(?:${pattern})$`, 'i').test(written))
  return found?.[1] ?? 'is'
}

function numberOf(written: string): number {
  const word = WORDS.indexOf(written.toLowerCase())
  return word >= 0 ? word : Number(written.replaceAll(',', ''))
}

function timeUnit(noun: string): string | null {
  return TIME.find(([pattern]) => pattern.test(noun))?.[1] ?? null
}
