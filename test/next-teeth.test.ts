import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import { block, CLAMP_STUB, creates, implement, RIGHT, VITEST_AUTHOR } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const BITING = LIGHT_LEVEL.replace('teeth: off', 'teeth: required')

const BRANCHES = implement(`export function clamp(value: number, low: number, high: number): number {
  if (value < low) return low
  if (value > high) return high
  return value
}
`)

/** Nobody has thought of values below the lower limit. */
const FORGETFUL = implement(`export function clamp(value: number, _low: number, high: number): number {
  return value > high ? high : value
}
`)

/** Draws what lies within the limits alone: it cannot tell whether there are any. */
const WEAK_TEST = `import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clamp } from '../src/clamp.ts'

it('an answer is the value (1.3)', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), (value) => { expect(clamp(value, 0, 10)).toBe(value) }))
})
`
const ALLOWING = 'WHEN a value lies within the limits, THE system SHALL answer the value itself'
const BECAUSE = 'it behaves the same: the value `low` is answered as the limit.'
const ADDED = `import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clamp } from '../src/clamp.ts'

it('the limits are kept (1.1, 1.2)', () => {
  fc.assert(fc.property(fc.integer({ min: 11, max: 99 }), (far) => {
    expect(clamp(far, 0, 10)).toBe(10)
    expect(clamp(-far, 0, 10)).toBe(0)
  }))
})
`
const STRENGTHENER = `${creates({ 'test/clamp.more.test.ts': ADDED })}

- **ALLOWED 2:** "within the limits, the system shall answer"
- **BECAUSE:** ${BECAUSE}
ALLOWED 4: "a word that nobody has written"

WRONG: the lower limit forgotten

${block('src/clamp.ts', '  if (value < low) return low\n', '')}

WRONG: as it is

${block('src/clamp.ts', '  if (value < low) return low\n', '  if (value < low) return (low) // at least\n')}

RIGHT: the limit by a comparison that holds for it too

${block('src/clamp.ts', '  if (value > high) return high\n', '  if (value >= high) return high\n')}

RIGHT: one less than the limit

${block('src/clamp.ts', '  if (value > high) return high\n', '  if (value > high) return high - 1\n')}
`

const author = (test: string) => creates({ 'test/clamp.test.ts': test, 'src/clamp.ts': CLAMP_STUB })

