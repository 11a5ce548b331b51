import { beforeAll, describe, expect, it } from 'vitest'
import { joined, notRun, outcomeOf, timeFor } from '../../../sandbox/harness/teeth.mts'
import { instrument } from '../../../src/core/teeth/instrument.ts'
import { type Mutant, mutantsOf } from '../../../src/core/teeth/mutants.ts'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'
import type { CheckProgress } from '../../../src/io/checks/checks.ts'
import { DIALECTS } from '../../conformance/runner/dialects.ts'
import { makeTarget, runRequest } from './target.ts'

const KEY = 'specproof_test'
const QUICK = { seeds: [7], runs: 20, minMs: 0 }

/** Each line is wrong in a way of its own. */
const SOURCE = `
export const LIMIT = 30
export function within(n: number): boolean { return n <= LIMIT }
export function rare(n: number): boolean { if (n === 77) { return false } return true }
export function unused(n: number): number { return n * 3 }
export function unseen(n: number): number { return n + 0 }
export function last(xs: number[]): number { let i = 0; while (i < xs.length - 1) { i += 1 } return i }
export function strict(n: number): number { if (!(n === 5)) throw new Error('not five'); return n }
let left = 1
export function patient(): Promise<void> { return new Promise((done) => { if (left === 1) done() }) }
export function ends(n: number): number { if (n > 1_000) process.kill(process.pid, 'SIGKILL'); return n }
export function blocks(n: number): number { if (n > 2_000) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000); return n }
`

const TESTS = `
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { blocks, ends, last, patient, rare, strict, unseen, within } from '../src/a.ts'
let ready = false
beforeEach(() => { ready = true })
describe('limits', () => {
  it('holds within', () => { fc.assert(fc.property(fc.integer({ min: 29, max: 33 }), (n) => { expect(within(n)).toBe(n <= 30) })) })
})
it('is rare', () => { fc.assert(fc.property(fc.nat({ max: 400 }), (n) => rare(n) === (n !== 77))) })
it('sees nothing', () => { unseen(1); expect(ready).toBe(true) })
it('finds the last', () => { expect(last([1, 2, 3])).toBe(2) })
it('is strict', () => { strict(5) })
it('is patient', async () => { await patient() })
it('goes on', () => { expect(ends(1)).toBe(1) })
it('goes on and on', () => { expect(blocks(1)).toBe(1) })
`

const MUTANTS = mutantsOf('src/a.ts', SOURCE, null, 1)
const named = (line: number, replacement: string): Mutant => {
  const found = MUTANTS.find(
    (one) => SOURCE.split('\n')[line - 1] !== undefined && one.line === line && one.replacement === replacement,
  )
  if (!found)
    throw new Error(`line ${line}: ${MUTANTS.filter((one) => one.line === line).map((one) => one.replacement)}`)
  return found
}

const LIMIT = named(2, '60')
const BOUNDARY = named(3, 'n < LIMIT')
const RARE = named(4, '154')
const UNUSED = named(5, 'n / 3')
const UNSEEN = named(6, 'n - 0')
const ENDLESS = named(7, 'i -= 1')
const THROWS = named(8, 'n !== 5')
const WAITS = named(9, '2')
const KILLS = named(11, 'true')
const BLOCKS = named(12, 'true')
const ALL = [KILLS, LIMIT, BOUNDARY, RARE, UNUSED, UNSEEN, ENDLESS, THROWS, WAITS, BLOCKS]

function target() {
  return makeTarget(
    { 'src/a.ts': instrument('src/a.ts', SOURCE, ALL, KEY), 'test/a.test.ts': TESTS },
    (cleanUp) => void cleanUps.push(cleanUp),
  )
}
const cleanUps: (() => Promise<void>)[] = []

async function run(
  mutants: Mutant[],
  more: object = {},
  onProgress?: (progress: CheckProgress) => void,
): Promise<CheckResult> {
  const teeth = { key: KEY, mutants: mutants.map(({ id }) => id), control: true, maxMs: 30_000, waitMs: 500, ...more }
  const request = {
    stage: 'teeth',
    kind: 'tests',
    intensity: QUICK,
    maxMs: 60_000,
    teeth,
  } as const
  return runRequest(await target(), { ...request, files: ['test/a.test.ts'] }, onProgress ? { onProgress } : {})
}

