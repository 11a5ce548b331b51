import { describe, expect, it } from 'vitest'
import type { CheckResult, PropertyRun } from '../../../src/core/verdict/evidence.ts'
import { judgeRed } from '../../../src/core/verdict/red.ts'
import { FALSIFIED, property, result, test } from './support.ts'

describe('tests that were just written', () => {
  it('judge when each is red on the throwing stub and red by assertion on the empty one', () => {
    const throwing = result([test('t > a', 'failed'), test('t > b', 'failed')])
    const empty = result([test('t > a', 'assertion'), test('t > b', 'assertion')])
    expect(judgeRed(throwing, empty, 'tests')).toEqual({
      ok: true,
      improvable: false,
      summary: '2/2 red, 2 by assertion',
      red: 2,
      total: 2,
      satisfied: false,
      reasons: [],
    })
  })

  type Row = [
    title: string,
    onThrowing: 'passed' | 'failed' | 'skipped',
    onEmpty: string,
    ok: boolean,
    reason: RegExp | null,
  ]
  const TABLE: Row[] = [
    ['red on both, by assertion where nothing happens', 'failed', 'assertion', true, null],
    ['green while it throws (it expects the error), red where nothing happens', 'passed', 'assertion', true, null],
    ['green on both: it touches nothing', 'passed', 'passed', false, /"b" passes although nothing is implemented/],
    [
      'green while it throws, red by another exception where nothing happens',
      'passed',
      'failed',
      false,
      /"b" passes although/,
    ],
    [
      'green where nothing happens: worth another question, and usable',
      'failed',
      'passed',
      true,
      /"b" passes on a program whose functions do nothing/,
    ],
    ['red on both, never by assertion, beside one that is', 'failed', 'failed', true, null],
    ['skipped', 'skipped', 'skipped', false, /"b" is skipped/],
    ['skipped where nothing happens', 'failed', 'skipped', true, /"b"/],
    ['gone where nothing happens', 'failed', 'gone', true, /"b"/],
  ]
  it.each(TABLE)('%s', (_, onThrowing, onEmpty, ok, reason) => {
    const throwing = result([test('t > a', 'failed'), test('t > b', onThrowing)])
    const second = onEmpty === 'gone' ? [] : [test('t > b', onEmpty as 'passed')]
    const judged = judgeRed(throwing, result([test('t > a', 'assertion'), ...second]), 'tests')
    expect(judged.ok).toBe(ok)
    expect(judged.improvable).toBe(reason !== null)
    expect(judged.red).toBe(ok ? 2 : 1)
    expect(judged.reasons).toEqual(reason === null ? [] : [expect.stringMatching(reason)])
  })

  it('are no judge when none says no by an assertion', () => {
    const throwing = result([test('t > a', 'failed')])
    const judged = judgeRed(throwing, result([test('t > a', 'failed')]), 'tests')
    expect(judged).toMatchObject({ ok: false, summary: '1/1 red, 0 by assertion' })
    expect(judged.reasons.join()).toContain('No test fails by an assertion')
  })

  it('must say no through a property where the task asks for one', () => {
    const judged = (wanted: 'property' | 'chaos', properties: PropertyRun[]) =>
      judgeRed(result([test('t > a', 'failed')]), result([test('t > a', 'assertion', { properties })]), wanted)
    expect(judged('property', [FALSIFIED]).ok).toBe(true)
    for (const properties of [[], [property()]]) {
      expect(judged('property', properties).ok).toBe(false)
      expect(judged('property', properties).reasons.join()).toContain('fc.assert')
    }
  })

  it('must say no through a simulation where the task asks for chaos', () => {
    const judged = (simulated: boolean) =>
      judgeRed(
        result([test('t > a', 'failed')]),
        result([test('t > a', 'assertion', { properties: [{ ...FALSIFIED, simulated }] })]),
        'chaos',
      )
    expect(judged(true).ok).toBe(true)
    expect(judged(false).ok).toBe(false)
    expect(judged(false).reasons.join()).toContain('specproof/sim')
  })

  const UNUSABLE: [string, Partial<CheckResult>, RegExp][] = [
    [
      'was not collected',
      { status: 'broken', problems: [{ file: 'test/q.test.ts', message: 'no such module' }] },
      /test\/q\.test\.ts cannot be run against .*: no such module/,
    ],
    ['holds no test', { status: 'empty' }, /No test was collected/],
    [
      'met a limit',
      { status: 'stopped', limit: 'wall-clock', running: 't > a' },
      /limit \(wall-clock\) struck while running t > a/,
    ],
    [
      'ended without results',
      { status: 'no-results', output: `${'x'.repeat(9_000)}the end` },
      /without results.*the end$/,
    ],
  ]
  it.each(UNUSABLE)('are not judged when a run %s, on either stub', (_, more, reason) => {
    const fine = result([test('t > a', 'assertion')])
    for (const [throwing, empty] of [
      [result([], more), fine],
      [fine, result([], more)],
    ] as const) {
      const judged = judgeRed(throwing, empty, 'tests')
      expect(judged).toMatchObject({ ok: false, improvable: true, red: 0 })
      expect(judged.reasons).toEqual([expect.stringMatching(reason)])
      expect(judged.reasons[0]!.length).toBeLessThan(1_000)
    }
  })
})
