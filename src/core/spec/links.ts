import { pattern } from './pattern.ts'
import type { Requirement } from './requirement.ts'
import { withoutEnd } from './words.ts'

/** One reference as a spec writes it. `written` is the words it was read from. */
export type Reference =
  | { kind: 'id'; written: string; id: string }
  /** A range over several requirements: `3.2-4.1`; ends included, resolved against the order of the file. */
  | { kind: 'range'; written: string; from: string; to: string }
  | { kind: 'property'; written: string; n: number }
  | { kind: 'all'; written: string }
  /** Words that name no id: `Testing Strategy`. */
  | { kind: 'text'; written: string }

/** What references may name. Made by `targetsOf`. */
export interface Targets {
  /** Requirement and criterion ids in file order. */
  ids: readonly string[]
  properties: readonly number[]
  /** Place in `ids` of each id. */
  places: ReadonlyMap<string, number>
  /** Ids that have others below them: `3` where there is a `3.1`. */
  groups: ReadonlySet<string>
  /** Forms of ids with a prefix, digits as zeros: `FR-000`. */
  forms: ReadonlySet<string>
  /** Name of the file that they stand in. */
  where: string
}

export function targetsOf(ids: readonly string[], properties: readonly number[], where = 'requirements.md'): Targets {
  // The first of two equal ids is the one that is meant.
  const places = new Map<string, number>()
  const forms = new Set<string>()
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!
    if (!places.has(id)) places.set(id, at)
    if (/^[A-Z]+-\d+$/.test(id)) forms.add(formOf(id))
  }
  const groups = new Set<string>()
  let last = ''
  for (const id of ids) {
    const group = groupOf(id)
    if (group === last) continue
    last = group
    if (places.has(group)) groups.add(group)
  }
  return { ids, properties, places, groups, forms, where }
}

export function formOf(id: string): string {
  return id.replace(/\d/g, '0')
}

function groupOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('.')))
}

export interface Resolved {
  ids: string[]
  properties: number[]
  missing: Reference[]
}

const ID = String.raw`(?:[A-Z]{1,12}-|[A-Z]{2,12}\d{1,2}-|T)?\d+(?:\.\d+)*[a-z]?`
const WORD = String.raw`(?:acceptance\s+criteri(?:on|a)|criteri(?:on|a)|requirements?|reqs?\.?|要件|需求|要求|требовани\p{L}*|requisitos?)`
const CJK = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`
const PIECE = pattern(
  String.raw`^(?:(?<property>propert(?:y|ies))|(?<word>${WORD}))?\s*#?R?(?<from>${ID})` +
    String.raw`(?:\s*(?:[-‐-―−]|\.\.+|to\b|through\b)\s*(?:propert(?:y|ies)\s+|${WORD}\s*)?R?(?<to>${ID}))?(?<rest>(?:(?=${CJK})|(?![\d\p{L}_])).*)$`,
  'iu',
)
const ALL =
  /^(?:all(?:\s+(?:requirements|criteria))?|(?:すべて|全て|全部)の要件(?:に対応)?|全要件|全部(?:需求|要件)?|所有(?:需求|要件)|все(?:\s+требования)?|tod[oa]s(?:\s+los\s+requisitos)?)$/i
const NOTHING = /^(?:none|n\/a|нет|なし|无|[-–—]|)$/i
const MAX_RANGE = 100
/** What nearly all link lines look like. */
const SIMPLE = /^(?:Requirements\s+)?(\d+(?:\.\d+)+(?:,\s*\d+(?:\.\d+)+)*)$/

const LETTER = pattern(String.raw`\p{L}`, 'u')

/** Every reference in the value of a link line (`Requirements 3.3, 3.4 and Property 2`). Total: never throws. */
export function references(text: string): Reference[] {
  const simple = SIMPLE.exec(text)
  if (simple !== null) return simple[1]!.split(',').map(simpleReference)
  const found: Reference[] = []
  let property = false
  let inTitle = false
  for (const piece of pieces(text)) {
    const match = PIECE.exec(piece)
    const groups = match?.groups
    if (groups === undefined || !follows(groups)) {
      if (ALL.test(piece)) found.push({ kind: 'all', written: piece })
      // "3.3: detection, recovery": words after a title's comma are still that title.
      else if (!NOTHING.test(piece) && !inTitle) found.push({ kind: 'text', written: piece })
      continue
    }
    if (groups.property !== undefined) property = true
    else if (groups.word !== undefined) property = false
    inTitle = LETTER.test(groups.rest ?? '')
    const written = piece.slice(0, piece.length - (groups.rest ?? '').length).trim()
    found.push(...expand(written, groups.from!, groups.to, property))
  }
  return found
}

function simpleReference(part: string): Reference {
  const id = part.trimStart()
  return { kind: 'id', written: id, id }
}

function pieces(text: string): string[] {
  let bare = text.replace(/[*_`]+(?=\s|$|[,;.])|(?<=^|\s)[*_`]+/g, '')
  // Remarks in brackets may hold ids ("16.5 (16.3 partly)"); twice for one level of nesting.
  for (let round = 0; round < 2; round++) bare = bare.replace(/[(（][^()（）]*[)）]/g, ' ')
  return bare
    .replace(/(\d[a-z]?)\s+(?=(?:R|[A-Z]{1,5}-)?\d)/g, '$1, ')
    .split(
      /[,;、，；&]|(?<=\d[a-z]?)\s*(?:と|および|及び|和|与|及)\s*(?=\S*\d)|\s+(?:and|und|и|y)\s+|\s+(?=(?:requirements?|propert(?:y|ies))\s+\d)/i,
    )
    .map((piece) => withoutEnd(piece.trim(), /[.。]/).trim())
    .filter((piece) => piece !== '' && !/^(?:and|requirements?|propert(?:y|ies)|要件|需求)[:：]?$/i.test(piece))
}

