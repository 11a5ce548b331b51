import { expect, it } from 'vitest'
import { testNameLines } from '../../../src/core/prompt/test-names.ts'

it('parts of a test stand behind its name, wherever they come in the list', () => {
  const ids = [
    'a_test.go > TestA > one',
    'a_test.go > TestA > two > deep',
    'a_test.go > TestA > two',
    'a_test.go > TestA',
  ]
  expect(testNameLines([...ids, 'a_test.go > TestB'], ['one', 'deep', 'two', 'TestA', 'TestB'])).toEqual([
    ...['TestA (one, deep, two)', 'TestB'],
  ])
  const many = Array.from({ length: 11 }, (_, n) => `a_test.go > TestA > ${n}`)
  expect(testNameLines(['a_test.go > TestA', ...many], ['TestA', ...many.keys()].map(String))).toEqual([
    'TestA (0, 1, 2, 3, 4, 5, 6, 7 and 3 more)',
  ])
})

it('tests below a heading, which is no test, are as they were', () => {
  const names = ['takes the first', 'takes the second']
  expect(testNameLines(['q.test.ts > queue > takes the first', 'q.test.ts > queue > takes the second'], names)).toEqual(
    names,
  )
  expect(testNameLines(['a'], names)).toEqual(names)
})
