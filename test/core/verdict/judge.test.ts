import { describe, expect, it } from 'vitest'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'
import { judgeFrozen, judgeSuite, propertyRuns, suiteSummary, weakest } from '../../../src/core/verdict/judge.ts'
import { property, result, test } from './support.ts'

const NOT_JUDGED: [CheckResult['status'], Partial<CheckResult>, RegExp][] = [
  ['empty', {}, /no test ran/],
  ['broken', { problems: [{ file: 'a.test.ts', message: 'syntax' }] }, /could not be run:\na\.test\.ts: syntax/],
  ['stopped', { limit: 'wall-clock', running: 'a > loops' }, /^a > loops did not end in time/],
  ['stopped', { limit: 'output' }, /^the test run printed more/],
  ['stopped', { limit: 'cancelled' }, /was interrupted/],
  ['stopped', { limit: null }, /was stopped/],
  ['no-results', { output: 'last words' }, /without results[\s\S]*last words/],
]

const red = (reason: RegExp, failed: unknown[] = []) => ({ ok: false, reason: expect.stringMatching(reason), failed })

describe('frozen tests', () => {
  const green = result([test('a', 'passed'), test('b', 'passed')])

  it('hold when each ran and passed', () => {
    expect(judgeFrozen(green, ['a', 'b'])).toEqual({ ok: true })
  })

  it('are red when one fails, and the failed ones are named', () => {
    const failed = test('b', 'assertion')
    expect(judgeFrozen(result([test('a', 'passed'), failed]), ['a', 'b'])).toEqual(red(/1 of 2 tests failed/, [failed]))
  })

  it.each(NOT_JUDGED)('are red when the run was %s', (status, more, reason) => {
    expect(judgeFrozen({ ...green, status, ...more }, ['a', 'b'])).toEqual(red(reason))
  })

  it('are red when one is gone or skipped', () => {
    expect(judgeFrozen(green, ['a', 'b', 'c'])).toEqual(red(/did not run: c$/))
    expect(judgeFrozen(result([test('a', 'passed'), test('b', 'skipped')]), ['a', 'b'])).toEqual(red(/did not run: b$/))
  })

  it('are red when one is skipped that nobody listed: of a commit that is judged again only the files are known', () => {
    expect(judgeFrozen(result([test('a', 'passed'), test('b', 'skipped')]), [])).toEqual(red(/did not run: b$/))
  })

  it('are red when something failed outside of a test', () => {
    const problems = [{ file: null, message: 'unhandled rejection' }]
    expect(judgeFrozen({ ...green, status: 'failed', problems }, ['a', 'b'])).toEqual(red(/unhandled rejection/))
  })

  it('are red when a service ended, which explains every other red too', () => {
    const died = 'service db ended with exit code 1 while the tests ran'
    const more = { services: [died], problems: [{ file: null, message: died }] }
    expect(judgeFrozen({ ...green, ...more }, ['a', 'b'])).toEqual(red(new RegExp(`^${died}$`)))
    const failed = test('b', 'assertion')
    const mixed = result([test('a', 'passed'), failed], more)
    expect(judgeFrozen(mixed, ['a', 'b'])).toEqual(red(new RegExp(`1 of 2 tests failed\n${died}$`), [failed]))
    for (const status of ['stopped', 'no-results', 'broken'] as const)
      expect(judgeFrozen({ ...green, ...more, status }, ['a', 'b'])).toEqual(red(new RegExp(`\n${died}$`)))
    expect(judgeSuite({ ...green, ...more }, green, ['a', 'b'])).toEqual(red(new RegExp(`^${died}$`)))
    expect(judgeSuite(mixed, green, ['a', 'b'])).toEqual(red(new RegExp(`newly red\n${died}$`), [failed]))
  })

  it('are red when the run failed without a word', () => {
    expect(judgeFrozen({ ...green, status: 'failed' }, ['a', 'b'])).toEqual(red(/without naming a test/))
  })
})

