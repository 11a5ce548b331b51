import { describe, expect, it } from 'vitest'
import { agent, eventsOf, next } from './support/agent.ts'
import {
  block,
  CLAMP_DESIGN,
  CLAMP_REQUIREMENTS,
  CLAMP_RIGHT,
  CLAMP_TASK,
  CLAMP_TEST,
  CLAMP_WRONG,
  creates,
} from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const BITING = LIGHT_LEVEL.replace('teeth: off', 'teeth: required')
const BRANCHES = `export function clamp(value: number, low: number, high: number): number {
  if (value < low) return low
  if (value > high) return high
  return value
}
`
const TASKS = `# Tasks: limits

${CLAMP_TASK}
- [ ] 2. Clamp without branches
  - Class: refactor
  - Validates: Requirements 1.1, 1.2, 1.3

- [ ] 3. Implement doubling
  - Test: Property-based test
  - Validates: Requirements 2.1
`
const DOUBLING = `
### Requirement 2: Doubling

#### Acceptance Criteria

1. WHEN a value is doubled, THE system SHALL answer twice the value, clamped to the limits.
`
const DOUBLE = `${CLAMP_DESIGN}
\`src/double.ts\` exports \`double(value: number, low: number, high: number): number\`.
`
const DOUBLE_STUB = `export function double(_value: number, _low: number, _high: number): number {
  throw new Error('not implemented')
}
`
const DOUBLE_TEST = `import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { clamp } from '../src/clamp.ts'
import { double } from '../src/double.ts'

it('an answer is twice the value, clamped (2.1)', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 99 }), (n) => { assert.equal(double(n, 0, 50), Math.min(50, 2 * n)) }))
})
it('clamping stays (1.1, 1.2)', () => {
  assert.deepEqual([clamp(-1, 0, 3), clamp(4, 0, 3), clamp(2, 0, 3)], [0, 3, 2])
})
`
const DOUBLED = `import { clamp } from './clamp.ts'

export function double(value: number, low: number, high: number): number {
  return clamp(2 * value, low, high)
}
`
const TESTED = creates({ 'test/clamp.test.ts': CLAMP_TEST })
const trailer = '--format=%(trailers:key=Evidence,valueonly)'

describe('what is there already', () => {
  it('is told from what is missing: satisfied, the same by other code, guards beside new tests', async () => {
    const repository = await makeRepository({
      files: {
        'agent.yaml': BITING,
        'src/clamp.ts': BRANCHES,
        'specs/limits/requirements.md': CLAMP_REQUIREMENTS + DOUBLING,
        'specs/limits/design.md': DOUBLE,
        'specs/limits/tasks.md': TASKS,
      },
    })
    const model = await scriptModel({
      author: [
        TESTED,
        TESTED,
        creates({ 'test/clamp.guard.test.ts': CLAMP_TEST }),
        creates({ 'test/double.test.ts': DOUBLE_TEST, 'src/double.ts': DOUBLE_STUB }),
      ],
      implementer: [block('src/clamp.ts', BRANCHES, CLAMP_RIGHT), block('src/double.ts', DOUBLE_STUB, DOUBLED)],
    })
    const run = await agent(repository, ['run', ...model.args], { model })
    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks.map(({ task, status, attempts }) => [task, status, attempts])).toEqual([
      ['1', 'verified', 0],
      ['2', 'verified', 1],
      ['3', 'verified', 1],
    ])
    expect(eventsOf(run, 'baseline.finished')[0]).toMatchObject({ status: 'empty', tests: 0 })
    const evidence = (await repository.git('log', '--reverse', trailer)).split('\n').filter(Boolean)
    expect(evidence[0]).toMatch(
      /^guards 1; green 1\/1; property 2 seeds x 50 cases; teeth 6 wrong versions: 4 killed, 2 not explained; suite 1\/1,/,
    )
    expect(evidence[1]).toMatch(/^guards 1; green 1\/1; .*teeth 2 wrong versions: 2 killed; suite 2\/2,/)
    expect(evidence[2]).toMatch(/^red 1\/2 at \w+; guards 1; green 2\/2; .*suite 4\/4,/)
    // Tests alone, where nothing is left to implement.
    const changed = (n: number) => repository.git('show', '--format=', '--name-only', `HEAD~${n}`)
    expect(await changed(2)).toBe('specs/limits/tasks.md\ntest/clamp.test.ts')
    expect(await changed(1)).toBe('specs/limits/tasks.md\nsrc/clamp.ts\ntest/clamp.guard.test.ts')
    expect(model.asked('implementer')).toHaveLength(2)

    const asked = model.asked('author')
    expect(asked).toHaveLength(4)
    expect(asked[1]).toContain('If nothing of the task is missing, answer with the same files')
    expect(asked[2]).toContain('It changes how the code is built, not what it does.')
  }, 240_000)

  it('and breaks what a test says is a finding: kept on a branch for a person, and verified once it is mended', async () => {
    const tasks = '# Tasks\n\n- [ ] 1. Write property test for clamping\n  - Validates: Requirements 1.1, 1.2, 1.3\n'
    const files = { 'agent.yaml': BITING, 'src/clamp.ts': CLAMP_WRONG, 'specs/limits/tasks.md': tasks }
    const repository = await makeRepository({ files })
    const model = await scriptModel({ author: [TESTED] })

    const found = await next(repository, model)
    expect(found.result).toMatchObject({ status: 'finding', exitCode: 4 })
    expect(found.result.message).toContain(
      'is red on the code as it is. Its test is on branch specproof/limits--1.finding',
    )
    expect(found.result.message).toMatch(
      /Smallest failing case found \(seed -?\d+, path [\d:]+, \d+ shrinks\):\n\n```\n\[-?\d/,
    )
    const branch = () => repository.git('rev-parse', 'specproof/limits--1.finding')
    const kept = await branch()
    expect(await repository.git('show', `${kept}:test/clamp.test.ts`)).toBe(CLAMP_TEST.trimEnd())
    expect(await repository.git('show', `${kept}:specs/limits/tasks.md`)).toContain('- [ ] 1.')

    // Neither paid for nor kept twice.
    const again = await next(repository, model)
    expect(again.result).toMatchObject({ status: 'finding', exitCode: 4 })
    expect(await repository.git('for-each-ref', '--format=%(objectname)', 'refs/heads/specproof/')).toBe(kept)

    await repository.commit({ 'src/clamp.ts': BRANCHES })
    const mended = await next(repository, model)
    expect(mended.code, mended.result.message).toBe(0)
    expect(eventsOf(mended, 'tests.frozen')).toMatchObject([{ reused: true }])
    expect(await repository.git('log', '-1', trailer)).toMatch(
      /^guards 1; green 1\/1; property 2 seeds x 50 cases; teeth 6 wrong versions: 4 killed, 2 /,
    )
    expect(model.asked('author')).toHaveLength(1)
    expect(model.asked('author')[0]).toContain('It delivers tests and nothing else')
    expect(model.asked('implementer')).toEqual([])
  })
})
