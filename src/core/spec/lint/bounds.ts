import { boundsOf } from '../bounds.ts'
import { pattern } from '../pattern.ts'
import type { Bound, Criterion } from '../requirement.ts'
import type { Diagnostic } from '../spec.ts'
import { inBase, NUMBER_WORDS, numberOf } from '../units.ts'
import { wordsOf } from '../words.ts'
import { type Demand, demandsOf, designPath, few, placeOf, problem, type Reading } from './report.ts'

/** Rules for numbers: no two criteria that cannot both hold, and no bound that its property forgets. */
export function lintBounds(reading: Reading): Diagnostic[] {
  const demands = demandsOf(reading).filter(({ criterion }) => criterion.bounds.length > 0)
  return demands.length === 0 ? [] : [...contradictions(reading, demands), ...forgotten(reading, demands)]
}

type Side = 'upper' | 'lower' | 'exact'

const SIDES: Record<string, Side> = {
  within: 'upper',
  'at most': 'upper',
  below: 'upper',
  before: 'upper',
  'at least': 'lower',
  above: 'lower',
  exactly: 'exact',
  every: 'exact',
}

const RELATIONS =
  /\b(?:within|at most|no more than|not more than|no later than|less than|under|below|up to|at least|no less than|more than|above|exactly|maximum|minimum|max|min|of)\b/g
const UNITS = /\b(?:ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|days?)\b/g

/** What two sentences share that say the same about different bounds: their words without the bounds' numbers, relations and units. */
function skeleton(text: string, bounds: readonly Bound[]): string {
  let rest = text
  for (const bound of bounds) rest = rest.replace(bound.text, (written) => written.replace(/\d[\d,.]*/g, ' '))
  const said = rest.toLowerCase().replace(RELATIONS, ' ').replace(UNITS, ' ')
  return wordsOf(said.replace(/\b(?:the|an?)\b/g, ' '))
}

interface Measured {
  demand: Demand
  bound: Bound
  side: Side
  value: number
}

// A sentence with more numbers than this is a table, and no other sentence says the same.
const MOST_BOUNDS = 12

/** Same system, same conditions, same response, another number. Sentences that differ in a word more may mean two things. */
function contradictions(reading: Reading, demands: readonly Demand[]): Diagnostic[] {
  const groups = new Map<string, Measured[]>()
  for (const demand of demands) {
    const { system, conditions, response, bounds } = demand.criterion
    if (response === null || bounds.length > MOST_BOUNDS) continue
    if (conditions.some(({ text }) => bounds.some((bound) => text.includes(bound.text)))) continue
    const when = conditions.map(({ kind, text }) => `${kind} ${text.toLowerCase()}`)
    const owed = JSON.stringify([system?.toLowerCase(), when])
    for (const bound of bounds) {
      const side = SIDES[bound.relation]
      if (side === undefined) continue
      const { value, unit } = inBase(bound.value, bound.unit)
      const key = `${owed} ${unit}`
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [{ demand, bound, side, value }])
      else group.push({ demand, bound, side, value })
    }
  }
  return [...groups.values()].flatMap((group) => (group.length < 2 ? [] : clashes(reading, group)))
}

/** Among what one system owes in one case: what says the same about different numbers. */
function clashes(reading: Reading, group: readonly Measured[]): Diagnostic[] {
  const alike = new Map<string, Measured[]>()
  for (const one of group) {
    const words = skeleton(one.demand.criterion.response ?? '', one.demand.criterion.bounds)
    if (words.length >= 4) {
      const before = alike.get(words)
      if (before === undefined) alike.set(words, [one])
      else before.push(one)
    }
  }
  return [...alike.values()].flatMap((some) => clash(reading, some))
}