describe('the whole suite', () => {
  const base = result([test('old', 'passed'), test('red', 'failed'), test('skipped', 'skipped')])

  const TABLE: [string, CheckResult, RegExp | null][] = [
    [
      'all as before and the frozen ones green',
      result([test('old', 'passed'), test('red', 'failed'), test('skipped', 'skipped'), test('new', 'passed')]),
      null,
    ],
    ['red before and green now', result([test('old', 'passed'), test('red', 'passed'), test('new', 'passed')]), null],
    ['red before and gone now', result([test('old', 'passed'), test('new', 'passed')]), null],
    [
      'green before and red now',
      result([test('old', 'failed'), test('new', 'passed')]),
      /1 test of the whole suite is newly red/,
    ],
    [
      'skipped before and red now',
      result([test('old', 'passed'), test('skipped', 'failed'), test('new', 'passed')]),
      /newly red/,
    ],
    [
      'unknown before and red now',
      result([test('old', 'passed'), test('more', 'failed'), test('new', 'passed')]),
      /newly red/,
    ],
    ['green before and gone now', result([test('new', 'passed')]), /did not run: old$/],
    ['green before and skipped now', result([test('old', 'skipped'), test('new', 'passed')]), /did not run: old$/],
    ['frozen and gone', result([test('old', 'passed')]), /did not run: new$/],
    ['frozen and skipped', result([test('old', 'passed'), test('new', 'skipped')]), /did not run: new$/],
    [
      'files changed meanwhile',
      result([test('old', 'passed'), test('new', 'passed')], {
        problems: [{ file: 'a', message: 'files of the commit were changed' }],
      }),
      /were changed/,
    ],
    [
      'a run that failed without a word',
      result([test('old', 'passed'), test('new', 'passed')], { status: 'failed' }),
      /without naming a test/,
    ],
  ]
  it.each(TABLE)('%s', (_, now, reason) => {
    expect(judgeSuite(now, base, ['new'])).toEqual(
      reason === null ? { ok: true } : { ok: false, reason: expect.stringMatching(reason), failed: expect.any(Array) },
    )
  })

  it('is not held to what is wrong on the base already, outside of tests too', () => {
    const problems = [{ file: null, message: 'a rejection that nobody handles' }]
    const now = result([test('old', 'passed')], { status: 'failed', problems })
    expect(judgeSuite(now, result([test('old', 'passed')], { status: 'failed', problems }), [])).toEqual({ ok: true })
    expect(judgeSuite(now, result([test('old', 'passed')]), [])).toEqual(red(/nobody handles/))
  })

  it('is red when nothing is green, though nothing is newly red', () => {
    const allRed = result([test('red', 'failed')])
    expect(judgeSuite(allRed, allRed, [])).toEqual(red(/no test passed/))
  })

  it.each(NOT_JUDGED)('is red when the run was %s', (status, more, reason) => {
    expect(judgeSuite({ ...base, status, ...more }, base, [])).toEqual(red(reason))
  })

  it('is judged alone where there is no base', () => {
    expect(judgeSuite(result([test('a', 'passed')]), null, ['a'])).toEqual({ ok: true })
    expect(judgeSuite(result([test('a', 'failed')]), null, [])).toMatchObject({ ok: false })
  })

  it('is summed up with what was red before', () => {
    const now = result([test('old', 'passed'), test('red', 'failed'), test('new', 'passed')])
    expect(suiteSummary(now, base)).toBe('2/3, 1 red on base (not judged)')
    expect(suiteSummary(result([test('a', 'passed')]), null)).toBe('1/1, 0 red on base')
  })
})

describe('the claim of a property stage', () => {
  it('is that of the property that was run least', () => {
    const runs = [property({ runs: 500, seeds: [1, 2] }), property({ runs: 80, seeds: [3] }), property({ runs: 90 })]
    expect(weakest(runs)).toEqual({ seeds: 1, runs: 80 })
    expect(weakest([])).toBe(null)
  })

  it('counts the properties of all tests', () => {
    const tests = [test('a', 'passed', { properties: [property(), property()] }), test('b', 'passed')]
    expect(propertyRuns(result(tests))).toHaveLength(2)
    expect(propertyRuns(null)).toEqual([])
  })
})
