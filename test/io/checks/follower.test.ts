import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hintLine, type Progress, progressLine, resultLine } from '../../../sandbox/harness/protocol.mts'
import type { BoxResult } from '../../../src/io/box/box.ts'
import { RunFollower, testFindings } from '../../../src/io/checks/harness.ts'

const REPORT = { tests: [], uncollected: [], unhandled: [], doubts: [], files: 0 }
const ENDED: BoxResult = {
  exitCode: 0,
  signal: null,
  cause: 'exit',
  message: null,
  stdout: '',
  stderr: '',
  durationMs: 1,
}
const PROGRESS: Progress = { done: 1, total: 3, runs: 40, failed: 0, running: 'a.test.ts' }

describe('following a run', () => {
  it('believes only lines that carry the nonce', () => {
    const follower = new RunFollower('secret')
    follower.add(resultLine('guess', REPORT) + progressLine('', PROGRESS) + resultLine('sacred', REPORT))
    expect(follower.report).toBeNull()
    expect(follower.progress.done).toBe(0)
    follower.add(resultLine('secret', REPORT))
    expect(follower.report).toEqual(REPORT)
  })

  it('reads the same however the text is cut, and between any other output', () => {
    const text = `noise${progressLine('n', PROGRESS)}more\nnoise without an end${resultLine('n', REPORT)}`
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const follower = new RunFollower('n')
        const ends = [...cuts.toSorted((a, b) => a - b), text.length]
        ends.forEach((end, n) => {
          follower.add(text.slice(ends[n - 1] ?? 0, end))
        })
        expect(follower.progress).toEqual(PROGRESS)
        expect(follower.report).toEqual(REPORT)
      }),
    )
  })

  it('names the test that hangs, or the one that floods, and adds its cases', () => {
    const follower = new RunFollower('n')
    follower.add(progressLine('n', PROGRESS))
    expect(follower.running('wall-clock')).toBe('a.test.ts')
    for (const start of ['ends', 'hangs', 'floods']) follower.add(hintLine({ start }))
    follower.add(hintLine({ runs: 5, of: 'ends' }) + hintLine({ runs: 2, of: 'hangs' }) + hintLine({ end: 'ends' }))
    expect(follower.running('wall-clock')).toBe('hangs')
    expect(follower.running('output')).toBe('floods')
    expect(follower.runs).toBe(42)
  })

  it('names a report that is cut off, damaged, or not there', () => {
    const why = (stdout: string, end: Partial<BoxResult> = {}) => {
      const result = { ...ENDED, ...end, stdout }
      const found = testFindings(result, 'n')
      expect(found).toMatchObject({ status: 'no-results', tests: [] })
      return found.problems[0]!.message
    }
    const whole = resultLine('n', REPORT)
    for (let end = whole.indexOf('{'); end < whole.length - 2; end++)
      expect(why(whole.slice(0, end))).toBe('the report of the runner is cut off or damaged')
    expect(why('\n\u001e specproof-result n {"tests":5}\n')).toBe('the report of the runner is cut off or damaged')
    expect(why('')).toBe('the runner ended without a result (exit code 0)')
    expect(why('', { exitCode: 127 })).toBe('there is no `node` in the box')
    expect(why('', { exitCode: null, signal: 'SIGSEGV' })).toBe(
      'the runner was ended by SIGSEGV before it could report',
    )
    expect(testFindings({ ...ENDED, stdout: whole }, 'n').status).toBe('empty')
  })

  it('survives protocol lines that make no sense', () => {
    const follower = new RunFollower('n')
    for (const body of ['hint {', 'hint null', 'hint {"runs":"x"}', 'result n {', 'progress n', 'progress n null']) {
      follower.add(`\u001e specproof-${body}\n`)
    }
    expect(follower).toMatchObject({ report: null, progress: { done: 0 } })
  })
})
