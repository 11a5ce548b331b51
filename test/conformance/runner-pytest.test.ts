import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instrument } from '../../src/core/teeth/instrument.ts'
import { mutantsOf } from '../../src/core/teeth/mutants.ts'
import type { CheckResult, TestResult } from '../../src/core/verdict/evidence.ts'
import { drawsOneCase, judgeFrozen, judgeProperties } from '../../src/core/verdict/judge.ts'
import type { CheckProgress } from '../../src/io/checks/checks.ts'
import { LIGHT, makeTarget, runRequest, runTests } from '../io/checks/target.ts'
import { pythonEnvironment } from '../support/python.ts'
import { ATTACKS, attackFiles, RESULTS, SLOW, TROUBLE } from './pytest/cases.ts'

const python = await pythonEnvironment()
const cleanUps: (() => Promise<void>)[] = []
const path = 'venv' in python ? `${join(python.venv, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin` : ''
const targetOf = (files: Record<string, string>) =>
  makeTarget({ 'package.json': null, ...files }, (cleanUp) => cleanUps.push(cleanUp))

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

if ('missing' in python) it.skip(`pytest is not judged here: ${python.missing}`, () => {})

describe.runIf('venv' in python)('pytest', () => {
  let target: Awaited<ReturnType<typeof makeTarget>>
  let result: CheckResult
  const progress: CheckProgress[] = []

  beforeAll(async () => {
    target = await targetOf(RESULTS)
    result = await runTests(target, { path, onProgress: (step) => progress.push(step) })
  }, 60_000)

  function find(id: string, within = result): TestResult {
    const found = within.tests.find((test) => test.id === id)
    if (!found)
      throw new Error(
        `no test ${id} among\n${JSON.stringify([within.tests.map((test) => test.id), within.problems, within.output])}`,
      )
    return found
  }
  const plain = (name: string) => find(`tests/test_results.py > ${name}`)
  const property = (name: string) => find(`tests/test_properties.py > ${name}`)

  it('tells passed, failed and skipped tests apart, whatever the project would stop at', () => {
    expect(result.status).toBe('failed')
    expect(plain('test_holds')).toMatchObject({ status: 'passed', error: null, file: 'tests/test_results.py' })
    for (const name of [
      'test_is_wrong',
      'test_throws',
      'test_cannot_run',
      'test_fails_at_its_end',
      'test_of_a_number[2]',
    ])
      expect(plain(name).status, name).toBe('failed')
    for (const name of ['test_is_skipped', 'test_may_fail', 'test_may_fail_and_passes', 'test_skips_itself'])
      expect(plain(name).status, name).toBe('skipped')
    const holding = ['TestSuite > test_inside', 'test_of_a_number[1]', 'test_comes_after', 'test_sets_the_clock']
    for (const name of [...holding, 'test_keeps_something']) expect(plain(name).status, name).toBe('passed')
  })

  it('tells a failed assertion from an exception', () => {
    expect(plain('test_is_wrong').error).toMatchObject({ name: 'AssertionError', assertion: true })
    expect(plain('test_is_wrong').error?.message).toContain('assert 1 == 2')
    expect(plain('test_throws').error).toEqual({ name: 'TypeError', message: 'not implemented', assertion: false })
    expect(plain('test_does_not_raise').error).toMatchObject({ assertion: true })
    expect(plain('test_cannot_run').error).toMatchObject({ message: 'no database', assertion: false })
  })

  it('lets honest code log, tell its stack, name its types and handle signals', () => {
    const honest = result.tests.filter(({ file }) => file === 'tests/test_honest.py')
    expect(honest.map(({ name, status, error }) => ({ name, status, error }))).toEqual(
      honest.map(({ name }) => ({ name, status: 'passed', error: null })),
    )
    expect(honest).toHaveLength(5)
  })

  it("runs unittest's tests, asynchronous ones and parts too", () => {
    expect(plain('Plain > test_same').status).toBe('passed')
    expect(plain('Plain > test_equal')).toMatchObject({ status: 'failed', error: { assertion: true } })
    expect(plain('Plain > test_parts').status).toBe('failed')
    expect(plain('Plain > test_left_out').status).toBe('skipped')
    expect(plain('Later > test_waits').status).toBe('passed')
    expect(plain('Later > test_waits_and_fails')).toMatchObject({ status: 'failed', error: { assertion: true } })
  })

  it('does not believe a result that a test printed, and tells how far it is', () => {
    expect(find('tests/test_forged.py > test_prints_a_result_of_its_own').status).toBe('failed')
    expect(result.output).toContain('a word of my own')
    expect(result.output).not.toContain('specproof-')
    expect(progress.at(-1)).toMatchObject({ stage: 'tests', done: result.tests.length })
    expect(progress.at(-1)?.runs).toBeGreaterThan(200)
  })

  it('runs properties on the requested seeds and cases, whatever the author wrote', () => {
    expect(property('test_overrides_what_the_author_fixed')).toMatchObject({
      status: 'passed',
      properties: [{ seeds: LIGHT.seeds, runs: 100, failed: false, seed: null, path: null }],
    })
    expect(property('test_counts_no_examples').properties).toMatchObject([{ runs: 100 }])
    expect(property('test_ran_the_example').status).toBe('passed')
    const [several] = property('test_overrides_what_the_author_fixed').properties
    expect(several!.distinct).toBeGreaterThan(10)
    expect(drawsOneCase([several!])).toBe(false)
    expect(drawsOneCase(property('test_draws_one_case').properties)).toBe(true)
    const all = property('test_draws_all')
    expect(all.properties).toMatchObject([{ exhausted: true, distinct: 2 }])
    const alone = { ...result, status: 'passed' as const, tests: [all], problems: [] }
    expect(judgeProperties(alone, [all.id], LIGHT, new Map())).toEqual({ ok: true })
    expect(property('test_has_no_cases')).toMatchObject({ status: 'failed', error: { assertion: false } })
  })

  it('cuts a property whose time is over, when each seed had a tenth of its cases', async () => {
    const intensity = { seeds: [3, 4], runs: 1_000, minMs: 0 }
    const slow = await runTests(target, { path, files: ['tests/test_slow.py'], intensity, maxMs: 12_000 })
    const [run] = find('tests/test_slow.py > test_takes_its_time', slow).properties
    expect(run).toMatchObject({ cut: true, seeds: [3, 4], failed: false })
    expect(run!.runs).toBeGreaterThanOrEqual(200)
    expect(run!.runs).toBeLessThan(2_000)
    const asked = judgeProperties(slow, [], intensity, new Map())
    expect(asked).toEqual({ ok: true })
  })

  it('gives a shrunk counterexample', () => {
    const [run] = property('test_fails').properties
    expect(run).toMatchObject({ failed: true, seeds: [11], seed: 11, counterexample: "n=1000, s=''" })
    expect(run).toMatchObject({ repeated: { failed: 5, of: 5, leak: null } })
    expect(run!.shrinks).toBeGreaterThan(0)
    expect(property('test_fails').error).toMatchObject({ assertion: true })
    expect(property('test_throws')).toMatchObject({
      status: 'failed',
      error: { name: 'NotImplementedError', assertion: false },
    })
    expect(property('test_inner').properties).toMatchObject([{ failed: true, counterexample: 'n=500' }])
    expect(property('test_fails_its_example').properties).toMatchObject([
      { failed: true, counterexample: 'n=-7', path: null },
    ])
    const outcomes = { test_expects_an_error: 'n=300', test_gives_up: 'n=20', test_ends_the_program: 'n=20' }
    for (const [name, counterexample] of Object.entries(outcomes)) {
      const repeated = { failed: 5, of: 5, leak: null }
      expect(property(name).properties, name).toMatchObject([{ failed: true, seed: 11, counterexample, repeated }])
      expect(property(name).properties[0]!.path, name).toEqual(expect.any(String))
    }
    expect(property('test_gives_up_its_example').properties).toMatchObject([{ failed: true, counterexample: 'n=-3' }])
    const [machine] = property('TestMachine').properties
    expect(machine!.counterexample).toMatch(/state\.add\(by=\d\)/)
  })

  it('fails where every value was rejected, where the same case does other things, and where the test swallows it', () => {
    expect(property('test_rejects_all')).toMatchObject({
      status: 'failed',
      error: { assertion: false },
      properties: [{ failed: true, path: null }],
    })
    expect(property('test_fails_once')).toMatchObject({ status: 'failed', properties: [{ failed: true, runs: 5 }] })
    const swallowed = property('test_swallows')
    const alone = { ...result, status: 'passed' as const, tests: [swallowed], problems: [] }
    expect(judgeProperties(alone, [swallowed.id], LIGHT, new Map())).toMatchObject({ ok: false })
  })

  it('replays one case, and goes on with other properties for the time asked for', async () => {
    const known = property('test_fails')
    const [run] = known.properties
    const again = await runTests(target, {
      path,
      files: ['tests/test_properties.py'],
      intensity: { seeds: [7], runs: 5, minMs: 0 },
      replay: { test: known.id, seed: run!.seed!, path: run!.path! },
    })
    expect(find(known.id, again)).toMatchObject({
      status: 'failed',
      properties: [{ seeds: [11], runs: 1, counterexample: "n=1000, s=''", shrinks: 0 }],
    })
    const given = property('test_expects_an_error')
    const once = await runTests(target, {
      ...{ path, files: ['tests/test_properties.py'], intensity: { seeds: [7], runs: 5, minMs: 0 } },
      replay: { test: given.id, seed: 11, path: given.properties[0]!.path! },
    })
    expect(find(given.id, once).properties).toMatchObject([{ seeds: [11], runs: 1, counterexample: 'n=300' }])
    const longer = await runTests(target, {
      path,
      files: ['tests/test_more.py'],
      intensity: { seeds: [7], runs: 5, minMs: 1_000 },
    })
    const [other] = find('tests/test_more.py > test_goes_on', longer).properties
    expect(other!.seeds[0]).toBe(7)
    expect(other!.seeds.length).toBeGreaterThan(2)
    expect(new Set(other!.seeds).size).toBe(other!.seeds.length)
    expect(other!.runs).toBe(5 * other!.seeds.length)
  })

  it('is empty where there is no test, and where all are skipped; a frozen test that is gone is red', async () => {
    const none = await runTests(await targetOf({ 'pyproject.toml': '' }), { path })
    expect(none).toMatchObject({ status: 'empty', tests: [], problems: [] })
    const skipped = { 'test_a.py': 'import pytest\n@pytest.mark.skip\ndef test_x(): pass\n' }
    const left = await runTests(await targetOf(skipped), { path })
    const listed = { ...skipped, 'pytest.ini': '[pytest]\naddopts = --collect-only\n' }
    const unseen = await runTests(await targetOf(listed), { path, files: ['test_a.py'] })
    expect(unseen.problems).toMatchObject([{ message: expect.stringContaining('No test of this file was run') }])
    expect(left).toMatchObject({ status: 'empty', tests: [{ id: 'test_a.py > test_x', status: 'skipped' }] })
    const tests = result.tests.filter((test) => test.file === 'tests/test_good.py')
    const good = { ...result, status: 'passed' as const, tests, problems: [] }
    expect(judgeFrozen(good, ['tests/test_good.py > test_holds'])).toEqual({ ok: true })
    expect(judgeFrozen(good, ['tests/test_good.py > test_another'])).toMatchObject({ ok: false })
  })

  it('is never green where files are missing, empty, or end their process', async () => {
    const files = Object.keys(TROUBLE).filter((name) => name.includes('/'))
    const all = await runTests(await targetOf(TROUBLE), { path, files })
    const about = (name: string) => all.problems.flatMap((problem) => (problem.file === name ? [problem.message] : []))
    expect(all.status).toBe('broken')
    expect(find('tests/test_good.py > test_holds', all).status).toBe('passed')
    expect(about('tests/test_syntax.py').join()).toContain('SyntaxError')
    expect(about('tests/test_missing.py').join()).toContain("No module named 'nowhere_at_all'")
    expect(about('tests/test_without.py').join()).toMatch(/no test/i)
    expect(about('elsewhere/other.txt').join()).toContain('does not collect')
    for (const name of ['exits', 'leaves', 'killed']) {
      const red = all.tests.filter(({ file }) => file === `tests/test_${name}.py`)
      expect(red.some(({ status }) => status === 'failed') || about(`tests/test_${name}.py`).length > 0, name).toBe(
        true,
      )
      expect(
        red.every(({ status }) => status !== 'passed'),
        name,
      ).toBe(true)
    }
  })

  it('gives wrong versions time for as many cases as they get: what lives after it has survived', async () => {
    const key = 'specproof_slow'
    const mutants = mutantsOf('slow.py', SLOW['slow.py'], null, 1)
    const idOf = (line: number, replacement: string) => {
      const found = mutants.find((one) => one.line === line && one.replacement === replacement)
      if (!found) throw new Error(JSON.stringify(mutants.map((one) => [one.line, one.replacement])))
      return found.id
    }
    const [wrong, lives, endless] = [idOf(3, '-'), idOf(6, '2000000'), idOf(12, 'pass')]
    const slow = await targetOf({ ...SLOW, 'slow.py': instrument('slow.py', SLOW['slow.py'], mutants, key) })
    const bitten = async (files: string[], ids: number[], more: object) => {
      const teeth = { key, mutants: ids, control: true, maxMs: 6_000, waitMs: 500, ...more }
      const request = { stage: 'teeth', kind: 'tests', maxMs: 60_000 } as const
      const quick = { seeds: [7], runs: 5, minMs: 0 }
      const { mutants: runs } = await runRequest(slow, { ...request, files, intensity: quick, teeth }, { path })
      return Object.fromEntries(runs!.map(({ mutant, status }) => [mutant, status]))
    }
    const thorough = { seeds: [1, 2, 3, 4], runs: 1_000, minMs: 0 }
    expect(await bitten(['tests/test_cases.py'], [wrong, lives, endless], { thorough })).toEqual({
      [wrong]: 'killed',
      [lives]: 'survived',
      [endless]: 'timeout',
    })
    expect(await bitten(['tests/test_waits.py'], [lives], { control: false })).toEqual({ [lives]: 'survived' })
    // Its first case is 0, which tells nothing; beginning takes all of the time.
    const late = { control: false, maxMs: 300, waitMs: 20_000 }
    expect(await bitten(['tests/test_cases.py'], [wrong], late)).toEqual({ [wrong]: 'killed' })
  }, 60_000)

  it('believes no test whose own code works on runner, reports, assertions or the harness', async () => {
    const files = attackFiles(ATTACKS)
    const tests = Object.keys(files).filter((name) => name.startsWith('tests/'))
    const all = await runTests(await targetOf(files), { path, files: tests })
    const fooled = tests.filter((name) => {
      const own = all.tests.filter(({ file }) => file === name)
      const doubted = all.problems.some(({ file }) => file === name)
      return !doubted && (own.length === 0 || own.some(({ status }) => status === 'passed'))
    })
    expect(fooled).toEqual([])
  })
})
