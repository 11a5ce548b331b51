import { describe, expect, it } from 'vitest'
import { type Broken, judgeRerun, judgeUnstarted, showsToo } from '../../../src/core/verdict/again.ts'
import { result, test } from './support.ts'

const ASKED = { seeds: [1], runs: 50 }
const HOLDS = { standing: 'holds' as const }
const RED: Broken = { standing: 'broken', reason: '1 of 1 tests failed', failed: [], seeds: [1] }
const MACHINE = { standing: 'not-run' as const, reason: 'no box' }
const UNSTARTED = { standing: 'not-run' as const, reason: 'no vitest', unstarted: true as const }

describe('tests that ran again', () => {
  it('are not judged where they did not start, with the reason', () => {
    const problems = [{ file: null, message: 'the test runner could not be started: EROFS' }]
    const unstarted = result([], { status: 'broken', problems, unstarted: true })
    expect(judgeRerun(unstarted, 'tests', ASKED)).toEqual({ ...UNSTARTED, reason: problems[0]!.message })
    expect(judgeRerun(result([], { status: 'broken', problems }), 'tests', ASKED).standing).toBe('broken')
    const boxless = result([], { status: 'no-results', infrastructure: 'box', problems })
    expect(judgeRerun(boxless, 'tests', ASKED)).not.toHaveProperty('unstarted')
    expect(judgeRerun(result([test('a > b', 'passed')]), 'tests', ASKED)).toEqual(HOLDS)
  })

  it('that do not start are broken where they start at the commit of their task, and nowhere else', () => {
    for (const own of [HOLDS, RED])
      expect(judgeUnstarted(UNSTARTED, own)).toMatchObject({ standing: 'broken', reason: 'no vitest', unstarted: true })
    for (const own of [UNSTARTED, MACHINE]) expect(judgeUnstarted(UNSTARTED, own)).toBe(UNSTARTED)
    for (const head of [HOLDS, RED, MACHINE]) expect(judgeUnstarted(head, HOLDS)).toBe(head)
  })

  it('are laid to a commit for what it shows itself', () => {
    const stopped: Broken = { ...RED, unstarted: true }
    const all = [HOLDS, RED, UNSTARTED, MACHINE]
    expect(all.map((then) => showsToo(RED, then))).toEqual([false, true, null, null])
    expect(all.map((then) => showsToo(stopped, then))).toEqual([false, false, true, null])
  })
})