function clash(reading: Reading, group: readonly Measured[]): Diagnostic[] {
  const found: Diagnostic[] = []
  const earlier: Measured[] = []
  for (const one of group) {
    const other = earlier.find((before) => before.demand.criterion !== one.demand.criterion && disagree(before, one))
    // A handful of alike sentences is enough to compare with; the cost stays linear.
    if (earlier.length < 8) earlier.push(one)
    if (other === undefined) continue
    const { criterion, requirement } = one.demand
    const place = placeOf(reading, requirement.file, criterion.line, one.bound.text)
    const message = `Criterion ${criterion.id} says "${one.bound.text}" of what criterion ${other.demand.criterion.id} bounds by "${other.bound.text}".`
    const suggestion = 'Keep one of the two, or say in which case each of them holds.'
    found.push(problem(place, 'contradictory-bounds', 'warning', message, suggestion))
  }
  return found
}

function disagree(a: Measured, b: Measured): boolean {
  if (a.side === b.side) return a.value !== b.value
  if (a.side === 'upper' && b.side === 'lower') return b.value > a.value
  if (a.side === 'lower' && b.side === 'upper') return a.value > b.value
  const [exact, limit] = a.side === 'exact' ? [a, b] : [b, a]
  return limit.side === 'upper' ? exact.value > limit.value : exact.value < limit.value
}

const WORDS = new Map([...NUMBER_WORDS.map((word) => [word, numberOf(word)] as const), ['twice', 2], ['both', 2]])

const APART = pattern(String.raw`[^\p{L}]+`, 'u')

/** Numbers as digits or words, in any unit. */
function numbersOf(text: string): Set<number> {
  const found = new Set<number>()
  for (const [written] of text.toLowerCase().matchAll(/\d[\d,]*(?:\.\d+)?(?:k(?!\w))?/g)) found.add(numberOf(written))
  for (const word of text.toLowerCase().split(APART.on(text))) {
    const value = WORDS.get(word)
    if (value !== undefined) found.add(value)
  }
  return found
}

const SAID = new Set(['within', 'at most', 'at least', 'exactly', 'below', 'above', 'every', 'before', 'after', 'for'])

/** "once" and "at least one" are a way of speaking; only a limit in numbers can be forgotten. */
function counts({ value, relation, unit }: Bound): boolean {
  return SAID.has(relation) && value > 1 && unit !== ''
}

/** Bounds of a criterion that none of its properties says, told at the property. */
function forgotten(reading: Reading, demands: readonly Demand[]): Diagnostic[] {
  const { properties, tasks } = reading.spec
  if (properties.length === 0) return []
  const said = new Map<string, { texts: string[]; property: number | null; line: number }>()
  for (const { n, line, title, text, validates } of properties) {
    for (const id of validates) {
      const entry = said.get(id) ?? { texts: [], property: n, line }
      entry.texts.push(title, text)
      said.set(id, entry)
    }
  }
  for (const task of tasks) for (const id of task.requirements) said.get(id)?.texts.push(...task.statements)
  return demands.flatMap(({ criterion, requirement }) => {
    const own = said.get(criterion.id) ?? (requirement.criteria.length === 1 ? said.get(requirement.id) : undefined)
    if (own === undefined) return []
    const lost = lostBounds(criterion, own.texts)
    if (lost.length === 0) return []
    const list = few(lost.map((bound) => `"${bound.text}"`))
    const message = `Property ${own.property} validates ${criterion.id} and does not say its bound ${list}.`
    const suggestion = 'Say the bound in the property, so that its test measures it.'
    return [
      problem({ file: designPath(reading), line: own.line }, 'bound-not-in-property', 'info', message, suggestion),
    ]
  })
}

function lostBounds({ bounds }: Criterion, texts: readonly string[]): Bound[] {
  const wanted = bounds.filter(counts)
  if (wanted.length === 0) return []
  const text = texts.join(' ')
  const numbers = numbersOf(text)
  const measured = new Set(boundsOf(text).map(({ value, unit }) => JSON.stringify(inBase(value, unit))))
  return wanted.filter(({ value, unit }) => !numbers.has(value) && !measured.has(JSON.stringify(inBase(value, unit))))
}
