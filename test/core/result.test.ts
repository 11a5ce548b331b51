import { expect, it } from 'vitest'
import type { Event } from '../../src/core/events.ts'
import { tasksTold } from '../../src/core/result.ts'

it('knows of a run that did not come to its end which tasks have landed or wait', () => {
  const verdict = (task: string, attempt: number, status: string): Event => {
    return { type: 'verdict', spec: 'q', task, attempt, status, bound: null, summary: '' }
  }
  const landed = (task: string, commit: string, ref: string | null): Event => {
    return { type: 'landed', spec: 'q', task, commit, ref, waiting: ref === null ? 'specproof/q' : null, reason: null }
  }
  const events = [
    verdict('1', 1, 'failed'),
    verdict('1', 2, 'verified'),
    landed('1', 'a', null),
    verdict('2', 1, 'checked'),
    landed('1', 'b', 'refs/heads/main'),
    landed('2', 'c', null),
    verdict('3', 1, 'verified'),
  ]
  expect(tasksTold(events, true)).toMatchObject([
    { task: '1', status: 'verified', commit: 'b', attempts: 2 },
    { task: '2', status: 'git', commit: 'c', attempts: 1 },
  ])
  expect(tasksTold(events, false).map(({ status }) => status)).toEqual(['verified', 'checked'])
})