const OPENS_TITLE = pattern(String.raw`^[\p{L}\s["“«]`, 'u')

/** Whether what stands behind an id may follow one: nothing, a title, or words behind an id that cannot be a plain number. */
function follows(groups: { [key: string]: string | undefined }): boolean {
  const rest = (groups.rest ?? '').trim()
  if (rest === '' || /^[:：–—-]/.test(rest)) return true
  const sure = groups.word !== undefined || groups.property !== undefined || groups.from!.includes('.')
  return sure && OPENS_TITLE.test(rest)
}

function expand(written: string, from: string, to: string | undefined, property: boolean): Reference[] {
  const one = (id: string): Reference =>
    property ? { kind: 'property', written, n: Number(id) } : { kind: 'id', written, id }
  if (property && !/^\d+$/.test(from)) return [{ kind: 'text', written }]
  if (to === undefined) return [one(from)]
  const head = from.slice(0, from.lastIndexOf('.') + 1)
  // `3.1-4` is short for `3.1-3.4`.
  const full = to.includes('.') || head === '' ? to : head + to
  const [first, last] = [Number(from.slice(head.length)), Number(full.slice(head.length))]
  const simple =
    full.startsWith(head) && Number.isInteger(first) && Number.isInteger(last) && !/[-.]/.test(full.slice(head.length))
  if (!simple) return [property ? { kind: 'text', written } : { kind: 'range', written, from, to: full }]
  if (last < first || last - first >= MAX_RANGE) return [{ kind: 'text', written }]
  return Array.from({ length: last - first + 1 }, (_, index) => one(`${head}${first + index}`))
}

/** Sorts references into what exists and what does not; without duplicates, in the order written. */
export function resolve(found: readonly Reference[], targets: Targets): Resolved {
  const single = singleIds(found, targets)
  if (single !== null) return { ids: unique(single), properties: [], missing: [] }
  const ids = new Set<string>()
  const properties = new Set<number>()
  const missing: Reference[] = []
  const { places } = targets
  for (const reference of found) {
    // Some ids look like a range or like words: `FR-011-LOGIN`, `R1.2`.
    const literal =
      reference.kind === 'property' || reference.kind === 'all' ? null : knownAs(reference.written, places)
    if (literal !== null) ids.add(literal)
    else if (reference.kind === 'id' && places.has(reference.id)) ids.add(reference.id)
    else if (reference.kind === 'property' && targets.properties.includes(reference.n)) properties.add(reference.n)
    else if (reference.kind === 'all' && targets.ids.length > 0) for (const id of topLevel(targets)) ids.add(id)
    else if (reference.kind === 'range') {
      const [from, to] = [places.get(reference.from) ?? -1, places.get(reference.to) ?? -1]
      if (from < 0 || to < from) missing.push(reference)
      else for (const id of targets.ids.slice(from, to + 1)) if (!targets.groups.has(id)) ids.add(id)
    } else missing.push(reference)
  }
  return { ids: [...ids], properties: [...properties], missing }
}

/** What nearly all lines name: ids that exist. Null where there is anything else. */
function singleIds(found: readonly Reference[], { places }: Targets): string[] | null {
  const ids: string[] = []
  for (let at = 0; at < found.length; at++) {
    const one = found[at]!
    if (one.kind !== 'id') return null
    const literal = knownAs(one.written, places)
    if (literal === null && !places.has(one.id)) return null
    ids.push(literal ?? one.id)
  }
  return ids
}

// So few are compared faster than a set of them is made.
const FEW = 8

/** The values without those that came before. */
export function unique<T>(values: T[]): T[] {
  const distinct = values.length <= FEW && values.every((value, at) => values.indexOf(value) === at)
  return distinct ? values : [...new Set(values)]
}

function knownAs(written: string, places: ReadonlyMap<string, number>): string | null {
  if (!/^[A-Za-z]/.test(written)) return null
  if (places.has(written)) return written
  const upper = written.toUpperCase()
  return places.has(upper) ? upper : null
}

function topLevel({ ids, places }: Targets): string[] {
  return ids.filter((id) => !places.has(groupOf(id)))
}

/** Ids that references may name: each requirement, then its criteria. */
export function idsOf(requirements: readonly Requirement[]): string[] {
  return requirements.flatMap((requirement) => [
    requirement.id,
    ...requirement.criteria.map((criterion) => criterion.id),
  ])
}

/** The existing id that a mistaken one most likely means; null where there is none. */
export function nearest(id: string, candidates: readonly string[]): string | null {
  const head = (text: string) => text.slice(0, Math.max(0, text.lastIndexOf('.')))
  const tail = (text: string) => Number(text.slice(text.lastIndexOf('.') + 1)) || 0
  let best: { id: string; cost: number } | null = null
  for (const candidate of candidates) {
    const gap = Math.min(99, Math.abs(tail(candidate) - tail(id)))
    const cost = distance(head(id), head(candidate)) * 100 + gap
    if (best === null || cost < best.cost) best = { id: candidate, cost }
  }
  return best?.id ?? null
}

/** Levenshtein distance; ids are short, so the plain table will do. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

/** `3` and `3.1` for `3.1.2`. */
export function groupsOf(id: string): string[] {
  const found: string[] = []
  for (let at = id.indexOf('.'); at > 0; at = id.indexOf('.', at + 1)) found.push(id.slice(0, at))
  return found
}
