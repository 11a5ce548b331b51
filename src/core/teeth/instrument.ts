import { isNode, type Node, walk } from '../verdict/syntax.ts'
import { instrumentGo } from './go-instrument.ts'
import { isGo, isPython, type Mutant } from './mutants.ts'
import { parseSource } from './parse.ts'
import { instrumentPython } from './python.ts'

/**
 * All wrong versions of one file in one text, none of them active. Which one is active is
 * what `globalThis[key]` says when its place is reached (see sandbox/harness/teeth.mts), else the variable of the environment
 * of that name: its id. Loops and functions say that they run, so that one that never ends can be ended.
 */
export function instrument(path: string, text: string, mutants: readonly Mutant[], key: string): string {
  if (isPython(path)) return instrumentPython(text, mutants, key)
  if (isGo(path)) return instrumentGo(path, text, mutants, key)
  const program = parseSource(path, text)
  if (!program) return text
  const active = `active$${key}`
  const tick = `tick$${key}`
  const places = [...sites(mutants, active), ...ticks(program, tick)]
  return `${render(text, 0, text.length, nested(places))}\n${runtime(active, tick, key)}\n`
}

/** Turns of loops and calls of functions after which a wrong version that no harness watches does not end. */
const MOST_TICKS = 5_000_000

/**
 * At the end, since functions are known before anything runs. The global is looked up once: in some runners' worlds that takes longer than
 * all else.
 */
function runtime(active: string, tick: string, key: string): string {
  return [
    `;function ${active}(id) { return (${active}.teeth ??= teeth$${key}()).is(id) }`,
    `function ${tick}() { (${tick}.teeth ??= teeth$${key}()).tick() }`,
    `function teeth$${key}() {`,
    `const found = globalThis['${key}']; if (found) return found;`,
    `const id = Number(globalThis.process?.env?.['${key}']); let left = id > 0 ? ${MOST_TICKS} : Infinity;`,
    "return { is: (other) => other === id, tick: () => { if (--left < 0) throw new Error('this wrong version does not end') } } }",
  ].join(' ')
}

/** Part of a text that something is put around: `wrap` gets its text with all changes within. */
interface Place {
  start: number
  end: number
  /** Of places that are alike in extent, the one with the lower rank is outside. */
  rank: number
  wrap(inner: string): string
}

function sites(mutants: readonly Mutant[], active: string): Place[] {
  const byPlace = new Map<string, Mutant[]>()
  for (const mutant of mutants) {
    const key = `${mutant.start} ${mutant.end} ${mutant.kind}`
    byPlace.set(key, [...(byPlace.get(key) ?? []), mutant])
  }
  return [...byPlace.values()].map((all) => {
    const { start, end, kind } = all[0]!
    return kind === 'statement'
      ? { start, end, rank: 0, wrap: (inner) => statement(all, active, inner) }
      : { start, end, rank: 1, wrap: (inner) => expression(all, active, inner) }
  })
}

function expression(mutants: Mutant[], active: string, inner: string): string {
  return `(${mutants.map(({ id, code }) => `${active}(${id})?(${code}):`).join('')}(${inner}))`
}

/** In braces: it may stand between `if` and `else`. */
function statement(mutants: Mutant[], active: string, inner: string): string {
  return `{${mutants.map(({ id, code }) => `if(${active}(${id})){${code}}else `).join('')}{${inner}}}`
}

const LOOPS = /^(For|ForIn|ForOf|While|DoWhile)Statement$/
const FUNCTIONS = /^(Function|ArrowFunction|Class(Private)?Method|ObjectMethod)/

function ticks(program: Node, tick: string): Place[] {
  const places: Place[] = []
  walk(program, (node) => {
    const body = node['body']
    if (!isNode(body) || !(LOOPS.test(node.type) || FUNCTIONS.test(node.type))) return
    const { start, end } = body
    if (body.type !== 'BlockStatement') {
      if (LOOPS.test(node.type)) places.push({ start, end, rank: -1, wrap: (inner) => `{${tick}();${inner}}` })
      return
    }
    // Directives such as 'use strict' come first or mean nothing.
    const directives = Array.isArray(body['directives']) ? body['directives'].filter(isNode) : []
    const at = directives.at(-1)?.end ?? start + 1
    places.push({ start: at, end: at, rank: -1, wrap: () => `;${tick}();` })
  })
  return places
}

interface Nested extends Place {
  inside: Nested[]
}

/** Places as a forest; they are nodes of one program, so none overlaps another in part. */
function nested(places: Place[]): Nested[] {
  const sorted = places
    .map((place): Nested => ({ ...place, inside: [] }))
    .sort((a, b) => a.start - b.start || b.end - a.end || a.rank - b.rank)
  const roots: Nested[] = []
  const open: Nested[] = []
  for (const place of sorted) {
    while (open.length > 0 && (open.at(-1)!.end < place.end || open.at(-1)!.end <= place.start)) open.pop()
    const into = open.at(-1)?.inside ?? roots
    into.push(place)
    if (place.end > place.start) open.push(place)
  }
  return roots
}

function render(text: string, start: number, end: number, places: readonly Nested[]): string {
  let out = ''
  let at = start
  for (const place of places) {
    out += text.slice(at, place.start) + place.wrap(render(text, place.start, place.end, place.inside))
    at = place.end
  }
  return out + text.slice(at, end)
}
