import { stripTypeScriptTypes } from 'node:module'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instrument } from '../../../src/core/teeth/instrument.ts'
import { applied, mutantsOf } from '../../../src/core/teeth/mutants.ts'
import { parseSource } from '../../../src/core/teeth/parse.ts'
import { spread } from '../../../src/core/teeth/sample.ts'

const words = (text: string, before: string | null = null, path = 'src/a.ts') =>
  mutantsOf(path, text, before, 1).map(({ original, replacement }) => `${original} -> ${replacement}`)

describe('wrong versions of a text', () => {
  it('are what goes wrong: limits, conditions, what is forgotten', () => {
    expect(words('const LIMIT_MS = 30_000')).toEqual(['30_000 -> 60000', '30_000 -> 15000'])
    expect(words('f(2); g(0); h(1)')).toEqual([
      'f(2); -> (nothing)',
      '2 -> 3',
      '2 -> 1',
      'g(0); -> (nothing)',
      '0 -> 1',
      'h(1) -> (nothing)',
      '1 -> 0',
      '1 -> 2',
    ])
    expect(words('if (a < b && !c) return')).toEqual([
      'a < b && !c -> true',
      'a < b && !c -> false',
      'a < b && !c -> a < b',
      'a < b && !c -> !c',
      'a < b -> a <= b',
      '!c -> c',
    ])
    expect(words('if (a === b) { stop() }')).toEqual(['a === b -> true', 'a === b -> false', 'stop() -> (nothing)'])
    expect(words('const found = xs.filter((x) => x === y)')).toEqual([
      'xs.filter((x) => x === y) -> xs',
      'x === y -> x !== y',
    ])
    expect(words('const f = async () => { await save() }')).toEqual([
      'await save() -> (nothing)',
      'await save() -> save()',
    ])
    expect(words('const a = b ?? c')).toEqual(['b ?? c -> c'])
    expect(words('const all = [...xs, x]')).toEqual(['[...xs, x] -> [x]', '[...xs, x] -> [...xs]'])
    expect(words('for (let i = 0; i < n; i++) {}')).toEqual(['0 -> 1', 'i < n -> false', 'i < n -> i <= n'])
    expect(words('total += n')).toEqual(['total += n -> (nothing)', 'total += n -> total -= n'])
  })

  it('leave out what no specification settles, and what is no code', () => {
    for (const text of [
      "throw new RangeError('from 0 to ' + (most - 1))",
      "const error = new Error('no ' + 3)",
      "console.log('took', ms > 3)",
      "import a from 'a' with { type: 'json' }",
      'type Priority = 0 | 1 | 2',
      'enum Level { Low = 1 }',
      'interface A { b: 3 }',
      'const x = { 1: a }',
      'const n = Number.parseInt(text, 10)',
      "const text = 'a' + b",
      "'use strict'",
    ])
      expect(words(text), text).toEqual([])
    expect(words('nonsense (', null)).toEqual([])
    expect(words('a < b', null, 'notes.md')).toEqual([])
    expect(words('declare const a: 3', null, 'a.d.ts')).toEqual([])
  })

  it('concern what is new alone, wherever it stands and however it is indented', () => {
    const before = 'export const a = 1\nexport const b = 2\n'
    expect(words(`// note\n{\n  ${before.replace('\n', '\n  ')}}\n`, before)).toEqual([])
    expect(words('export const a = 1\nexport const n = 7\nexport const b = 2\n', before)).toEqual(['7 -> 8', '7 -> 6'])
    const [first] = mutantsOf('src/a.ts', '\n\nconst n = 7', null, 5)
    expect(first).toMatchObject({ id: 5, line: 3, path: 'src/a.ts', operator: 'number' })
  })
})

