import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import { AUTHOR, block, CLAMP_STUB, CLAMP_TASKS, CLAMP_TEST, creates, implement, RIGHT } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

/** Demands what no criterion says: one less than the upper limit. */
const WRONG_TEST = creates({
  'test/clamp.test.ts': CLAMP_TEST.replace('value > high ? high', 'value > high ? high - 1'),
  'src/clamp.ts': CLAMP_STUB,
})
const BRANCHES = implement(`export function clamp(value: number, low: number, high: number): number {
  if (value < low) return low
  return value > high ? high : value
}
`)
const TEST_WRONG = 'The case lies above the limit.\n\nTEST WRONG: 1.2 demands the upper limit itself, the test one less'
const PLEA = 'BLOCKED: test contradicts requirement 1.2, look at high - 1'

describe('a test and code that disagree', () => {
  it('go to the arbiter when two patches die on one assertion; a wrong test is mended by its author, no attempt is charged', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({
      author: [WRONG_TEST, AUTHOR],
      implementer: [RIGHT, BRANCHES, RIGHT],
      arbiter: ['I cannot decide that.', TEST_WRONG],
    })
    // With one attempt more than were made there is room for one only if the two before are not charged.
    const run = await next(repository, model, ['--attempts', '2'])
    expect(run.code, run.result.message).toBe(0)
    expect(eventsOf(run, 'decision').map(({ decision }) => decision)).toEqual([
      'retry',
      'arbiter',
      'arbiter: test-wrong',
    ])
    expect(await repository.read('test/clamp.test.ts')).toContain('value > high ? high : value')

    const [asked, again] = model.asked('arbiter')
    expect(asked).toContain('value > high ? high - 1')
    expect(asked).toMatch(/Smallest failing case found \(seed -?\d+, path [\d:]+, \d+ shrinks\)/)
    expect(asked).not.toContain('Math.max(value, low)')
    expect(asked).not.toContain('Every limit is applied on its own')
    expect(again).toContain('I cannot decide that.')
    const [, author] = model.asked('author')
    expect(author).toContain('> 1.2 demands the upper limit itself, the test one less')
    expect(author).toContain('# Your tests so far')
    expect(author).not.toContain('Math.max(value, low)')
    // Who implements begins anew.
    expect(model.asked('implementer')[2]).not.toContain('previous')
  })

  it('go to the arbiter when the implementer says so, and to a person where that settles nothing', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({
      author: [WRONG_TEST, WRONG_TEST],
      implementer: [PLEA, PLEA, PLEA, PLEA, PLEA],
      arbiter: [
        'CODE WRONG: 1.2 demands less than the limit',
        'UNCLEAR: is the limit itself within?',
        TEST_WRONG,
        TEST_WRONG,
      ],
    })
    const told = await next(repository, model)
    expect(told.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(told.result.message).toBe('The implementer says: test contradicts requirement 1.2, look at high - 1')
    expect(model.asked('implementer')[1]).toContain('finds it right: 1.2 demands less than the limit')
    expect(model.asked('arbiter')[0]).toContain('Nothing was tried yet')
    expect(model.asked('arbiter')[0]).not.toContain('look at high - 1')

    const unclear = await next(repository, model)
    expect(unclear.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(unclear.result.message).toContain('is the limit itself within?')

    // Back to its author once; then it is for a person.
    const twice = await next(repository, model)
    expect(twice.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(twice.result.message).toContain('The tests were mended once, and the arbiter finds another one wrong')
    expect(model.asked('author')).toHaveLength(2)
    expect(model.asked('arbiter')).toHaveLength(4)
  })
})

describe('existing tests in the way of an interface that the specification changes', () => {
  const OLD = `export function clamp(value: number, low: number, high: number): number {
  if (value < low) return low
  if (value > high) return high
  return value
}
`
  const NEW = OLD.replace('low: number, high: number)', '{ low, high }: { low: number; high: number })')
  const DESIGN =
    '# Design: limits\n\n`src/clamp.ts` exports `clamp(value: number, limits: { low: number; high: number }): number`.\n'
  const TEST = CLAMP_TEST.replace('clamp(value, low, high)', 'clamp(value, { low, high })')
  const OTHER = TEST.replace("it('an answer", "it('by one value: an answer")
  const moved = (text: string) => block('test/clamp.test.ts', CLAMP_TEST, text)

  it('are moved by the migrator, once, so that they notice what they noticed before', async () => {
    const tasks = CLAMP_TASKS.replace('Implement clamping', 'Take the limits as one value')
    const repository = await makeRepository({
      files: {
        ...{ 'src/clamp.ts': OLD, 'test/clamp.test.ts': CLAMP_TEST, 'specs/limits/tasks.md': tasks },
        ...{ 'specs/limits/design.md': DESIGN, 'agent.yaml': LIGHT_LEVEL.replace('teeth: off', 'teeth: required') },
      },
    })
    const patch = block('src/clamp.ts', OLD, NEW)
    const model = await scriptModel({
      author: [creates({ 'test/limits.test.ts': OTHER })],
      implementer: ['BLOCKED: interface', patch, 'BLOCKED: interface of src/clamp.ts', patch],
      migrator: [
        moved(TEST.replace('it(', 'it.skip(')),
        moved(TEST.replace(/assert\.equal\(clamp.*/, 'assert.equal(clamp(value, { low: value, high: value }), value)')),
        moved(TEST),
      ],
    })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks).toMatchObject([{ status: 'verified', attempts: 4 }])
    expect(await repository.read('test/clamp.test.ts')).toBe(TEST)
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Evidence,valueonly)')).toMatch(
      /^red 1\/1 at \w+; 1 test moved to a new interface; green 2\/2; .*suite 2\/2,/,
    )
    expect(eventsOf(run, 'decision').map(({ decision }) => decision)).toEqual([
      'retry',
      'retry',
      'migrator',
      'moved tests',
      'moved tests',
    ])
    expect(model.asked('implementer')[1]).toContain(
      'answer with the patch that makes the interface of the specification',
    )
    expect(model.asked('implementer')[3]).toContain(
      'frozen now with the others: test/limits.test.ts, test/clamp.test.ts',
    )

    const [first, second, third] = model.asked('migrator')
    expect(first).toContain('clamp(value, low, high)')
    expect(first).toContain('# What breaks')
    expect(first).toContain('# The new interface')
    expect(first).not.toContain('if (value > high) return high')
    expect(second).toMatch(/skip/)
    expect(third).toContain('the old tests noticed `src/clamp.ts: value < low -> false`, the moved ones do not')
  })
})
