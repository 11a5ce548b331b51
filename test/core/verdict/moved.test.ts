import { describe, expect, it } from 'vitest'
import type { Mutant } from '../../../src/core/teeth/mutants.ts'
import type { MutantRun } from '../../../src/core/verdict/evidence.ts'
import { changesInterface, idsNamed, type Kills, lostByMoving, missingAfter } from '../../../src/core/verdict/moved.ts'
import { result, test } from './support.ts'

/** Wrong versions by what they change, and by what becomes of them: names of tests that kill, or how they end. */
function kills(...all: [original: string, killers: string[] | 'survived' | 'timeout'][]): Kills {
  const mutants = all.map(
    ([original], at) => ({ id: at + 1, path: 'src/a.ts', original, replacement: 'false' }) as Mutant,
  )
  const runs = all.map(([, outcome], at): MutantRun => {
    const run = { mutant: at + 1, test: null, message: null }
    return typeof outcome === 'string' ? { ...run, status: outcome } : { ...run, status: 'killed', killers: outcome }
  })
  return { mutants, runs }
}

describe('tests that were moved to another interface', () => {
  it('have lost nothing while all that died before dies, whatever else the new code can be wrong in', () => {
    const before = kills(['a < b', ['x']], ['c', 'survived'], ['gone', ['x']])
    expect(lostByMoving(before, kills(['a < b', ['x']], ['c', 'survived'], ['new', 'survived']))).toEqual([])
    // What cannot be told is not held against them.
    expect(lostByMoving(before, kills(['a < b', 'timeout'], ['other', ['x']]))).toEqual([])
  })

  it('have lost what lives now in a way in which all died, and tests that kill nothing any more', () => {
    const before = kills(['a < b', ['x', 'y']], ['c', ['y']])
    expect(lostByMoving(before, kills(['a < b', 'survived'], ['c', ['y']]))).toEqual([
      'the old tests noticed `src/a.ts: a < b -> false`, the moved ones do not',
      '"x" noticed wrong versions of the code, and notices none any more',
    ])
  })

  it('owe nothing for a way in which one of several places lived before', () => {
    const before = kills(['a < b', ['x']], ['a < b', 'survived'])
    expect(lostByMoving(before, kills(['a < b', ['x']], ['a < b', 'survived']))).toEqual([])
  })

  it('are moved where declarations change, and not where only bodies, comments or new files do', () => {
    const old = 'export function clamp(value: number, low: number): number {\n  return value\n}\n'
    const changed = (text: string | null, before: string | null = old) => changesInterface('src/a.ts', before, text)
    expect(changed(old.replace('low: number', 'limits: { low: number }'))).toBe(true)
    expect(changed(null)).toBe(true)
    expect(changed(old.replace('return value', 'return 1'))).toBe(false)
    expect(changed(`/** Keeps it. */\n${old}\nconst own = 1\n`)).toBe(false)
    expect(changed(old, null)).toBe(false)
  })

  it('keep their names, but for those that were dropped', () => {
    const green = ['t > a', 't > s > b', 't > c']
    const now = result([test('t > a', 'passed'), test('t > c', 'skipped')])
    expect(idsNamed(green, 'b')).toEqual(['t > s > b'])
    expect(missingAfter(green, idsNamed(green, 's > b'), now)).toEqual(['t > c'])
  })
})
