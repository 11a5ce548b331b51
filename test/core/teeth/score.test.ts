import { describe, expect, it } from 'vitest'
import { refusedByCompiler, twins } from '../../../src/core/teeth/compile.ts'
import { mutantsOf } from '../../../src/core/teeth/mutants.ts'
import {
  type Bite,
  biteOf,
  compiled,
  fewJudged,
  isWeak,
  onceMore,
  scoreInWords,
  scoreOf,
  teethEvidence,
  toldTwice,
} from '../../../src/core/teeth/score.ts'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'

function bites(counts: Partial<Record<Bite['status'], number>>): Bite[] {
  return Object.entries(counts).flatMap(([status, count]) =>
    Array.from({ length: count }, (_, id) => ({
      ...{ id, what: 'a -> b', path: 'src/a.ts', line: 1, test: null, reason: null },
      status: status as Bite['status'],
    })),
  )
}

describe('the score', () => {
  it('counts what was judged, and apart from it what was not', () => {
    const score = scoreOf(
      bites({ killed: 7, survived: 1, unreached: 1, allowed: 1, error: 2, timeout: 3, 'not-run': 4 }),
    )
    expect(score).toEqual({ killed: 7, unexplained: 2, allowed: 1, total: 10, errors: 2, timeouts: 3, notRun: 4 })
    expect(scoreInWords(score)).toBe(
      '19 wrong versions: 7 killed, 1 within the spec, 2 not explained, 9 not judged (3 did not end, 2 ended with an error, 4 had no time within level.teethSeconds)',
    )
    expect(compiled(bites({ killed: 1, refused: 2, 'not-run': 1 })).map(({ status }) => status)).toEqual([
      'killed',
      'not-run',
    ])
    expect(scoreInWords(scoreOf([]))).toBe('there is nothing to make wrong versions of')
  })

  it.each([
    [{ killed: 40 }, false, false],
    [{ killed: 8, survived: 2 }, false, false],
    [{ killed: 7, survived: 3 }, true, false],
    [{ killed: 7, allowed: 3 }, false, false],
    [{ killed: 7, unreached: 3 }, true, false],
    [{ killed: 2, survived: 1 }, false, false],
    [{ survived: 1 }, true, true],
    [{ killed: 4, survived: 4 }, true, false],
    [{ killed: 3, survived: 4 }, true, true],
    [{ error: 9, timeout: 9, 'not-run': 9 }, false, false],
  ])('of %o tests are too weak: %s, and where nobody could explain: %s', (counts, explained, alone) => {
    expect(isWeak(scoreOf(bites(counts)), true)).toBe(explained)
    expect(isWeak(scoreOf(bites(counts)), false)).toBe(alone)
  })

  it('is of what was run: a kill names its test, anything else none', () => {
    const [mutant] = mutantsOf('src/a.ts', 'const n = 7', null, 3)
    const base = { id: 3, what: '7 -> 8', path: 'src/a.ts', line: 1 }
    const run = { mutant: 3, status: 'killed', test: 'holds', message: 'no' } as const
    expect(biteOf(mutant!, run)).toEqual({ ...base, status: 'killed', test: 'holds', reason: 'no' })
    expect(biteOf(mutant!, { ...run, status: 'error' })).toEqual({ ...base, status: 'error', test: null, reason: 'no' })
    expect(biteOf(mutant!, undefined)).toEqual({ ...base, status: 'not-run', test: null, reason: null })
  })
})

describe('a second pass', () => {
  it('kills what lived through the first, and makes no survivor a timeout', () => {
    const run = (mutant: number, status: Bite['status']) =>
      ({ mutant, status, test: null, message: null }) as Parameters<typeof toldTwice>[0][number]
    const first = [run(1, 'killed'), ...[2, 3, 4, 5, 6].map((id) => run(id, 'survived')), run(7, 'unreached')]
    const second = [run(2, 'killed'), run(3, 'timeout'), run(4, 'error'), run(5, 'not-run'), run(7, 'survived')]
    expect(toldTwice(first, second).map(({ status }) => status)).toEqual([
      ...['killed', 'killed', 'survived', 'survived', 'survived', 'survived', 'survived'],
    ])
  })
})

describe('a pass over those that had no time', () => {
  const runs = (...statuses: Bite['status'][]) =>
    statuses.map((status, at) => ({ mutant: at + 1, status, test: null, message: null })) as Parameters<
      typeof onceMore
    >[0]

  it('takes what is left, half of it where others live, and more where a quarter had none', () => {
    expect(onceMore(runs('killed', 'error', 'timeout', 'survived'), 10_000)).toBeNull()
    const killed = Array.from({ length: 8 }, () => 'killed' as const)
    expect(onceMore(runs(...killed, 'not-run'), 10_000)).toEqual({ mutants: [9], maxMs: 4_000 })
    expect(onceMore(runs(...killed, 'not-run', 'survived'), 10_000)).toEqual({ mutants: [9], maxMs: 2_000 })
    expect(onceMore(runs('killed', 'not-run'), 10_000)).toEqual({ mutants: [2], maxMs: 30_000 })
  })
})

describe('few that could be judged', () => {
  it('are told where more than a third could not', () => {
    const teeth = { killed: 26, total: 28, allowed: 2 }
    expect(fewJudged({ ...teeth, notTried: 12, timeouts: 5 })).toBe(
      'only 28 of 45 wrong versions could be judged: 5 did not end, 12 had no time within level.teethSeconds',
    )
    expect(fewJudged({ ...teeth, notTried: 9, timeouts: 5 })).toBeNull()
    expect(fewJudged(null)).toBeNull()
  })

  it('stand in the evidence with why', () => {
    const score = scoreOf(bites({ killed: 2, survived: 1, error: 1, 'not-run': 3 }))
    expect(teethEvidence(score)).toEqual({ killed: 2, total: 3, notTried: 3, errors: 1 })
  })
})

describe('the compiler', () => {
  const text = 'export const n: number = 7\n'
  const mutants = mutantsOf('src/a.ts', text, null, 1)
  const build = (...problems: [string, string][]): CheckResult => ({
    ...{ stage: 'build', status: 'broken', tests: [], running: null, limit: null, output: '', durationMs: 1 },
    problems: problems.map(([file, message]) => ({ file, message })),
  })

  it('sees every wrong version beside the right one', () => {
    expect(twins(mutants, new Map([['src/a.ts', text]])).map(({ path, content }) => [path, content])).toEqual([
      ['src/a.specproof0.ts', text],
      ['src/a.specproof1.ts', 'export const n: number = (8)\n'],
      ['src/a.specproof2.ts', 'export const n: number = (6)\n'],
    ])
  })

  it('refuses some; not for what is unused, and not where it refuses the right one, too', () => {
    const refused = (...problems: [string, string][]) => [...refusedByCompiler(build(...problems), mutants)]
    expect(refused(['src/a.specproof2.ts', '1:1: TS2322: no'])).toEqual([2])
    expect(refused(['src/a.specproof2.ts', "1:1: TS6133: 'a' is declared but its value is never read."])).toEqual([])
    expect(refused(['src/a.specproof2.ts', '1:1: TS2322: no'], ['src/a.specproof0.ts', '1:1: TS2322: no'])).toEqual([])
    expect(refused(['src/b.ts', '1:1: TS2322: no'])).toEqual([])
  })
})
