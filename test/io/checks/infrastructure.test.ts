import { describe, expect, it } from 'vitest'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'
import { notTheCode } from '../../../src/core/verdict/judge.ts'
import type { BoxResult } from '../../../src/io/box/box.ts'
import { infrastructureOf, retriedApart } from '../../../src/io/checks/infrastructure.ts'
import { makeTarget, runTests } from './target.ts'

const box = (part: Partial<BoxResult>): BoxResult => ({
  ...{ exitCode: null, signal: null, cause: 'exit', message: null, stdout: '', stderr: '', durationMs: 0 },
  ...part,
})
const findings = (part: Partial<CheckResult>): CheckResult => ({
  ...{
    stage: 'tests',
    status: 'no-results',
    tests: [],
    problems: [],
    running: null,
    limit: null,
    output: '',
    durationMs: 0,
  },
  ...part,
})

describe('what may be the fault of the machine', () => {
  it('is a box that cannot be made and a runner that was killed before it could report, and no other end', () => {
    expect(infrastructureOf(box({ cause: 'box', message: 'no namespaces' }), false)).toBe('box')
    expect(infrastructureOf(box({ signal: 'SIGKILL' }), false)).toBe('killed')
    expect(infrastructureOf(box({ signal: 'SIGKILL' }), true)).toBe(null)
    expect(infrastructureOf(box({ signal: 'SIGSEGV' }), false)).toBe(null)
    for (const cause of ['memory', 'output', 'cancelled'] as const)
      expect(infrastructureOf(box({ cause }), false)).toBe(null)
    expect(infrastructureOf(box({ exitCode: 1 }), false)).toBe(null)
  })

  it('is tried once more, apart: the second try counts alone, and the first is told', async () => {
    const tries = [findings({ infrastructure: 'killed' }), findings({ status: 'passed' })]
    const result = await retriedApart(
      async () => tries.shift()!,
      () => true,
    )
    expect(result).toMatchObject({ status: 'passed', retried: 'it was killed from outside (SIGKILL)' })
    expect(tries).toEqual([])
    const red = [findings({ status: 'failed' }), findings({ status: 'passed' })]
    expect(
      await retriedApart(
        async () => red.shift()!,
        () => true,
      ),
    ).toMatchObject({ status: 'failed' })
    expect(red).toHaveLength(1)
    const stopped = [findings({ infrastructure: 'load' }), findings({ status: 'passed' })]
    expect(
      await retriedApart(
        async () => stopped.shift()!,
        () => false,
      ),
    ).toMatchObject({ infrastructure: 'load' })
  })

  it("is nobody's attempt where it happens twice", () => {
    expect(notTheCode(findings({ infrastructure: 'box', problems: [{ file: null, message: 'no namespaces' }] }))).toBe(
      'it could not be run here, twice: no namespaces',
    )
    // A patch can kill its runner as well, so that stays with the patch.
    expect(notTheCode(findings({ infrastructure: 'killed' }))).toBe(null)
  })

  it('ends as no results with the signal where a test kills the runner each time', async () => {
    const target = await makeTarget({
      'a.test.ts': "import { it } from 'vitest'; it('kills', () => { process.kill(process.ppid, 'SIGKILL') })",
    })
    const result = await runTests(target, {})
    expect(result).toMatchObject({ status: 'no-results', infrastructure: 'killed' })
    expect(result.retried).toContain('SIGKILL')
    expect(result.problems[0]?.message).toBe('the runner was ended by SIGKILL before it could report')
  })
})
