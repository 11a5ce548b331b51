import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countTests, kindsOf } from '../../../src/core/verdict/count-tests.ts'
import type { PropertyRun } from '../../../src/core/verdict/evidence.ts'
import { NO_EVIDENCE } from '../../../src/core/verdict/judge.ts'
import { evidenceWords } from '../../../src/ui/summary.ts'

const run = (distinct?: number): PropertyRun => ({
  ...{ seeds: [1], runs: 20, failed: false, seed: null, path: null, counterexample: null, shrinks: 0, history: [] },
  ...(distinct === undefined ? {} : { distinct }),
})

it('a test that runs a property is told from an example; a property that draws one case is one, too', () => {
  const test = (id: string, ...properties: PropertyRun[]) => ({ id, properties })
  expect(kindsOf([test('a', run()), test('b', run(20), run(1)), test('c'), test('d', run(1))])).toEqual({
    properties: 2,
    examples: 2,
  })
  // Parts of a Go test count with it.
  const go = (name: string, ...runs: PropertyRun[]) => test(`a_test.go > ${name}`, ...runs)
  expect(kindsOf([go('TestA'), go('TestA > x', run()), go('TestA > y')])).toEqual({ properties: 1, examples: 0 })
})

it('kinds add up to all tests, and stand beside them where they are known', () => {
  const tests = fc.array(
    fc.record({
      id: fc.constantFrom(...['a', 'b', 'c', 'T', 'T > x', 'T > y'].map((name) => `a_test.go > ${name}`)),
      properties: fc.array(fc.constantFrom(run(), run(1), run(9)), { maxLength: 2 }),
    }),
  )
  fc.assert(
    fc.property(tests, (all) => {
      const { properties, examples } = kindsOf(all)
      expect(properties + examples).toBe(countTests(all.map(({ id }) => id)))
    }),
  )
  const words = (properties: number, examples: number) =>
    evidenceWords({ ...NO_EVIDENCE, green: '6/6', tests: { properties, examples } })
  expect(words(2, 4)).toBe('tests green 6/6 (2 property tests, 4 examples)')
  expect(words(0, 1)).toBe('tests green 6/6 (1 example)')
  expect(evidenceWords({ ...NO_EVIDENCE, green: '6/6' })).toBe('tests green 6/6')
})