describe('wrong versions of the change', () => {
  it('that live make the tests unfit to judge; nothing is committed and no attempt is charged', async () => {
    const repository = await makeRepository({ vitest: true, files: { 'agent.yaml': BITING } })
    const model = await scriptModel({ author: [author(WEAK_TEST)], implementer: [BRANCHES, BRANCHES] })

    const run = await next(repository, model)
    expect(run.result).toMatchObject({ status: 'unverifiable', exitCode: 3 })
    expect(run.result.message).toContain('cannot tell the change from wrong versions of it: 6 wrong versions: 2 killed')
    expect(run.result.message).toContain('src/clamp.ts:2: value < low -> false')
    expect(run.result.tasks).toMatchObject([{ commit: null, attempts: 0 }])
    expect(eventsOf(run, 'verdict')).toMatchObject([{ status: 'unverifiable' }])
    const [told] = eventsOf(run, 'teeth.finished')
    expect(told).toMatchObject({ mode: 'required', killed: 2, unexplained: 4, allowed: 0, errors: 0, total: 6 })
    expect(told!.survivors.map(({ what }) => what)).toContain('value > high -> false')

    // A person may accept such tests; nothing of the wrong versions is left in the commit.
    await repository.commit({ 'agent.yaml': BITING.replace('required', 'report') })
    const reported = await next(repository, model)
    expect(reported.code, reported.result.message).toBe(0)
    expect(eventsOf(reported, 'teeth.finished')).toMatchObject([{ mode: 'report', killed: 2, total: 6 }])
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Evidence,valueonly)')).toContain(
      '; teeth 6 wrong versions: 2 killed, 4 not explained; ',
    )
    expect(await repository.git('show', '--format=', '--name-only', 'HEAD')).toBe(
      'specs/limits/tasks.md\nsrc/clamp.ts\ntest/clamp.test.ts',
    )
    expect(await repository.git('show', 'HEAD:src/clamp.ts')).toContain('  if (value < low) return low\n')
  })

  it('of which few could be judged bound the verdict in words', async () => {
    const repository = await makeRepository({
      vitest: true,
      files: { 'agent.yaml': BITING.replace('required', 'report') },
    })
    // Most wrong versions are red by an exception, which is no judgement.
    const throws = `  if (clamp(-9, 0, 10) < 0 || clamp(7, 0, 10) > 7 || clamp(99, 0, 10) > 10) throw new Error('out of bounds')\n`
    const test = WEAK_TEST.replace('  fc.assert', `${throws}  fc.assert`)
    const run = await next(repository, await scriptModel({ author: [author(test)], implementer: [BRANCHES] }))
    expect(run.code, run.result.message).toBe(0)
    expect(eventsOf(run, 'teeth.finished')).toMatchObject([{ killed: 1, errors: 3, total: 3, seconds: 240 }])
    expect(eventsOf(run, 'verdict').map(({ summary }) => summary)).toEqual([
      'all frozen tests hold; only 3 of 6 wrong versions could be judged: 3 ended with an error',
    ])
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Evidence,valueonly)')).toContain(
      '; teeth 6 wrong versions: 1 killed, 2 not explained, 3 not judged; ',
    )
  })

  it('that live are killed by added tests or allowed by words of the specification; a model aims further ones', async () => {
    const repository = await makeRepository({ vitest: true, files: { 'agent.yaml': BITING } })
    const model = await scriptModel({
      author: [author(WEAK_TEST)],
      implementer: [BRANCHES],
      strengthener: [STRENGTHENER],
      arbiter: ['TEST WRONG: 1.2 says where the limit is, not what is answered there'],
    })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    const [told] = eventsOf(run, 'teeth.finished')
    // A test that refuses what may be right is told, and ends nothing.
    expect(told!.strict).toEqual([
      {
        version: 'one less than the limit',
        test: 'the limits are kept (1.1, 1.2)',
        ruling: 'test-wrong',
        reason: '1.2 says where the limit is, not what is answered there',
      },
    ])
    const [ruled] = model.asked('arbiter')
    expect(ruled).toContain('Smallest failing case found')
    expect(ruled).not.toContain('high - 1')
    expect(told).toMatchObject({ killed: 5, allowed: 1, unexplained: 1, total: 7 })
    expect(told!.added).toMatchObject({ files: ['test/clamp.more.test.ts'], tests: 1 })
    expect(run.stderr.replace(/\s+/g, ' ')).toMatch(
      / 7 wrong versions \(\d made by the strengthener\): 5 killed \(\d only by .*it added: /,
    )
    expect(run.stderr.replace(/\s+/g, ' ')).toMatch(
      /test\/clamp\.more\.test\.ts, which held in [\d,]+ cases of each property\)/,
    )
    expect(run.stderr.replace(/\s+/g, ' ')).toContain('tests green 2/2 (2 property tests); ')
    expect(told!.added).not.toHaveProperty('kinds')
    const [property] = eventsOf(run, 'check.finished').filter(({ stage }) => stage === 'property')
    expect(told!.added!.held!.runs).toBe(property!.least)
    // What was shown on the way counts the same, however often each was tried.
    const shown = eventsOf(run, 'check.progress').filter(({ stage }) => stage === 'teeth')
    expect(shown.at(-1)).toMatchObject({ done: 7, total: 7, failed: 5 })
    expect(shown.every(({ done, total }) => total !== null && done <= total && total <= 7)).toBe(true)
    // Two versions of the model and the four that lived, against the added tests; each is through once.
    const tried = shown.flatMap(({ added }) => (added ? [added] : []))
    expect([tried[0], tried.at(-1)]).toEqual([
      { done: 0, total: 6 },
      { done: 6, total: 6 },
    ])
    expect(tried.map(({ done }) => done)).toEqual(tried.map(({ done }) => done).sort((a, b) => a - b))
    const right = eventsOf(run, 'check.progress').filter(({ stage }) => stage === 'right versions')
    expect(right.map(({ done, total, failed }) => [done, total, failed])).toEqual([
      [0, 2, 0],
      [1, 2, 0],
      [2, 2, 1],
    ])
    expect(told!.survivors.map(({ what, status, reason, because }) => [what, status, reason, because])).toEqual([
      ['value < low -> value <= low', 'allowed', `1.3 "${ALLOWING}."`, BECAUSE],
      ['value > high -> value >= high', 'survived', null, undefined],
    ])
    expect(run.stderr.replace(/\s+/g, ' ')).toContain(
      `within the spec: src/clamp.ts:2 value < low -> value <= low: ${BECAUSE.slice(0, -1)}`,
    )
    expect(told!.note).toContain(
      'survivor 4 is said to be within the spec by words that the specification does not have',
    )
    expect(told!.note).toContain('"as it is" is left out: it changes nothing')
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Evidence,valueonly)')).toMatch(
      /^red 1\/1 at [0-9a-f]{7}, 1 added later; green 2\/2; .*; teeth 7 wrong versions: 5 killed, 1 within the spec, 1 not explained; suite 2\/2,/,
    )
    expect(await repository.git('show', 'HEAD:test/clamp.more.test.ts')).toContain('the limits are kept')

    const [asked] = model.asked('strengthener')
    expect(asked).toContain(
      '## Survivor 1: src/clamp.ts\n\n```\n@@ -2 +2 @@\n-  if (value < low) return low\n+  if (false) return low\n',
    )
    expect(asked).toContain('if (value > high) return high')
    expect(asked).toContain('an answer is the value (1.3)')
    // What the implementer said of its work is none of its business.
    expect(asked).not.toContain('Every limit is applied on its own.')
  })

  it('that both forget are found by an added test: where an arbiter finds it right, the attempt failed and the next is judged by it too', async () => {
    const repository = await makeRepository({ vitest: true, files: { 'agent.yaml': BITING } })
    const model = await scriptModel({
      author: [author(WEAK_TEST)],
      implementer: [FORGETFUL, BRANCHES],
      strengthener: [creates({ 'test/clamp.more.more.test.ts': ADDED }), 'BLOCKED: nothing more'],
      arbiter: ['CODE WRONG: 1.1 demands the lower limit for a value below it'],
    })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(eventsOf(run, 'verdict').map(({ status }) => status)).toEqual(['failed', 'verified'])
    const [failed] = eventsOf(run, 'verdict')
    expect(failed!.summary).toMatch(
      /^an added test finds the code wrong, and an arbiter agrees: "the limits are kept \(1\.1, 1\.2\)": AssertionError: expected .* to be .*\. The arbiter: 1\.1 demands the lower limit for a value below it$/,
    )
    // Once: how many wrong versions lived is not why.
    expect(eventsOf(run, 'teeth.finished')[0]).toMatchObject({ wrong: 1, answered: true, note: null })
    expect(model.asked('implementer')[1]).toContain('the limits are kept (1.1, 1.2)')
    expect(model.asked('arbiter')[0]).not.toContain('if (value > high)')
    expect(await repository.git('show', 'HEAD:src/clamp.ts')).toContain('if (value < low) return low')
    // The test that was added is none that was not red.
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Evidence,valueonly)')).toMatch(
      /^red 1\/1 at [0-9a-f]{7}, 1 added later; green 2\/2; /,
    )
    expect(await repository.git('show', 'HEAD:test/clamp.more.test.ts')).toContain('the limits are kept')
  })

  it('are not believed of an added test that the arbiter finds wrong: it is left out and told', async () => {
    const repository = await makeRepository({ vitest: true, files: { 'agent.yaml': BITING } })
    const model = await scriptModel({
      author: [VITEST_AUTHOR],
      implementer: [RIGHT],
      strengthener: [creates({ 'test/clamp.more.test.ts': ADDED.replace('toBe(10)', 'toBe(9)') })],
      arbiter: ['TEST WRONG: 1.2 demands the upper limit'],
    })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(eventsOf(run, 'teeth.finished')[0]!.note).toContain(
      'the arbiter says test-wrong: 1.2 demands the upper limit',
    )
    expect(await repository.git('show', '--format=', '--name-only', 'HEAD')).not.toContain('more')
  })
})
