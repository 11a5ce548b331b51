import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countFailed, countOutcomes, countReds, countTests, withParts } from '../../../src/core/verdict/count-tests.ts'

const PARTS = ['q/a_test.go > TestA', 'q/a_test.go > TestA > one', 'q/a_test.go > TestA > two > deep']
const IDS = [...PARTS, 'q/a_test.go > TestB', 'q/b_test.go > TestA']
type Status = 'passed' | 'failed' | 'skipped'
const tests = (...statuses: Status[]) => statuses.map((status, at) => ({ id: IDS[at]!, status }))

it('counts a Go test with its parts as the one test that its author wrote', () => {
  expect(countTests(IDS)).toBe(3)
  expect(withParts(IDS)).toEqual({ withParts: 5 })
  // A part that was asked for alone is of one test as well.
  expect(countTests(PARTS.slice(1))).toBe(1)
  expect(withParts(['q/a_test.go > TestA'])).toEqual({})
})

it('a test has failed with any of its parts, and is red where it has to be with all of them', () => {
  const one = tests('failed', 'passed', 'failed', 'passed', 'failed')
  expect(countOutcomes(one)).toEqual({ passed: 1, failed: 2 })
  expect(countReds(one)).toEqual({ passed: 2, failed: 1 })
  expect(countFailed(one)).toBe(2)
  expect(countOutcomes(tests('passed', 'skipped', 'passed'))).toEqual({ passed: 1, failed: 0 })
})

it('counts tests of other languages one by one, whatever their suites are called', () => {
  const ids = [
    'test/a.test.ts > a',
    'test/a.test.ts > a > b',
    'tests/test_a.py > test_a',
    'tests/test_a.py > test_a[1]',
  ]
  expect(countTests(ids)).toBe(4)
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (names) => {
      const all = names.map((name) => `test/a.test.ts > ${name}`)
      expect(countTests(all)).toBe(all.length)
      expect(withParts(all)).toEqual({})
    }),
  )
})
