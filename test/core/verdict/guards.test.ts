import { describe, expect, it } from 'vitest'
import type { Bite } from '../../../src/core/teeth/score.ts'
import { findingIn, type Guarding, judgeGuards, notThere } from '../../../src/core/verdict/guards.ts'
import { judgeRed } from '../../../src/core/verdict/red.ts'
import { FALSIFIED, result, test } from './support.ts'

const bite = (id: number, status: Bite['status']): Bite => ({
  ...{ id, what: `${id} -> 0`, path: 'src/a.ts', line: id, test: null, reason: null },
  status,
})
const guarding = (more: Partial<Guarding> = {}): Guarding => ({
  ...{ guards: new Set(['t > a', 't > b']), bites: [bite(1, 'killed'), bite(2, 'killed')], problem: null, missing: [] },
  ...more,
})
const GREEN = result([test('t > a', 'passed'), test('t > b', 'passed')])

describe('tests of what is there', () => {
  it('judge when each is green and kills wrong versions of it', () => {
    const judged = { ok: true, satisfied: true, red: 0, total: 2, summary: '0/2 red, 2 guards', reasons: [] }
    expect(judgeGuards(GREEN, guarding(), 'tests')).toMatchObject(judged)
  })

  type Row = [title: string, base: typeof GREEN, with_: Partial<Guarding>, wanted: 'tests' | 'property', reason: RegExp]
  it.each<Row>([
    ['one kills nothing', GREEN, { guards: new Set(['t > a']) }, 'tests', /^"b" kills no wrong version/],
    ['one is red', result([test('t > a', 'passed'), test('t > b', 'failed')]), {}, 'tests', /^"b" is red on the code/],
    ['one is skipped', result([test('t > a', 'passed'), test('t > b', 'skipped')]), {}, 'tests', /^"b" is skipped/],
    ['no test was collected', result([]), { guards: new Set() }, 'tests', /^No test was collected/],
    ['nothing could be made wrong', GREEN, { problem: 'no code' }, 'tests', /^no code$/],
    ['a property is asked for', GREEN, {}, 'property', /no test runs one/],
    [
      'most of what is wrong lives',
      GREEN,
      { bites: [bite(1, 'killed'), bite(2, 'survived'), bite(3, 'survived')] },
      'tests',
      /^3 wrong versions: 1 killed, 2 not explained[\s\S]*src\/a\.ts:2: 2 -> 0\nsrc\/a\.ts:3: 3 -> 0$/,
    ],
  ])('do not judge where %s', (_, base, more, wanted, reason) => {
    const judged = judgeGuards(base, guarding(more), wanted)
    expect(judged).toMatchObject({ ok: false, satisfied: false, improvable: true })
    expect(judged.reasons.join('\n')).toMatch(reason)
  })
})

describe('tests that are green on the stubs', () => {
  it('stand beside red ones as guards, and without a kill test nothing', () => {
    const throwing = result([test('t > a', 'passed'), test('t > c', 'failed')])
    const empty = result([test('t > a', 'passed'), test('t > c', 'assertion')])
    expect(judgeRed(throwing, empty, 'tests', guarding())).toMatchObject({
      ...{ ok: true, satisfied: false, red: 1, total: 2, summary: '1/2 red, 1 by assertion, 1 on guard' },
    })
    expect(judgeRed(throwing, empty, 'tests', guarding({ guards: new Set() })).ok).toBe(false)
  })

  it('say that the task is done where all are guards of all that it asks for; the author is asked whether that is so', () => {
    expect(judgeRed(GREEN, GREEN, 'tests', guarding())).toMatchObject({ ok: true, satisfied: true, improvable: true })
    const partly = judgeRed(GREEN, GREEN, 'tests', guarding({ missing: ["No test's name ends with criterion 1.2."] }))
    expect(partly).toMatchObject({ ok: false, satisfied: false, reasons: ["No test's name ends with criterion 1.2."] })
  })

  it('leave a task open whose criteria no name has, or whose stub no test touches', () => {
    const names = ['is kept (1.1, 1.10)', 'is told [FR-003]']
    expect(notThere(names, ['1.1', '1.10', 'FR-003'], [])).toEqual([])
    expect(notThere(names, ['1.2', '1'], ['src/b.ts'])).toEqual([
      'No test touches the stub `src/b.ts`.',
      "No test's name ends with criterion 1.2.",
      "No test's name ends with criterion 1.",
    ])
  })
})

describe('a finding', () => {
  it('is what an assertion says or a property falsifies; any other exception is none', () => {
    const falsified = test('t > p', 'failed', { properties: [FALSIFIED] })
    expect(findingIn(result([test('t > a', 'assertion'), falsified]))).toBe(falsified)
    expect(findingIn(result([test('t > a', 'failed'), test('t > b', 'assertion')]))?.id).toBe('t > b')
    expect(findingIn(result([test('t > a', 'failed'), test('t > b', 'passed')]))).toBeNull()
  })
})
