import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instrument } from '../../src/core/teeth/instrument.ts'
import { mutantsOf } from '../../src/core/teeth/mutants.ts'
import { countTests } from '../../src/core/verdict/count-tests.ts'
import type { CheckResult, TestResult } from '../../src/core/verdict/evidence.ts'
import { drawsOneCase, judgeFrozen, judgeProperties } from '../../src/core/verdict/judge.ts'
import type { CheckProgress } from '../../src/io/checks/checks.ts'
import { LIGHT, makeTarget, runRequest, runTests } from '../io/checks/target.ts'
import { goEnvironment, goModule, outsideOfBoxes } from '../support/go.ts'
import { sample } from '../support/sample.ts'
import { ATTACKS, attackFiles, RESULTS, TROUBLE } from './go/cases.ts'

const go = await goEnvironment()
const cleanUps: (() => Promise<void>)[] = []
const MODULE = await goModule()
const targetOf = (files: Record<string, string>) =>
  makeTarget({ 'package.json': null, ...MODULE, ...files }, (cleanUp) => cleanUps.push(cleanUp))

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

if ('missing' in go) it.skip(`go test is not judged here: ${go.missing}`, () => {})

describe.runIf('env' in go)('go', () => {
  const env = 'env' in go ? outsideOfBoxes(go.env) : {}
  const path = env['PATH'] ?? ''
  const minutes = { maxMs: 300_000, path, env }
  let target: Awaited<ReturnType<typeof makeTarget>>
  let result: CheckResult
  const progress: CheckProgress[] = []

  beforeAll(async () => {
    target = await targetOf(RESULTS)
    result = await runTests(target, { ...minutes, onProgress: (step) => progress.push(step) })
  }, 300_000)

  function find(id: string, within = result): TestResult {
    const found = within.tests.find((test) => test.id === id)
    if (!found)
      throw new Error(
        `no test ${id} among\n${JSON.stringify([within.tests.map((test) => test.id), within.problems, within.output])}`,
      )
    return found
  }
  const plain = (name: string) => find(`calc/results_test.go > ${name}`)
  const property = (name: string) => find(`calc/properties_test.go > ${name}`)

  it('tells passed, failed and skipped tests apart, parts, examples and seeds of fuzz tests too', () => {
    expect(result).toMatchObject({ status: 'failed', problems: [] })
    const names = (status: string) =>
      result.tests
        .filter((test) => test.file === 'calc/results_test.go' && test.status === status)
        .map(({ id }) => id.replace('calc/results_test.go > ', ''))
    expect(names('passed').sort()).toEqual(
      [
        ...['ExampleAdd', 'FuzzAdd > seed#0', 'TestAtTheSameTime > a', 'TestComesAfter', 'TestHolds'],
        ...['TestParts > one', 'TestParts > one#01', 'TestStartsItself'],
      ].sort(),
    )
    expect(names('skipped')).toEqual(['TestIsSkipped'])
    for (const name of ['TestRaces', 'TestFailsAtItsEnd', 'TestParts > three > deep', 'FuzzAdd > seed#1', 'FuzzAdd'])
      expect(names('failed'), name).toContain(name)
    expect(names('failed')).toContain('ExampleAdd_wrong')
    expect(names('failed')).toContain('TestPrintsAResultOfItsOwn')
  })

  it('tells a failed assertion from a panic, and goes on after one in a goroutine', () => {
    expect(plain('TestIsWrong').error).toEqual({ name: 'AssertionError', message: 'got 2, want 3', assertion: true })
    expect(plain('TestThrows').error).toMatchObject({ name: 'panic', assertion: false })
    expect(plain('TestThrows').error?.message).toMatch(/^not implemented\n {4}at .*results_test\.go:\d+/)
    expect(plain('TestNil').error).toMatchObject({ assertion: false, message: expect.stringContaining('nil pointer') })
    expect(plain('TestIsMarked').error).toMatchObject({ assertion: true })
    expect(plain('TestParts > two_of_them').error).toMatchObject({ message: 'two is wrong' })
    expect(plain('TestParts').error).toMatchObject({ message: 'two_of_them: two is wrong', assertion: true })
    expect(plain('TestPanicsElsewhere').error).toMatchObject({ assertion: false })
    expect(plain('TestPanicsElsewhere').error?.message).toContain('panic: in a goroutine')
    expect(plain('TestRaces').error?.message).toContain('race detected')
    expect(plain('ExampleAdd_wrong').error).toMatchObject({ message: 'got:\n3\nwant:\n4', assertion: true })
  })

  it('does not believe a result that a test printed, and tells how far it is', () => {
    expect(plain('TestPrintsAResultOfItsOwn').status).toBe('failed')
    expect(result.output).not.toContain('specproof-result')
    expect(progress.at(-1)).toMatchObject({ stage: 'tests', done: countTests(result.tests.map(({ id }) => id)) })
    expect(progress.at(-1)?.runs).toBeGreaterThan(200)
  })

  it.each(['Rapid', 'Gopter', 'Quick'])('runs properties of %s on the requested seeds and cases', (library) => {
    const [run] = property(`Test${library}Holds`).properties
    expect(run).toMatchObject({ seeds: LIGHT.seeds, runs: 100, failed: false, seed: null, path: null })
    expect(run!.distinct).toBeGreaterThan(5)
    const [red] = property(`Test${library}Fails`).properties.slice(-1)
    expect(red).toMatchObject({ failed: true, seed: 11, repeated: { failed: 5, of: 5, leak: null } })
    expect(property(`Test${library}Fails`)).toMatchObject({ status: 'failed', error: { assertion: true } })
  })

  it('gives a shrunk counterexample', () => {
    expect(property('TestRapidFails').properties).toMatchObject([{ counterexample: 'n=1000, s=""' }])
    expect(property('TestRapidFails').error?.message).toContain('1000 is too much')
    expect(property('TestRapidFails').properties[0]!.shrinks).toBeGreaterThan(0)
    expect(property('TestGopterFails').properties).toMatchObject([{ failed: false }, { counterexample: 'ARG_0=1000' }])
    expect(property('TestGopterFails').error?.message).toContain('too much')
    expect(property('TestRapidMachine').properties[0]!.counterexample).toMatch(/by=\d/)
    expect(property('TestQuickFails').properties[0]!.counterexample).toBe('#1=0xc8, #2=""')
    expect(property('TestQuickCompares').error?.message).toContain('the functions differ')
    for (const name of ['TestRapidThrows', 'TestGopterThrows'])
      expect(property(name).error, name).toMatchObject({
        assertion: false,
        message: expect.stringContaining('not implemented'),
      })
  })

  it('fails where every value was rejected, where the same case does other things, and where the test swallows it', () => {
    expect(property('TestRapidRejectsAll')).toMatchObject({
      status: 'failed',
      error: { assertion: false },
      properties: [{ failed: true, path: null }],
    })
    expect(property('TestRapidFailsOnce')).toMatchObject({
      status: 'failed',
      properties: [{ failed: true, runs: 5, repeated: { failed: 0, of: 5 } }],
    })
    expect(property('TestRapidInParts > inner').properties).toMatchObject([{ runs: 100 }])
    expect(drawsOneCase(property('TestRapidDrawsOneCase').properties)).toBe(true)
    const swallowed = property('TestGopterSwallows')
    expect(swallowed.properties).toMatchObject([{ failed: true }])
    const alone = { ...result, status: 'passed' as const, tests: [swallowed], problems: [] }
    expect(judgeProperties(alone, [swallowed.id], LIGHT, new Map())).toMatchObject({ ok: false })
  })

  it('replays one case, and goes on with other properties for the time asked for', async () => {
    const replay = async (name: string) => {
      const known = property(name)
      const run = known.properties.at(-1)!
      const again = await runTests(target, {
        ...minutes,
        files: ['calc/properties_test.go'],
        intensity: { seeds: [7], runs: 5, minMs: 0 },
        replay: { test: known.id, seed: run.seed!, path: run.path! },
      })
      expect(find(known.id, again)).toMatchObject({ status: 'failed' })
      expect(find(known.id, again).properties.at(-1)).toMatchObject({
        seeds: [11],
        runs: 1,
        counterexample: run.counterexample,
        shrinks: 0,
      })
    }
    await replay('TestRapidFails')
    await replay('TestGopterFails')
    const intensity = { seeds: [7], runs: 5, minMs: 1_000 }
    const longer = await runTests(target, { ...minutes, files: ['calc/more_test.go'], intensity })
    const [other] = find('calc/more_test.go > TestGoesOn', longer).properties
    expect(other!.seeds[0]).toBe(7)
    expect(other!.seeds.length).toBeGreaterThan(2)
    expect(new Set(other!.seeds).size).toBe(other!.seeds.length)
    expect(other!.runs).toBe(5 * other!.seeds.length)
  }, 120_000)

  it('is empty where there is no test, and where all are skipped; a frozen test that is gone is red', async () => {
    const none = await runTests(await targetOf({ 'a.go': 'package a\n' }), minutes)
    expect(none).toMatchObject({ status: 'empty', tests: [], problems: [] })
    const skipped = { 'a_test.go': 'package a\n\nimport "testing"\n\nfunc TestX(t *testing.T) { t.SkipNow() }\n' }
    const left = await runTests(await targetOf(skipped), minutes)
    expect(left).toMatchObject({ status: 'empty', tests: [{ id: 'a_test.go > TestX', status: 'skipped' }] })
    const tests = result.tests.filter((test) => test.file === 'calc/good_test.go')
    const good = { ...result, status: 'passed' as const, tests, problems: [] }
    expect(judgeFrozen(good, ['calc/good_test.go > TestGood'])).toEqual({ ok: true })
    expect(judgeFrozen(good, ['calc/good_test.go > TestAnother'])).toMatchObject({ ok: false })
  }, 120_000)

  it('is never green where files are missing, empty, hidden, or end their process', async () => {
    const files = Object.keys(TROUBLE)
    const all = await runTests(await targetOf(TROUBLE), { ...minutes, files })
    const about = (name: string) => all.problems.flatMap((problem) => (problem.file === name ? [problem.message] : []))
    expect(all.status).toBe('broken')
    expect(find('good/good_test.go > TestHolds', all).status).toBe('passed')
    expect(about('syntax/syntax_test.go').join()).toMatch(/syntax\/syntax_test\.go:5:\d+: cannot use "a"/)
    expect(about('syntax/other_test.go').join()).toContain('syntax/syntax_test.go:5')
    expect(about('missing/missing_test.go').join()).toContain('nowhere.example')
    expect(about('without/without_test.go').join()).toMatch(/no test/i)
    expect(about('hidden/hidden_test.go').join()).toContain('does not collect')
    expect(about('elsewhere/other.txt').join()).toContain('does not collect')
    expect(about('late/late_test.go').join()).toContain('late')
    expect(all.tests.filter(({ file }) => file === 'exits/exits_test.go')).toMatchObject([
      { name: 'TestEndsItsProcess', status: 'failed' },
      { name: 'TestComesAfter', status: 'passed' },
    ])
    for (const name of ['leaves', 'killed', 'main']) {
      const red = all.tests.filter(({ file }) => file === `${name}/${name}_test.go`)
      expect(red.length + about(`${name}/${name}_test.go`).length, name).toBeGreaterThan(0)
      expect(
        red.map(({ status }) => status),
        name,
      ).not.toContain('passed')
    }
  }, 120_000)

  it('believes no test whose own code works on runner, reports, assertions or the harness', async () => {
    const files = attackFiles(sample('attacks on go', ATTACKS, 3))
    const tests = Object.keys(files).filter((name) => name.endsWith('_test.go'))
    const all = await runTests(await targetOf(files), { ...minutes, files: tests })
    const fooled = tests.filter((name) => {
      const own = all.tests.filter(({ file }) => file === name)
      const doubted = all.problems.some(({ file }) => file === name)
      return !doubted && (own.length === 0 || own.some(({ status }) => status === 'passed'))
    })
    expect(fooled).toEqual([])
  }, 120_000)

  it('cuts a property whose time is over, when each seed had a tenth of its cases', async () => {
    const body =
      'if err := quick.Check(func(n uint8) bool { time.Sleep(5 * time.Millisecond); return true }, nil); err != nil {\n\t\tt.Error(err)\n\t}'
    const test = `package slow\n\nimport (\n\t"testing"\n\t"testing/quick"\n\t"time"\n)\n\nfunc TestSlow(t *testing.T) {\n\t${body}\n}\n`
    const slow = await targetOf({ 'slow/slow.go': 'package slow\n', 'slow/slow_test.go': test })
    const intensity = { seeds: [3, 4], runs: 1_000, minMs: 0 }
    // What was compiled before counts for nothing of the time.
    const ran = await runTests(slow, { ...minutes, files: ['slow/slow_test.go'], intensity, maxMs: 12_000 })
    const [run] = ran.tests[0]!.properties
    expect(run).toMatchObject({ cut: true, seeds: [3, 4], failed: false })
    expect(run!.runs).toBeGreaterThanOrEqual(200)
    expect(run!.runs).toBeLessThan(2_000)
    expect(judgeProperties(ran, [], intensity, new Map())).toEqual({ ok: true })
  }, 120_000)

  it('runs wrong versions, also those that are compiled for themselves', async () => {
    const code =
      'package most\n\nconst Limit = 3\n\nconst At = 1 - 1\n\nvar First = [1]int{7}[At]\n\nfunc Over(n int) bool { return n > Limit }\n'
    const test = `package most\n\nimport "testing"\n\nfunc TestOver(t *testing.T) {\n\tif Over(2) || !Over(5) {\n\t\tt.Error("wrong")\n\t}\n}\n`
    const mutants = mutantsOf('most/most.go', code, null, 1)
    const wrong = await targetOf({
      'most/most.go': instrument('most/most.go', code, mutants, 'key_x'),
      'most/most_test.go': test,
      'most/slow_test.go':
        'package most\n\nimport (\n\t"testing"\n\t"testing/quick"\n)\n\nfunc TestSlow(t *testing.T) {\n\tif err := quick.Check(func(n uint8) bool { return Over(5) }, nil); err != nil {\n\t\tt.Error(err)\n\t}\n}\n',
    })
    const ran = await runRequest(
      wrong,
      {
        ...{ stage: 'teeth', kind: 'tests', files: ['most/most_test.go'], intensity: LIGHT, maxMs: 200_000 },
        teeth: { key: 'key_x', mutants: mutants.map(({ id }) => id), control: true, waitMs: 1_000, maxMs: 100_000 },
      },
      minutes,
    )
    expect(ran.tests).toMatchObject([{ status: 'passed' }])
    const outcome = (original: string, replacement: string) => {
      const mutant = mutants.find((one) => one.original === original && one.replacement === replacement)
      return ran.mutants?.find((one) => one.mutant === mutant?.id)?.status
    }
    const said = mutants.map(
      ({ original, replacement }) => `${original} -> ${replacement}: ${outcome(original, replacement)}`,
    )
    expect(said).toContain('3 -> 6: killed')
    // An index that is out of bounds is no version that anybody could land.
    expect(said).toContain('- -> +: refused')
    expect(said).toContain('3 -> 4: survived')
    expect(said.filter((one) => one.startsWith('>'))).toEqual(['> -> >=: survived'])
    expect(said.filter((one) => one.endsWith('killed')).length, said.join('\n')).toBe(3)

    // What the compiler takes is not taken from the tests.
    const edits = mutants.filter(({ original }) => original === '3').map(({ id }) => id)
    expect(edits.length).toBeGreaterThan(1)
    const hasty = await runRequest(
      wrong,
      {
        ...{ stage: 'teeth', kind: 'tests', files: ['most/most_test.go'], intensity: LIGHT, maxMs: 200_000 },
        teeth: { key: 'key_x', mutants: edits, control: true, waitMs: 1_000, maxMs: 1_500 },
      },
      minutes,
    )
    expect(hasty.mutants?.map(({ status }) => status)).not.toContain('not-run')

    // Alone, without a time of the right version, a search that finds nothing ends before its process does.
    const slow = { stage: 'teeth' as const, kind: 'tests' as const, intensity: LIGHT, maxMs: 200_000 }
    const thorough = { seeds: [1], runs: 100_000_000, minMs: 0 }
    const teeth = { key: 'key_x', control: false, waitMs: 8_000, maxMs: 2_000, thorough }
    const { id } = mutants.find((one) => one.original === '>' && one.replacement === '>=')!
    const alone = await runRequest(
      wrong,
      { ...slow, files: ['most/slow_test.go'], teeth: { ...teeth, mutants: [id] } },
      minutes,
    )
    expect(alone.mutants).toMatchObject([{ status: 'survived' }])
  }, 120_000)
})