const PROGRAM = `
const MOST: number = 3
function count(xs: number[], least = 2): number {
  let found = 0
  for (const x of xs) if (x >= least && x !== 7) found += 1
  else found -= x > 90 ? 2 : 0
  let i = 0
  while (i < xs.length) { i++; if (i > MOST) break }
  return Math.min(found, MOST) + i
}
function sorted(xs: number[]): number[] {
  const out: number[] = []
  xs.filter((x) => x % 2 === 0).sort((a, b) => a - b).forEach((x) => { out.push(x) })
  const more = xs.length > 4 ? [...out, xs.at(-1) ?? 5] : out
  do out.push(1); while (out.length < 2)
  return !xs.length ? [] : more
}
answer = (xs: number[]) => JSON.stringify([count(xs), sorted(xs), count(xs, 0)])
`
const MUTANTS = mutantsOf('src/p.ts', PROGRAM, null, 1)

/** What a program answers when this wrong version is active; null: the right one. */
function answerOf(text: string, active: number | null, xs: number[]): string {
  const ticks = { left: 10_000 }
  const teeth = {
    is: (id: number) => id === active,
    tick: () => {
      if (ticks.left-- <= 0) throw new Error('endless')
    },
  }
  const context: { answer?: (xs: number[]) => string; key: object } = { key: teeth }
  try {
    runInNewContext(stripTypeScriptTypes(text, { mode: 'strip' }), context)
    return context.answer!(xs)
  } catch (error) {
    return (error as Error).message
  }
}

describe('a text with all its wrong versions', () => {
  const all = instrument('src/p.ts', PROGRAM, MUTANTS, 'key')
  const numbers = fc.array(fc.integer({ min: -3, max: 99 }), { maxLength: 6 })

  it('is the right one as long as none is active, and each wrong one when that is', () => {
    expect(MUTANTS.length).toBeGreaterThan(40)
    const some = fc.subarray(MUTANTS)
    fc.assert(
      fc.property(numbers, some, fc.option(fc.constantFrom(...MUTANTS)), (xs, others, mutant) => {
        const chosen = mutant ? [...others.filter((one) => one !== mutant), mutant] : others
        const all = instrument('src/p.ts', PROGRAM, chosen, 'key')
        // The ticks that end a loop without an end are in both.
        const alone = instrument('src/p.ts', mutant ? applied(PROGRAM, mutant) : PROGRAM, [], 'key')
        expect(answerOf(all, mutant?.id ?? null, xs)).toBe(answerOf(alone, null, xs))
      }),
    )
  })

  it('has wrong versions that differ from each other, and all of them can be parsed', () => {
    const texts = MUTANTS.map((mutant) => applied(PROGRAM, mutant))
    expect(new Set([PROGRAM, ...texts]).size).toBe(MUTANTS.length + 1)
    expect(texts.filter((text) => parseSource('p.ts', text) === null)).toEqual([])
  })

  it('takes the one that the environment names where no harness is at hand', () => {
    const context: { answer?: (xs: number[]) => string; process: object } = { process: { env: { key: '1' } } }
    runInNewContext(stripTypeScriptTypes(all, { mode: 'strip' }), context)
    const xs = [5, 6, 7, 8, 9]
    expect(context.answer!(xs)).toBe(answerOf(all, 1, xs))
    expect(context.answer!(xs)).not.toBe(answerOf(all, null, xs))
  })
})

describe('a sample', () => {
  const inFile = (path: string, from: number) => mutantsOf(path, PROGRAM, null, from)
  const two = [...inFile('src/p.ts', 1), ...inFile('src/q.ts', 1 + MUTANTS.length).slice(0, 3)]

  it('is the same for a seed, loses none, and spreads over files and lines first', () => {
    const lines = new Set(MUTANTS.map(({ line }) => line)).size
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const order = spread(two, seed)
        expect(spread(two, seed)).toEqual(order)
        expect(order.map(({ id }) => id).sort((a, b) => a - b)).toEqual(two.map(({ id }) => id))
        expect(new Set(order.slice(0, 2).map(({ path }) => path)).size).toBe(2)
        const first = order.filter(({ path }) => path === 'src/p.ts').slice(0, lines)
        expect(new Set(first.map(({ line }) => line)).size).toBe(lines)
      }),
      { numRuns: 30 },
    )
    expect(spread(two, 1)).not.toEqual(spread(two, 2))
  })
})
