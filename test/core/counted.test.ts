import { expect, it } from 'vitest'
import { minutesReached } from '../../src/core/budget.ts'
import { counted } from '../../src/core/counted.ts'
import { boundWords } from '../../src/core/spec/bound-words.ts'
import { boundsOf } from '../../src/core/spec/bounds.ts'

it('one of anything is no plural', () => {
  expect([0, 1, 2].map((n) => counted(n, 'test'))).toEqual(['0 tests', '1 test', '2 tests'])
  expect(counted(1, 'criterion', 'criteria')).toBe('1 criterion')
  expect(minutesReached('run', 1)).toContain('the limit of 1 minute is reached')
})

it.each([
  ['THE System SHALL do it exactly once', ['exactly once']],
  ['THE System SHALL retry at most once', ['at most once']],
  ['THE System SHALL retry at most 3 times', ['at most 3 times']],
  ['THE System SHALL look once per second', ['is 1 time/second']],
  ['THE System SHALL answer within 1 second', ['within 1 s']],
])('the limits of "%s" in words', (text, words) => {
  expect(boundsOf(text).map(boundWords)).toEqual(words)
})
