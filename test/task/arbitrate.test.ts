import { describe, expect, it } from 'vitest'
import type { CheckResult, TestResult } from '../../src/core/verdict/evidence.ts'
import { describeFailure } from '../../src/core/verdict/feedback.ts'
import { judgeSuite } from '../../src/core/verdict/judge.ts'
import { accused, countReds } from '../../src/task/arbitrate.ts'
import type { State } from '../../src/task/state.ts'
import type { CheckRequest, Worktree, World } from '../../src/world.ts'

type TestRequest = Extract<CheckRequest, { kind: 'tests' }>

const REQUEST: TestRequest = {
  stage: 'tests',
  kind: 'tests',
  files: null,
  intensity: { seeds: [7, 8], runs: 1_000, minMs: 0 },
  maxMs: 1_000,
}
const test = (name: string, status: TestResult['status'], part: Partial<TestResult> = {}): TestResult => ({
  ...{ id: `a.test.ts > ${name}`, file: 'a.test.ts', name, status, durationMs: 1, properties: [] },
  error: status === 'failed' ? { name: 'Error', message: 'no', assertion: false } : null,
  ...part,
})
const result = (...tests: TestResult[]): CheckResult => ({
  ...{ stage: 'final', status: 'passed', problems: [], running: null, limit: null, output: '', durationMs: 5, tests },
  ...(tests.some(({ status }) => status === 'failed') ? { status: 'failed' as const } : {}),
})

/** A world in which each run of tests answers the next of these, and that remembers what it was asked. */
function worldOf(answers: CheckResult[]) {
  const asked: TestRequest[] = []
  const told: string[] = []
  const kept = new Map<string, unknown>()
  const world = {
    signal: new AbortController().signal,
    runChecks: async (_: Worktree, request: TestRequest) => {
      asked.push(request)
      return answers[Math.min(asked.length, answers.length) - 1]!
    },
    openWorktree: async (commit: string) => ({ commit, dir: '/' }),
    closeWorktree: async () => {},
    tell: (event: { type: string; decision?: string }) => told.push(event.decision ?? event.type),
    remember: async (key: string, value: unknown) => void kept.set(key, value),
  } as unknown as World
  return { world, asked, told, kept }
}

describe('a plain test that failed', () => {
  const tree = { commit: 'c', dir: '/' }

  it('is run twice more, alone and quickly, and the next attempt is told how often it failed', async () => {
    const first = result(test('sometimes', 'failed'), test('always', 'failed'), test('never', 'passed'))
    const { world, asked } = worldOf([
      result(test('sometimes', 'passed'), test('always', 'failed')),
      result(test('sometimes', 'failed'), test('always', 'failed')),
    ])
    const counted = await countReds(world, tree, REQUEST, first)
    expect(counted.status).toBe('failed')
    expect(counted.tests.map(({ repeated }) => repeated)).toEqual([
      { failed: 2, of: 3 },
      { failed: 3, of: 3 },
      undefined,
    ])
    expect(asked).toMatchObject([{ files: ['a.test.ts'], intensity: { seeds: [7, 8], runs: 20 } }, {}])
    expect(describeFailure(counted.tests[0]!)).toContain('It failed in 2 of 3 runs')
    expect(describeFailure(counted.tests[1]!)).not.toContain('of 3 runs')
  })

  it('is not run again where a property has the number of its very case, or the run was long', async () => {
    const run = {
      seeds: [7],
      runs: 1,
      failed: true,
      seed: 7,
      path: '0',
      counterexample: '[1]',
      shrinks: 0,
      history: [],
    }
    const { world, asked } = worldOf([])
    await countReds(world, tree, REQUEST, result(test('law', 'failed', { properties: [run] })))
    await countReds(world, tree, REQUEST, { ...result(test('x', 'failed')), durationMs: 60_000 })
    expect(asked).toEqual([])
  })
})

describe('a test that is newly red in the final run', () => {
  const baseline = result(test('old', 'passed'), test('other', 'passed'))
  const state = {
    baseline,
    frozen: { ids: ['a.test.ts > mine'] },
    tree: { commit: 'base', hash: 'h', paths: ['a.test.ts'] },
    around: { settings: { checksKey: '' } },
    plan: { spec: { id: 's' }, task: { id: '1' } },
    attempt: 1,
  } as unknown as State

  it('is accused when it is red on the base too, on the same seeds, and then says nothing about the patch', async () => {
    const final = result(test('old', 'failed'), test('other', 'passed'), test('mine', 'passed'))
    const red = result(test('old', 'failed'), test('other', 'passed'))
    // Three looks at the base, three at the patch.
    const { world, asked, told, kept } = worldOf([baseline, red, baseline, red, baseline, red])
    expect(judgeSuite(final, baseline, ['a.test.ts > mine']).ok).toBe(false)
    const before = await accused(world, state, 'patch', final, REQUEST)
    expect(judgeSuite(final, before, ['a.test.ts > mine'])).toEqual({ ok: true })
    expect(asked.map(({ intensity }) => intensity.seeds)).toEqual(Array(6).fill([7, 8]))
    expect(told).toEqual(['tests accused'])
    // The next task on this base knows it.
    expect([...kept.values()]).toEqual([before])
  })

  it('stays red where the base holds three times, and a frozen test is never accused', async () => {
    const final = result(test('old', 'failed'), test('mine', 'failed'))
    const { world, asked } = worldOf([baseline])
    expect(await accused(world, state, 'patch', final, REQUEST)).toBe(baseline)
    expect(asked).toHaveLength(3)
    const mine = worldOf([result(test('mine', 'failed'))])
    expect(await accused(mine.world, state, 'patch', result(test('mine', 'failed')), REQUEST)).toBe(baseline)
    expect(mine.asked).toEqual([])
  })

  it('stays red where it always fails with the patch and the base is red by chance', async () => {
    const final = result(test('old', 'failed'), test('other', 'passed'))
    const red = final
    const nothing = { ...result(), status: 'no-results' as const }
    const broken = worldOf([red, baseline, baseline, red, nothing, red])
    expect(await accused(broken.world, state, 'patch', final, REQUEST)).toBe(baseline)
    expect(broken.told).toEqual([])
    // Always red on the base, it says nothing, whatever it is with the patch; a base that did not run is not red.
    const before = await accused(worldOf([red]).world, state, 'patch', final, REQUEST)
    expect(judgeSuite(final, before, [])).toEqual({ ok: true })
    expect(await accused(worldOf([nothing]).world, state, 'patch', final, REQUEST)).toBe(baseline)
  })
})
