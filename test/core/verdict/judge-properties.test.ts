import { describe, expect, it } from 'vitest'
import { judgeProperties, propertyCounts, weakest } from '../../../src/core/verdict/judge.ts'
import { FALSIFIED, property, result, test } from './support.ts'

const asked = { seeds: [1, 2], runs: 50 }
const ran = (more: object) =>
  test('t > a', 'passed', { properties: [{ ...property(), seeds: [1, 2], runs: 100, ...more }] })
const judged = (one: ReturnType<typeof ran>, least = new Map<string, number>()) =>
  judgeProperties(result([one]), [one.id], asked, least)

describe('what the harness says about properties is checked', () => {
  it('holds when every seed was run in full, and more seeds after them', () => {
    expect(judged(ran({})).ok).toBe(true)
    expect(judged(ran({ seeds: [1, 2, 3], runs: 150 })).ok).toBe(true)
  })

  it('holds with a tenth of the cases where the time was over, and 20 on each seed at least', () => {
    const slow = { seeds: [1, 2], runs: 1_000 }
    const of = (runs: number) => ran({ cut: true, runs })
    const verdict = (runs: number, wanted = slow) =>
      judgeProperties(result([of(runs)]), ['t > a'], wanted, new Map()).ok
    expect([verdict(200), verdict(199), verdict(40, asked), verdict(39, asked)]).toEqual([true, false, true, false])
    expect([verdict(20, { seeds: [1, 2], runs: 10 }), verdict(19, { seeds: [1, 2], runs: 10 })]).toEqual([true, false])
  })

  it.each([
    [
      'a property failed and its test went on',
      ran({ ...FALSIFIED, seeds: [1, 2], runs: 100 }),
      /although one of its properties failed/,
    ],
    ['fewer cases were run', ran({ runs: 99 }), /ran 99 cases/],
    ['no case was run', ran({ runs: 0 }), /ran 0 cases/],
    ['other seeds were run', ran({ seeds: [1, 3] }), /seeds that were asked for/],
    ['a seed is missing', ran({ seeds: [1], runs: 50 }), /seeds that were asked for/],
  ])('is red when %s', (_, one, reason) => {
    expect(judged(one)).toMatchObject({ ok: false, reason: expect.stringMatching(reason), failed: [one] })
  })

  it('states the property that was run least, and none of which every case was run beside others', () => {
    const of = (runs: number, exhausted = false) => ({
      ...property(),
      seeds: [1, 2],
      runs,
      ...(exhausted ? { exhausted } : {}),
    })
    expect(weakest([of(180, true), of(5_000), of(1_290)])).toEqual({ seeds: 2, runs: 1_290 })
    expect(weakest([of(180, true), of(12, true)])).toEqual({ seeds: 2, runs: 12 })
    expect(weakest([])).toBeNull()
  })

  it('is red when a test runs fewer properties than it did', () => {
    const one = ran({})
    expect(judged(one, propertyCounts(result([one]))).ok).toBe(true)
    expect(judged(one, new Map([[one.id, 2]])).ok).toBe(false)
  })
})
