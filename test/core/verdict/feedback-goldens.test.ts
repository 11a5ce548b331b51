import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenCounters } from '../../../src/commands/tokens.ts'
import type { CheckResult, PropertyRun, TestResult } from '../../../src/core/verdict/evidence.ts'
import { describeFailures } from '../../../src/core/verdict/feedback.ts'
import {
  type CheckVerdict,
  judgeFrozen,
  judgeProperties,
  judgeSuite,
  judgeSwallowed,
} from '../../../src/core/verdict/judge.ts'
import { judgeCommand } from '../../../src/core/verdict/verify.ts'
import { FALSIFIED, property, result, test } from './support.ts'

const MOST = 1_500
const GOLDENS = join(import.meta.dirname, 'feedback')
const { count } = await tokenCounters([])

const report = (failure: string) =>
  `Property failed after 4 tests\n{ seed: -12, path: "3:1:0", endOnFailure: true }\nCounterexample: [5,0,3]\nShrunk 7 time(s)\n\n${failure}`
const red = (name: string, message: string, more: Partial<TestResult> = {}) =>
  test(`test/queue.test.ts > ${name}`, 'assertion', {
    error: { name: 'AssertionError', message, assertion: true },
    ...more,
  })
const falsified = (more: Partial<PropertyRun>) => [property({ ...FALSIFIED, history: [], ...more })]
const CLAMPED = 'an answer lies within the limits (1.1, 1.2)'
const DETECTED = 'a silent worker is marked as failed within 45 s (3.3)'
const CRASH =
  '[[{"kind":"crash","node":"w1","at":10000,"for":null},{"kind":"partition","between":["w1","c"],"at":12000}]]'
const HISTORY = Array.from(
  { length: 300 },
  (_, i) => `${i * 137} ms  ${i % 3 === 0 ? 'c    timer 30000 ms' : `w${i % 5} -> c  heartbeat ${i} lost (partition)`}`,
)
const PICTURE = [
  'ms      c          w1         w2',
  ...Array.from({ length: 30 }, (_, i) => `${String(i * 1_000).padEnd(6)}  |<---------+          |   heartbeat`),
]
const stopped = (limit: CheckResult['limit'], more: Partial<CheckResult> = {}) =>
  result([], { status: 'stopped', limit, running: `test/queue.test.ts > ${CLAMPED}`, ...more })
const frozen = (judged: CheckResult, ids = ['test/queue.test.ts > a']) => judgeFrozen(judged, ids)
const one = (failed: TestResult) => frozen(result([failed, test('test/queue.test.ts > b', 'passed')]))

