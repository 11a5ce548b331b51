import { access } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckResult, TestResult } from '../../src/core/verdict/evidence.ts'
import { drawsOneCase, judgeFrozen, judgeProperties } from '../../src/core/verdict/judge.ts'
import { RETURNED_OBJECT } from '../../src/core/verdict/test-traps.ts'
import type { CheckProgress } from '../../src/io/checks/checks.ts'
import { LIGHT, makeTarget, runTests } from '../io/checks/target.ts'
import { sample } from '../support/sample.ts'
import { attackFiles, attacksOn } from './runner/attacks.ts'
import { resultCases, troubleCases } from './runner/cases.ts'
import { DIALECTS, type Dialect } from './runner/dialects.ts'

const cleanUps: (() => Promise<void>)[] = []
const targetOf = (dialect: Dialect, files: Record<string, string>) =>
  makeTarget({ 'package.json': JSON.stringify({ name: 'target', ...dialect.manifest }), ...files }, (cleanUp) =>
    cleanUps.push(cleanUp),
  )

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

const tried = sample('runners of JavaScript', DIALECTS, 2)
describe.each(tried.map((dialect) => [dialect.runner, dialect] as const))('%s', (_, dialect) => {
  const { file, runner } = dialect
  let target: Awaited<ReturnType<typeof makeTarget>>
  let result: CheckResult
  const progress: CheckProgress[] = []

  beforeAll(async () => {
    target = await targetOf(dialect, resultCases(dialect))
    result = await runTests(target, { onProgress: (step) => progress.push(step) })
  })

  function find(id: string, within = result): TestResult {
    const found = within.tests.find((test) => test.id === id)
    if (!found) throw new Error(`no test ${id} among\n${within.tests.map((test) => test.id).join('\n')}`)
    return found
  }
  const plain = (name: string) => find(`${file('results')} > ${name}`)
  const property = (name: string) => find(`${file('properties')} > ${name}`)

  describe('results per test', () => {
    it('tells passed, failed and skipped tests apart, with file, name and duration', () => {
      expect(result.status).toBe('failed')
      expect(plain('holds')).toMatchObject({ status: 'passed', error: null, file: file('results'), name: 'holds' })
      expect(plain('holds').durationMs).toBeGreaterThanOrEqual(0)
      expect(plain('is wrong').status).toBe('failed')
      expect(plain('rejects later').status).toBe('failed')
      expect(plain('is skipped').status).toBe('skipped')
      expect(plain('is to do').status).toBe('skipped')
      if (dialect.skipNow) expect(plain('skips itself').status).toBe('skipped')
      expect(plain('outer > inner > is nested')).toMatchObject({ status: 'passed', name: 'is nested' })
    })

    it('tells a failed assertion from an exception', () => {
      expect(plain('is wrong').error).toMatchObject({ assertion: true })
      expect(plain('throws').error).toEqual({ name: 'TypeError', message: 'not implemented', assertion: false })
    })

    it('takes no word for the end of a line', () => {
      expect(plain('speaks of lines').error?.message).toBe('one\u2028two\u2029three')
    })

    it('gives tests of the same name different ids, and leaves seeds out of them', () => {
      expect(plain('same name (2)').status).toBe('passed')
      expect(plain('same').status).toBe('passed')
      expect(new Set(result.tests.map((test) => test.id)).size).toBe(result.tests.length)
    })

    it('reports a test behind a broken hook as failed, not as skipped', () => {
      expect(plain('with a broken hook > cannot run')).toMatchObject({ status: 'failed', error: { assertion: false } })
      expect(plain('with a broken hook > cannot run').error?.message).toContain('no database')
    })

    it('does not let a test retry until it passes, nor write a snapshot', async () => {
      if (dialect.retrying) {
        const retried = result.tests.find((test) => test.name === 'asks for retries')
        expect(retried).toMatchObject({ status: 'failed', error: { assertion: true } })
      }
      if (dialect.snapshot) expect(plain('has a new snapshot').status).toBe('failed')
      await expect(access(join(target.worktree, '__snapshots__'))).rejects.toThrow()
    })

    it('goes by a clock that no test can set', () => {
      expect(plain('comes after the clock was set').status).toBe('passed')
    })

    it('does not believe a result that a test printed', () => {
      expect(find(`${file('sub/forged')} > prints a result of its own`).status).toBe('failed')
      expect(result.output).toContain('a word of my own')
      expect(result.output).not.toContain('specproof-')
    })

    it('tells how far it is, and leaves nothing in the tree', async () => {
      expect(progress.at(-1)).toMatchObject({ stage: 'tests', done: result.tests.length })
      expect(progress.at(-1)?.runs).toBeGreaterThan(500)
      await expect(access(join(target.worktree, 'node_modules'))).rejects.toThrow()
    })
  })

  describe('properties', () => {
    it('run the requested seeds and cases, whatever the author wrote', () => {
      expect(property('overrides what the author fixed')).toMatchObject({
        status: 'passed',
        properties: [{ seeds: LIGHT.seeds, runs: 100, failed: false, seed: null, path: null }],
      })
      // Two seeds of 50 cases; the author's example comes on top of each and is no case of the generator's.
      expect(property('counts examples and asynchronous cases')).toMatchObject({
        status: 'passed',
        properties: [{ runs: 100 }],
      })
      const several = property('overrides what the author fixed').properties[0]!
      expect(several.distinct).toBeGreaterThan(10)
      expect(drawsOneCase([several])).toBe(false)
      expect(drawsOneCase(property('draws one case only').properties)).toBe(true)
      if (dialect.fakeTimers) expect(property('works while timers are fake').properties).toMatchObject([{ runs: 100 }])
    })

    it('give a shrunk counterexample that seed and path bring back', () => {
      const [run] = property('runs a failing property').properties
      expect(run).toMatchObject({ failed: true, seeds: [11], seed: 11, counterexample: '[1000,""]' })
      expect(run).toMatchObject({ repeated: { failed: 5, of: 5, leak: null } })
      expect(run!.shrinks).toBeGreaterThan(0)
      const law = fc.property(fc.integer(), fc.string(), (n, _text) => n < 1000)
      const replay = fc.check(law, { seed: run!.seed!, path: run!.path!, endOnFailure: true })
      expect(replay).toMatchObject({ failed: true, counterexample: [1000, ''], numShrinks: 0 })
    })

    it('throw the report that the author knows, with our seed and path', () => {
      const { error, properties } = property('runs a failing property')
      expect(error?.assertion).toBe(true)
      expect(error?.message).toContain(`{ seed: 11, path: "${properties[0]!.path}", endOnFailure: true }`)
      expect(property('runs a failing asynchronous property')).toMatchObject({
        error: { assertion: true },
        properties: [{ counterexample: '[500]' }],
      })
    })

    it('tell an exception inside from a law that does not hold', () => {
      expect(property('throws inside of a property').error?.assertion).toBe(false)
      expect(property('throws inside of a property').error?.message).toContain('not implemented')
      expect(property('returns something').error?.assertion).toBe(false)
      expect(property('returns something').error?.message).toContain(RETURNED_OBJECT)
    })

    it('fail when they rejected every value, and when a reporter or the test would hide it', () => {
      expect(property('rejects every value')).toMatchObject({
        status: 'failed',
        error: { assertion: false },
        properties: [{ failed: true, path: null, counterexample: null }],
      })
      expect(property('has a reporter that hides the failure').status).toBe('failed')
      expect(property('looks at the details itself').status).toBe('passed')
      const swallowed = property('swallows what the property says')
      const alone = { ...result, status: 'passed' as const, tests: [swallowed], problems: [] }
      expect(judgeProperties(alone, [swallowed.id], LIGHT, new Map())).toMatchObject({ ok: false })
    })

    it('are not cut short by a time limit for fewer cases, which still holds for other tests', () => {
      expect(property('has a time limit for fewer cases')).toMatchObject({
        status: 'passed',
        properties: [{ runs: 100 }],
      })
      expect(property('has a time limit and no property').error?.message).toContain('timed out')
    })

    it('tell the history of the simulation that ran the counterexample, and no other', () => {
      expect(property('simulates').properties[0]).toMatchObject({ counterexample: '[70]', history: ['made', 'got 70'] })
      expect(property('does not simulate').properties[0]?.history).toEqual([])
      expect(property('simulates').properties[0]).not.toHaveProperty('picture')
      expect(property('draws').properties[0]).toMatchObject({
        picture: ['at most 40 x 82', '5 a-->b 70'],
        svg: '<svg/>',
        history: ['got 70'],
      })
    })

    it('get our seeds and runs also where a package runs them for the test', () => {
      expect(property('has a package run its property').properties).toMatchObject([{ failed: false, runs: 100 }])
    })

    it('name what made the same case end differently', () => {
      const once = property('fails only once')
      expect(once.properties).toMatchObject([{ failed: true, runs: 5, repeated: { failed: 0, of: 5, leak: null } }])
      expect(once.error?.message).toContain('failed in 0 of 5 runs: the test does not always do the same')
      const leak = property('leaks')
      expect(leak.properties[0]?.repeated?.leak).toMatchObject({ event: 2, was: expect.stringMatching(/^took \d+$/) })
      expect(leak.error?.message).toContain('Determinism leak: the same case took another course')
      const same = property('simulates the same and fails only once')
      expect(same.error?.message).toContain('Its simulation told the same history each time')
    })

    it('belong to their own test when tests run at the same time', () => {
      for (const name of ['a', 'c']) {
        expect(property(`at the same time > ${name}`).properties).toMatchObject([{ failed: false, runs: 100 }])
      }
      expect(property('at the same time > b').properties).toMatchObject([{ failed: true, counterexample: '[3]' }])
    })
  })

  it('replays one counterexample by seed and path, and goes on with other properties for the time asked for', async () => {
    const known = property('runs a failing property')
    const [run] = known.properties
    const again = await runTests(target, {
      files: [file('properties')],
      intensity: { seeds: [7], runs: 5, minMs: 200 },
      replay: { test: known.id, seed: run!.seed!, path: run!.path! },
    })
    const replayed = find(known.id, again)
    expect(replayed).toMatchObject({
      status: 'failed',
      properties: [{ seeds: [11], counterexample: '[1000,""]', shrinks: 0 }],
    })
    expect(again.tests.some((test) => test.file !== file('properties'))).toBe(false)
    const [other] = find(`${file('properties')} > overrides what the author fixed`, again).properties
    expect(other!.seeds[0]).toBe(7)
    expect(other!.seeds.length).toBeGreaterThan(2)
    expect(new Set(other!.seeds).size).toBe(other!.seeds.length)
    expect(other!.runs).toBe(5 * other!.seeds.length)
  })

  it('is empty where there is no test, and where all are skipped; a frozen test that is gone is red', async () => {
    const none = await runTests(await targetOf(dialect, { 'index.js': '' }), {})
    expect(none).toMatchObject({ status: 'empty', tests: [], problems: [] })
    const skipped = { [file('a')]: `${dialect.header}\nit.skip('x', () => {})` }
    const left = await runTests(await targetOf(dialect, skipped), {})
    expect(left).toMatchObject({ status: 'empty', tests: [{ id: `${file('a')} > x`, status: 'skipped' }] })
    const tests = result.tests.filter((test) => test.file === file('good'))
    const good = { ...result, status: 'passed' as const, tests, problems: [] }
    expect(judgeFrozen(good, [`${file('good')} > holds`])).toEqual({ ok: true })
    expect(judgeFrozen(good, [`${file('good')} > another`])).toMatchObject({ ok: false })
  })

  describe('trouble and attacks', () => {
    let all: CheckResult
    const cases = troubleCases(dialect)
    const attacks = sample(`attacks on ${runner}`, attacksOn(dialect), 4)

    beforeAll(async () => {
      const files = { ...cases, ...attackFiles(dialect, attacks) }
      const tests = [...Object.keys(cases), ...attacks.map(({ name }) => file(name))]
      all = await runTests(await targetOf(dialect, files), { files: tests })
    })

    const of = (name: string) => all.tests.filter((test) => test.file === name)
    const about = (name: string) =>
      all.problems.flatMap((problem) =>
        problem.file === name || problem.message.includes(name) ? [problem.message] : [],
      )

    it('is never green where files are missing, empty, marked, or end their process', () => {
      expect(all.status).toBe('broken')
      expect(judgeFrozen(all, []).ok).toBe(false)
      expect(of(file('good'))).toMatchObject([{ status: 'passed' }])
      expect(about(file('syntax'))).not.toEqual([])
      expect(about(file('missing')).join()).toContain('nowhere')
      expect(about(file('without')).join()).toMatch(/no test|at least one test/i)
      expect(about('elsewhere/other.js').join()).toContain('does not collect')
      const marked = all.tests.find((test) => test.name === 'marked')
      expect(marked).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('.only') } })
      expect(JSON.stringify([all.problems, all.tests])).toContain('nobody waits')
      // Wherever a runner puts it, each of these is red for itself.
      for (const name of ['marked-suite', 'exits', 'killed']) {
        const red = of(file(name)).some(({ status }) => status === 'failed') || about(file(name)).length > 0
        expect(red, `${runner}: ${name}`).toBe(true)
      }
    })

    it('believes no test whose own code works on runner, reports, assertions or the harness', () => {
      const fooled = attacks.filter(({ name }) => {
        const tests = of(file(name))
        return about(file(name)).length === 0 && (tests.length === 0 || tests.some(({ status }) => status === 'passed'))
      })
      expect(fooled.map(({ name }) => name)).toEqual([])
    })
  })
})