describe('a run on wrong versions', () => {
  let result: CheckResult
  const progress: CheckProgress[] = []
  const of = ({ id }: Mutant) => result.mutants?.find(({ mutant }) => mutant === id)

  beforeAll(async () => {
    result = await run(ALL, {}, (one) => progress.push(one))
    for (const cleanUp of cleanUps) await cleanUp()
  }, 60_000)

  it('kills by an assertion or a property, constants of a module included', () => {
    expect(of(LIMIT)).toMatchObject({ status: 'killed', test: 'holds within' })
    expect(of(BOUNDARY)).toMatchObject({ status: 'killed', test: 'holds within' })
    expect(of(BOUNDARY)!.message).toContain('expected false to be true')
  })

  it('tells what lives from what no test comes by', () => {
    expect(of(RARE)).toMatchObject({ status: 'survived' })
    expect(of(UNSEEN)).toEqual({ mutant: UNSEEN.id, status: 'survived', test: null, message: null })
    expect(of(UNUSED)).toMatchObject({ status: 'unreached' })
  })

  it('counts neither an exception nor what does not end for a kill, and goes on after what takes its process along', () => {
    expect(of(THROWS)).toMatchObject({ status: 'error', test: 'is strict', message: 'not five' })
    expect(of(ENDLESS)).toMatchObject({ status: 'timeout', test: 'finds the last' })
    expect(of(WAITS)).toMatchObject({ status: 'timeout', test: 'is patient' })
    expect(of(KILLS)).toMatchObject({ status: 'error', message: 'its process ended' })
    expect(of(BLOCKS)).toMatchObject({ status: 'timeout', message: 'it hung' })
  })

  it('gives the tests of the right version under their own names, and one outcome for each wrong one', () => {
    expect(result.problems).toEqual([])
    expect(result.tests.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(result.status).toBe('passed')
    expect(result.tests.map(({ id }) => id)).toContain('test/a.test.ts > limits > holds within')
    expect(new Set(result.tests.map(({ name }) => name)).size).toBe(8)
    expect(result.mutants).toHaveLength(ALL.length)
    expect(progress.at(-1)).toMatchObject({ total: ALL.length, stage: 'teeth' })
  })
})

describe('a longer run on wrong versions', () => {
  it('finds the rare one, and leaves what there is no time for', async () => {
    // In the run above it lives.
    const thorough = { seeds: [1, 2, 3, 4, 5], runs: 400, minMs: 0 }
    expect((await run([RARE], { thorough })).mutants).toMatchObject([{ status: 'killed', test: 'is rare' }])
    expect((await run([RARE, LIMIT], { maxMs: 1 })).mutants?.map(({ status }) => status)).toEqual([
      'not-run',
      'not-run',
    ])
    for (const cleanUp of cleanUps) await cleanUp()
  }, 60_000)
})

/** What a model has made wrong is a program of its own, and no right one runs beside it: each case is looked at alone. */
const BUSY = `
exports.sum = (n) => { let sum = 0; for (let i = 0; i < n; i++) { sum += 1 } return sum }
exports.ends = (n) => { let i = n; while (i > 0) { i -= n > 1000 ? 0 : 1 } return i }
`
const BUSY_TESTS = `
it('works much in all', () => { fc.assert(fc.property(fc.integer({ min: 1000, max: 2000 }), (n) => sum(n) === n)) })
`
const ENDLESS_TESTS = `
it('goes on for ever', () => { fc.assert(fc.property(fc.constantFrom(3, 2000), (n) => ends(n) === 0)) })
`

const SEVERAL_TESTS = `
for (const n of [1, 2, 3]) it('goes on ' + n, () => { assert.equal(ends(2000), 0) })
it('says no', () => { assert.equal(sum(2), 3) })
`

describe.each(DIALECTS.map((one) => [one.runner, one] as const))(
  'a whole wrong version with %s',
  (runner, { manifest, header, file }) => {
    it('lives however much its cases do in all, and is ended where one of them does not end', async () => {
      const load = header.includes('require(')
        ? "const { sum, ends } = require('./a.cjs')"
        : "import a from './a.cjs'\nconst { sum, ends } = a"
      const target = await makeTarget({
        'package.json': JSON.stringify({ name: 'target', ...manifest }),
        'a.cjs': instrument('a.cjs', BUSY, [], KEY),
        [file('busy')]: `${header}\n${load}\n${BUSY_TESTS}`,
        [file('several')]: `${header}\n${load}\n${SEVERAL_TESTS}`,
        [file('endless')]: `${header}\n${load}\n${ENDLESS_TESTS}`,
      })
      const thorough = { seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], runs: 500, minMs: 0 }
      const teeth = { key: KEY, mutants: [1], control: false, maxMs: 30_000, waitMs: 1_000, thorough }
      const outcomeIn = async (name: string) => {
        const request = { stage: 'teeth', kind: 'tests', intensity: QUICK, maxMs: 60_000, teeth } as const
        return (await runRequest(target, { ...request, files: [file(name)] })).mutants
      }
      // vitest leaves out what comes behind a test that does not end.
      const last =
        runner === 'vitest' ? { status: 'timeout', test: 'goes on 1' } : { status: 'killed', test: 'says no' }
      expect(await outcomeIn('several')).toMatchObject([last])
      expect(await outcomeIn('busy')).toMatchObject([{ mutant: 1, status: 'survived' }])
      expect(await outcomeIn('endless')).toMatchObject([{ mutant: 1, status: 'timeout', test: 'goes on for ever' }])
    }, 90_000)
  },
)

