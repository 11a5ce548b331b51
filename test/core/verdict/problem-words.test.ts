import { expect, it } from 'vitest'
import { problemWords } from '../../../src/core/verdict/judge.ts'

it('tells each problem once with its number, of thousands the first, and none at full length', () => {
  expect(problemWords(['a', 'b', 'a'])).toBe('a (2 times)\nb')
  const many = problemWords(Array.from({ length: 1_000 }, (_, n) => `problem ${n}`))
  expect(many.split('\n')).toHaveLength(201)
  expect(many).toMatch(/and 800 more$/)
  expect(problemWords(['x'.repeat(1_000_000)]).length).toBeLessThan(5_000)
})
