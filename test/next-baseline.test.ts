import { describe, expect, it } from 'vitest'
import { eventsOf, next, start } from './support/agent.ts'
import { AUTHOR, block, CLAMP_TASKS, implement, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const OLD = 'export const old = (n: number): number => n + 1\n'
/** One holds, one is red before anything is done, and one is green in the 20 cases of a baseline and red in more. */
const OLD_TESTS = `import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { old } from '../src/old.ts'

it('adds one', () => { assert.equal(old(1), 2) })
it('is red since long', () => { assert.equal(old(1), 3) })
let cases = 0
it('is red now and then', () => { fc.assert(fc.property(fc.nat(), () => { assert.ok(++cases < 40) })) })
`
/** What the expert wrote for two tasks that are to come. */
const OWN_STUB = `export function double(_n: number): number {
  throw new Error('not implemented')
}
export function half(_n: number): number {
  throw new Error('not implemented')
}
`
const OWN_TESTS = `import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { double, half } from '../src/own.ts'

describe('doubling', () => {
  it('answers twice the value', () => { fc.assert(fc.property(fc.nat(), (n) => { assert.equal(double(n), 2 * n) })) })
})
it('halves', () => { assert.equal(half(4), 2) })
`
// A stub of the base gives way as a whole, as one of an author does.
const OWN = block('src/own.ts', '', OWN_STUB.replace("{\n  throw new Error('not implemented')", '{\n  return 2 * _n'))
const TRIPLES = OWN.replace('2 * _n', '3 * _n')
const TASKS = `${CLAMP_TASKS}
- [ ] 2. Implement doubling
  - Test: test/own.test.ts::doubling
  - Validates: Requirements 1.1
`
const trailer = '--format=%(trailers:key=Evidence,valueonly)'

describe('what was there before', () => {
  it('judges where it held; what was red or flaky is told and not judged; the tests of an expert judge their task', async () => {
    const repository = await makeRepository({
      files: {
        ...{ 'src/old.ts': OLD, 'test/old.test.ts': OLD_TESTS, 'src/own.ts': OWN_STUB, 'test/own.test.ts': OWN_TESTS },
        'specs/limits/tasks.md': TASKS,
      },
    })
    const breaking = `${implement('export const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high)\n')}\n\n${block('src/old.ts', OLD, OLD.replace('n + 1', 'n + 2'))}`
    const model = await scriptModel({ author: [AUTHOR], implementer: [breaking, RIGHT, TRIPLES, OWN] })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks).toMatchObject([{ task: '1', status: 'verified', attempts: 2 }])
    expect(eventsOf(run, 'baseline.finished')[0]).toMatchObject({ status: 'failed', tests: 5, red: 3, cached: false })
    expect(eventsOf(run, 'verdict')[0]!.summary).toContain('1 test of the whole suite is newly red')
    expect(model.asked('implementer')[1]).toContain('### adds one')
    expect(eventsOf(run, 'decision').find(({ decision }) => decision === 'tests accused')?.reason).toBe(
      'red on the base as well, before any change: test/old.test.ts > is red now and then',
    )
    expect(await repository.git('log', '-1', trailer)).toContain('; suite 2/6, 4 red on base (not judged); ')

    // What would be sent is known before: the expert's test is there, and no author is asked.
    const { stdout } = await start(repository, ['context', 'limits/2'])
    expect(JSON.parse(stdout).prompt.messages[0].content).toContain(
      '# Frozen tests in test/own.test.ts\n\n- doubling\n',
    )
    const dry = await next(repository, model, ['--task', '2', '--dry-run'])
    expect(dry.result.message).toContain('the implementer would be asked')

    const waiting = await next(repository, model, ['--no-land'])
    expect(waiting.code, waiting.result.message).toBe(0)
    expect(waiting.result.tasks).toMatchObject([{ task: '2', status: 'verified', attempts: 2 }])
    // Of the expert's file only what the task names, and not a byte of it changes.
    expect(await repository.git('log', '-1', trailer, 'specproof/limits--2')).toMatch(
      /^red 1\/1 at \w+; green 1\/1; property 3 seeds x 50 cases; .*suite 3\/6, 4 red on base/,
    )
    const changed = await repository.git('show', '--format=', '--name-only', 'specproof/limits--2')
    expect(changed).toBe('specs/limits/tasks.md\nsrc/own.ts')
    expect(model.asked('author')).toHaveLength(1)
    expect(model.asked('implementer')[2]).toContain('# Frozen tests in test/own.test.ts\n\n- answers twice the value\n')

    // They judge it on another base, too.
    await repository.commit({ 'README.md': 'Limits.\n' })
    const again = await next(repository, model)
    expect(again.result).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(await repository.git('log', '-1', trailer)).toMatch(
      /^red 1\/1 at \w+; green 1\/1; property 3 seeds x 50 cases; /,
    )
  })

  it('blocks where nothing of it can run; tests are reviewed and written anew where that is asked for', async () => {
    const lonely =
      "import { it } from 'node:test'\nit('asks', () => { throw new Error('connect ECONNREFUSED 127.0.0.1:5432') })\n"
    const repository = await makeRepository({ files: { 'test/database.test.ts': lonely } })
    const model = await scriptModel({ author: [AUTHOR, AUTHOR, AUTHOR], implementer: [RIGHT] })
    const blocked = await next(repository, model)
    expect(blocked.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(blocked.result.message).toContain('"asks" says: connect ECONNREFUSED 127.0.0.1:5432')
    // The author was asked while the tests ran; where they were in the way the last time, they run first.
    expect(model.asked('author')).toHaveLength(1)
    expect((await next(repository, model)).result.exitCode).toBe(4)
    expect(model.asked('author')).toHaveLength(1)

    await repository.commit({ 'test/database.test.ts': null })
    const review = await next(repository, model, ['--review-tests'])
    expect(review.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(review.result.message).toContain('wait for review: test/clamp.test.ts.')
    expect(model.asked('implementer')).toEqual([])

    const anew = await next(repository, model, ['--fresh-tests'])
    expect(anew.code, anew.result.message).toBe(0)
    expect(model.asked('author')).toHaveLength(3)
    expect(await repository.git('log', '-1', trailer)).toMatch(/^red 1\/1 at \w+; tests written anew; green 1\/1;/)
  })
})