/** What a kind of failure is told as: by the functions that judge, from results as runners give them. */
const KINDS: Record<string, CheckVerdict> = {
  'an assertion of a plain test': one(
    red(
      'the oldest job is taken first (2.1)',
      "expected 'b' to deeply equal 'a'\n\n- Expected\n+ Received\n\n- a\n+ b",
    ),
  ),
  'another exception': one(
    test('test/queue.test.ts > the oldest job is taken first (2.1)', 'failed', {
      error: {
        name: 'TypeError',
        message: "TypeError: Cannot read properties of undefined (reading 'id')\n    at take (src/queue.ts:12:20)",
        assertion: false,
      },
    }),
  ),
  'a property': one(
    red(CLAMPED, report('AssertionError: expected 5 to deeply equal 3\n\n- Expected\n+ Received\n\n- 3\n+ 5'), {
      properties: falsified({ counterexample: '[5,0,3]' }),
    }),
  ),
  'a property in a simulation': one(
    red(DETECTED, report('AssertionError: expected [ Array(1) ] to deeply equal []\n\n+ "w1 was silent for 61 s"'), {
      properties: falsified({ counterexample: CRASH, history: HISTORY, simulated: true }),
    }),
  ),
  'a property in a simulation that is drawn': one(
    red(DETECTED, report('AssertionError: expected [ Array(1) ] to deeply equal []\n\n+ "w1 was silent for 61 s"'), {
      properties: falsified({ counterexample: CRASH, history: HISTORY, picture: PICTURE, simulated: true }),
    }),
  ),
  'a determinism leak': one(
    red(
      DETECTED,
      report(
        'AssertionError: expected 61 to be at most 45\n\nDeterminism leak: the same case took another course when it was run again, first at event 17: 2100 c timer / 2100 c heartbeat. It failed in 2 of 5 runs. Something outside of the simulation decides: real time, real randomness, or state that is left from the run before.',
      ),
      { properties: falsified({ counterexample: CRASH, history: HISTORY.slice(0, 18), simulated: true }) },
    ),
  ),
  'a plain test that fails now and then': one(
    red('two workers never get one job (4.2)', "expected [ 'j1', 'j1' ] to deeply equal [ 'j1' ]", {
      repeated: { failed: 1, of: 3 },
    }),
  ),
  'thirty tests at once': frozen(
    result(
      Array.from({ length: 30 }, (_, i) =>
        red(
          `${CLAMPED} in the form number ${i}`,
          report(`AssertionError: expected ${i} to be 3${' and so on'.repeat(90)}`),
          {
            properties: falsified({ counterexample: `[${Array.from({ length: 200 }, (_, k) => i + k)}]` }),
          },
        ),
      ),
    ),
  ),
  'a huge case and a flood of words': one(
    red(CLAMPED, report(`AssertionError: expected ${'{"a":[1,2,3]},'.repeat(40_000)}`), {
      properties: falsified({
        counterexample: `[${'{"id":"x-1","at":12345,"data":[0,0,0]},'.repeat(5_000)}]`,
        history: HISTORY.map((event) => event.repeat(200)),
      }),
    }),
  ),
  'a loop without end': frozen(stopped('wall-clock')),
  'a flood of output': frozen(stopped('output', { output: 'again\n'.repeat(600) })),
  'too much memory': frozen(stopped('memory')),
  'a process that the code ended': frozen(result([], { status: 'no-results', output: 'starting\nbye\n' })),
  'files that cannot be collected': frozen(
    result([], {
      status: 'broken',
      problems: Array.from({ length: 100 }, (_, i) => ({
        file: `test/part-${i}.test.ts`,
        message: "Error: Cannot find module '../src/queue.ts' imported from a file of the tests",
      })),
    }),
  ),
  'frozen tests that did not run': frozen(result([test('test/queue.test.ts > b', 'passed')])),
  'a test of the project that is newly red': judgeSuite(
    result([
      red('a report has a title', "expected '' to deeply equal 'Jobs'", {
        id: 'test/report.test.ts > a report has a title',
      }),
    ]),
    result([test('test/report.test.ts > a report has a title', 'passed')]),
    [],
  ),
  'a test of the project that is gone': judgeSuite(
    result([test('t > b', 'passed')]),
    result([test('t > a', 'passed')]),
    [],
  ),
  'assertions that the code swallows': judgeSwallowed(
    result([test('test/queue.test.ts > a callback sees each job (2.3)', 'passed', { swallowed: 4 })]),
    () => 'it()',
  ),
  'a property that ran on fewer cases': judgeProperties(
    result([test('test/queue.test.ts > a', 'passed', { properties: [property({ seeds: [1, 2], runs: 40 })] })]),
    [],
    { seeds: [1, 2], runs: 1_000 },
    new Map(),
  ),
  'a service that ended': frozen(
    result([red('jobs are stored (5.1)', 'Error: connect ECONNREFUSED 127.0.0.1:5432')], {
      services: ['service db ended with exit code 1 while the tests ran; its last lines: out of disk space'],
    }),
  ),
  'a command that says no': judgeCommand(
    result([
      test('make check', 'failed', {
        error: { name: 'Error', message: 'make: *** [check] Error 2', assertion: false },
      }),
    ]),
    [],
  ),
}

describe('what goes into the next prompt', () => {
  it.each(Object.entries(KINDS))('after %s', async (kind, verdict) => {
    expect(verdict.ok).toBe(false)
    if (verdict.ok) return
    const told = describeFailures(verdict.reason, verdict.failed)
    expect(count(told)).toBeLessThan(MOST)
    await expect(`${told}\n`).toMatchFileSnapshot(join(GOLDENS, `${kind.replaceAll(' ', '-')}.md`))
  })

  it('is of many kinds, and no golden file is left from one that is gone', () => {
    const names = Object.keys(KINDS).map((kind) => `${kind.replaceAll(' ', '-')}.md`)
    expect(names.length).toBeGreaterThanOrEqual(15)
    expect(readdirSync(GOLDENS).sort()).toEqual(names.sort())
  })

  it('says property, seed, smallest case and last events of what failed in a simulation, whatever its size', () => {
    for (const kind of ['a property in a simulation', 'a huge case and a flood of words']) {
      const { reason, failed } = KINDS[kind] as Extract<CheckVerdict, { ok: false }>
      const told = describeFailures(reason, failed)
      expect(told).toContain(failed[0]!.name)
      expect(told).toMatch(/\(seed -12, path 3:1:0, 7 shrinks\):\n\n```\n\[/)
      expect(told).toContain('Last events of the simulation of that case:')
    }
    // The end of a history is what led to the failure.
    const { reason, failed } = KINDS['a property in a simulation'] as Extract<CheckVerdict, { ok: false }>
    expect(describeFailures(reason, failed)).toContain('heartbeat 299 lost')
    const leak = KINDS['a determinism leak'] as Extract<CheckVerdict, { ok: false }>
    expect(describeFailures(leak.reason, leak.failed)).toContain('It failed in 2 of 5 runs.')
  })

  it('is bounded for any text, also where a vocabulary needs a token for each byte', () => {
    const long = fc.oneof(
      fc.string({ maxLength: 3_000 }),
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.json({ maxDepth: 5 }).map((text) => text.repeat(40)),
    )
    const failure = fc
      .record({ name: long, message: long, value: long, event: long })
      .map(({ name, message, value, event }) =>
        red(name, message, { name, properties: falsified({ counterexample: value, history: Array(30).fill(event) }) }),
      )
    fc.assert(
      fc.property(long, fc.array(failure, { maxLength: 5 }), (reason, failed) => {
        expect(count(describeFailures(reason, failed))).toBeLessThan(2 * MOST)
      }),
      { numRuns: 60 },
    )
  })
})