describe('a property that has no time for one case', () => {
  it('is no error of the wrong version: there was no time', async () => {
    const source = 'export function pause(n: number): number { if (n > 500) { return 20_000 } return 0 }\n'
    const slow = mutantsOf('src/b.ts', source, null, 1).find(({ replacement }) => replacement === 'true')!
    const tests = `
import fc from 'fast-check'
import { it } from 'vitest'
import { pause } from '../src/b.ts'
it('pauses', () => fc.assert(fc.asyncProperty(fc.nat({ max: 9 }), async (n) => {
  await new Promise((done) => setTimeout(done, pause(n)))
})))
`
    const files = { 'src/b.ts': instrument('src/b.ts', source, [slow], KEY), 'test/b.test.ts': tests }
    const teeth = { key: KEY, mutants: [slow.id], control: true, maxMs: 2_000, waitMs: 15_000 }
    const result = await runRequest(await makeTarget(files, (cleanUp) => void cleanUps.push(cleanUp)), {
      ...{ stage: 'teeth', kind: 'tests', files: ['test/b.test.ts'], intensity: QUICK, maxMs: 60_000, teeth },
    })
    expect(result.mutants).toMatchObject([{ mutant: slow.id, status: 'not-run' }])
    for (const cleanUp of cleanUps) await cleanUp()
  }, 60_000)

  it('is told apart from others by what fast-check says, and has as long as it takes when it is run alone', () => {
    const message = 'Property interrupted after 0 tests\n{ seed: 7 }'
    const test = {
      ...{ id: 'a', file: 'a', name: 'a', status: 'failed' as const, durationMs: 1, properties: [] },
      error: { name: 'Error', message, assertion: false },
    }
    const of = (text: string) =>
      outcomeOf(1, {
        ...{ uncollected: [], unhandled: [], doubts: [], files: 1 },
        tests: [{ ...test, error: { ...test.error, message: text } }],
      }).status
    expect([of(message), of('Property interrupted after 3 tests of mine')]).toEqual(['not-run', 'error'])
    // One file lets it live, another had no time: nothing is known.
    expect(joined([{ mutant: 1, status: 'survived', test: null, message: null }, notRun(1)])).toEqual([notRun(1)])
    expect(timeFor(1_000, 10, 300, undefined)).toBe(100)
    expect(timeFor(1_000, 10, 300, true)).toBe(600)
    expect(timeFor(400, 10, 300, true)).toBe(400)
    expect(timeFor(1_000, 1, 300, true)).toBe(1_000)
  })
})

/** Other runners take one wrong version after the other. */
const FEW = `
exports.LIMIT = 30
exports.within = (n) => n <= exports.LIMIT
exports.last = (xs) => { let i = 0; while (i < xs.length - 1) { i += 1 } return i }
exports.open = (n) => n + 0
`
const FEW_TESTS = `
it('holds within', () => { fc.assert(fc.property(fc.integer({ min: 29, max: 33 }), (n) => within(n) === (n <= 30))) })
it('finds the last', () => { assert.equal(last([1, 2, 3]), 2) })
it('is open', () => { open(1) })
`

describe.each(DIALECTS.filter(({ runner }) => runner !== 'vitest').map((one) => [one.runner, one] as const))(
  'wrong versions with %s',
  (_, { manifest, header, file }) => {
    it('are run one by one, and told apart as with vitest', async () => {
      const all = mutantsOf('a.cjs', FEW, null, 1)
      const id = (replacement: string) => all.find((one) => one.replacement === replacement)!.id
      const wanted = [id('60'), id('i -= 1'), id('n - 0')]
      const load = header.includes('require(')
        ? "const { within, last, open } = require('./a.cjs')"
        : "import a from './a.cjs'\nconst { within, last, open } = a"
      const target = await makeTarget({
        'package.json': JSON.stringify({ name: 'target', ...manifest }),
        'a.cjs': instrument('a.cjs', FEW, all, KEY),
        [file('few')]: `${header}\n${load}\n${FEW_TESTS}`,
      })
      const teeth = { key: KEY, mutants: wanted, control: true, maxMs: 40_000, waitMs: 1_500 }
      const files = [file('few')]
      const result = await runRequest(target, {
        ...{ stage: 'teeth', kind: 'tests', files, intensity: QUICK, maxMs: 60_000, teeth },
      })
      expect(result.problems).toEqual([])
      expect(result.tests.map(({ name, status }) => `${name} ${status}`)).toEqual([
        'holds within passed',
        'finds the last passed',
        'is open passed',
      ])
      expect(result.mutants).toMatchObject([
        { mutant: wanted[0], status: 'killed', test: 'holds within' },
        { mutant: wanted[1], status: 'timeout', test: 'finds the last' },
        { mutant: wanted[2], status: 'survived', test: null },
      ])
    }, 60_000)
  },
)
