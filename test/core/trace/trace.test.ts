import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dirsOf } from '../../../src/core/projects.ts'
import { sliceHash, sliceOf } from '../../../src/core/spec/slice.ts'
import type { Spec } from '../../../src/core/spec/spec.ts'
import { historiesOf, type LoggedCommit, taskCommits } from '../../../src/core/trace/evidence.ts'
import type { SpecTrace } from '../../../src/core/trace/matrix.ts'
import { tableOf } from '../../../src/core/trace/rows.ts'
import { readTestFile, type TestFile } from '../../../src/core/trace/test-names.ts'
import { pathsNamed } from '../../../src/core/trace/tests.ts'
import { traceSpec } from '../../../src/core/trace/trace.ts'
import { spec } from '../spec/fixture.ts'

const REQUIREMENTS = `### Requirement 1: Order

#### Acceptance Criteria

1. THE Queue SHALL keep order.
2. THE Queue SHALL be bounded.

### Requirement 2: Loss

1. THE Queue SHALL lose nothing.
`
const DESIGN = `### Property 1: Order

For any jobs, order is kept.

**Validates: Requirements 1.1**

### Property 2: Loss

For any jobs, none is lost.

**Validates: Requirement 2**

| Property | File |
| --- | --- |
| Property 2 | test/loss.test.ts::loses nothing |
`

const ids = ['1', '2', '3', '4'] as const
const link = fc.constantFrom('1', '1.1', '1.2', '2', '2.1', 'Property 1', 'Property 2', null)
const taskArbitrary = fc.record({
  box: fc.constantFrom(' ', 'x', 'x', '~', '!'),
  optional: fc.boolean(),
  link,
  test: fc.constantFrom(null, 'Property-based test', 'test/a.test.ts', 'test/a.test.ts::a', 'test/gone.test.ts'),
  nested: fc.boolean(),
  human: fc.boolean(),
})
type TaskShape = typeof taskArbitrary extends fc.Arbitrary<infer T> ? T : never

function tasksText(shapes: readonly TaskShape[]): string {
  return shapes
    .map(({ box, optional, link, test, nested, human }, at) => {
      const lines = [`- [${box}]${optional ? '*' : ''} ${nested && at > 0 ? '  ' : ''}${ids[at]}. Task ${at}`]
      if (link !== null) lines.push(link.startsWith('P') ? `  - **${link}**` : `  - Validates: Requirement ${link}`)
      if (test !== null) lines.push(`  - Test: ${test}`)
      if (human) lines.push('  - Human: ask')
      return lines.map((line) => (nested && at > 0 ? `  ${line}` : line)).join('\n')
    })
    .join('\n')
}

const commitArbitrary = fc.record({
  task: fc.constantFrom(...ids, '9'),
  verdict: fc.constantFrom('verified', 'verified', 'checked', 'failed'),
  fresh: fc.boolean(),
  test: fc.boolean(),
})
type CommitShape = typeof commitArbitrary extends fc.Arbitrary<infer T> ? T : never

const FILES: TestFile[] = [
  readTestFile('test/a.test.ts', "// Feature: job-queue, Property 1: Order\nit('a (1.1)', () => {})\n"),
  readTestFile('test/loss.test.ts', "it('loses nothing', () => {})\n"),
]

const files = {
  exists: (path: string) => FILES.some((file) => file.path === path),
  file: (path: string) => FILES.find((file) => file.path === path) ?? null,
  all: FILES,
}

const hashOf = (at: number) => at.toString(16).padStart(40, '0')

function logged(read: Spec, shapes: readonly CommitShape[]): LoggedCommit[] {
  return shapes.map(({ task, verdict, fresh, test }, at) => {
    const known = read.tasks.some(({ id }) => id === task)
    const hash = fresh && known ? sliceHash(read, sliceOf(read, task)) : 'older'
    return {
      hash: hashOf(at),
      date: '2026-01-01T00:00:00Z',
      message: `t\n\nSpec: job-queue\nTask: ${task}\nVerdict: ${verdict}\nSpec-Hash: sha256:${hash}\nEvidence: suite 1/1\n`,
      files: ['specs/job-queue/tasks.md', ...(test ? ['test/a.test.ts'] : [])],
      undoes: [],
    }
  })
}

const revert = (hash: string, undoes: string): LoggedCommit => ({
  ...{ hash, date: '2026-02-01T00:00:00Z', files: [], undoes: [undoes] },
  message: `Revert\n\nThis reverts commit ${undoes}.\n`,
})

function traced(read: Spec, log: readonly LoggedCommit[], before: Spec | null = null): SpecTrace {
  const history = historiesOf([read], taskCommits(log)).get(read.dir)!
  return traceSpec({ spec: read, history, before: () => before, files, alone: true })
}

const world = fc
  .record({ tasks: fc.array(taskArbitrary, { maxLength: 4 }), commits: fc.array(commitArbitrary, { maxLength: 6 }) })
  .map(({ tasks, commits }) => {
    const read = spec({ requirements: REQUIREMENTS, design: DESIGN, tasks: tasksText(tasks) })
    return { read, log: logged(read, commits) }
  })

describe('the matrix', () => {
  it('has each criterion, property and task once, and every link both ways', () => {
    fc.assert(
      fc.property(world, ({ read, log }) => {
        const trace = traced(read, log)
        expect(trace.criteria.map(({ id }) => id)).toEqual(['1.1', '1.2', '2.1'])
        expect(trace.properties.map(({ n }) => n)).toEqual([1, 2])
        expect(trace.tasks.map(({ id }) => id)).toEqual(read.tasks.map(({ id }) => id))
        for (const criterion of trace.criteria) {
          for (const id of criterion.tasks) expect(trace.tasks.some((task) => task.id === id)).toBe(true)
          const linked = criterion.tasks.length + criterion.properties.length > 0
          if (!linked) expect(criterion.state).toBe('uncovered')
        }
        const rows = tableOf(trace).rows
        for (const { id, state } of trace.tasks)
          if (state !== 'parts' && state !== 'struck') expect(rows.some(({ task }) => task === id)).toBe(true)
      }),
    )
  })

  it('has a problem for each thing that is missing, at its line, and none for what is open', () => {
    fc.assert(
      fc.property(world, ({ read, log }) => {
        const { tasks, criteria, properties, problems } = traced(read, log)
        const of = (kind: string) => problems.filter((one) => one.kind === kind).map(({ id }) => id)
        expect(of('uncovered')).toEqual(criteria.filter(({ state }) => state === 'uncovered').map(({ id }) => id))
        expect(of('stale')).toEqual(tasks.filter(({ state }) => state === 'stale').map(({ id }) => id))
        const lost = [...of('by-hand'), ...of('missing-test')]
        for (const { id, state, status, line } of tasks) {
          if (state === 'by-hand') expect(lost).toContain(id)
          if (status !== 'done') expect(problems.some((one) => one.id === id)).toBe(false)
          for (const one of problems)
            if (one.id === id) expect(one).toMatchObject({ line, file: 'specs/job-queue/tasks.md' })
        }
        for (const { n, state } of properties)
          if (state !== 'untested' && n === 1) expect(of('untested-property')).not.toContain(`Property ${n}`)
      }),
    )
  })

  it('never calls anything verified that no commit verified for these words', () => {
    fc.assert(
      fc.property(world, ({ read, log }) => {
        for (const { id, state, status, evidence } of traced(read, log).tasks) {
          if (state !== 'verified' && state !== 'checked') continue
          const hash = sliceHash(read, sliceOf(read, id))
          const newest = log.find(({ message }) =>
            message.includes(`Task: ${id}\nVerdict: ${state}\nSpec-Hash: sha256:${hash}`),
          )
          expect(newest?.hash).toBe(evidence!.commit)
          expect(status).toBe('done')
        }
      }),
    )
  })

  it('is that of the history without a commit where that is reverted, and the same where the revert is as well', () => {
    fc.assert(
      fc.property(world, fc.nat({ max: 5 }), ({ read, log }, pick) => {
        const target = log[pick]
        if (target === undefined) return
        const undone = revert(hashOf(100), target.hash)
        const plain = (trace: SpecTrace) => ({
          ...trace,
          tasks: trace.tasks.map((task) => ({ ...task, reverted: [] })),
          problems: trace.problems.map(({ message: _, ...rest }) => rest),
        })
        expect(plain(traced(read, [undone, ...log]))).toEqual(
          plain(
            traced(
              read,
              log.filter((one) => one !== target),
            ),
          ),
        )
        expect(traced(read, [revert(hashOf(101), undone.hash), undone, ...log])).toEqual(traced(read, log))
      }),
    )
  })

  it('takes evidence for other words as stale, and for the same words under another hash as it is', () => {
    const ticked = '- [x] 1. Order\n  - Validates: Requirements 1.1, 1.2, 2.1\n'
    const now = spec({ requirements: REQUIREMENTS, design: DESIGN, tasks: ticked })
    const was = spec({
      requirements: REQUIREMENTS.replace('keep order', 'sort'),
      design: DESIGN,
      tasks: ticked.replace('x', ' '),
    })
    const log = logged(now, [{ task: '1', verdict: 'verified', fresh: false, test: false }])
    expect(traced(now, log, now).tasks[0]).toMatchObject({ state: 'verified', evidence: { changes: [] } })
    expect(traced(now, log, null).tasks[0]).toMatchObject({ state: 'stale', evidence: { changes: null } })
    const { tasks } = traced(now, log, was)
    expect(tasks[0]).toMatchObject({ state: 'stale', evidence: { changes: [{ part: 'criterion 1.1' }] } })
  })

  it('names the test of a design table, and says where it is missing once its task is done', () => {
    const design = DESIGN.replace('loses nothing', 'loses little')
    const kinds = (box: string) =>
      traced(
        spec({
          requirements: REQUIREMENTS,
          design,
          tasks: `- [${box}] 1. Keep\n  - Validates: 1, 2\n  - Test: test/a.test.ts\n`,
        }),
        [],
      ).problems.map(({ kind, id }) => `${kind} ${id}`)
    expect(kinds('x')).toEqual(['missing-test Property 2'])
    expect(kinds(' ')).toEqual([])
  })

  it('shows the properties that a task states itself, once where the design states them too', () => {
    const lines = (...values: string[]) => values.map((value) => `  - Property: ${value}\n`).join('')
    const tasks = `- [ ] 1. Keep\n${lines('Nothing is twice', 'For any jobs, order is kept.', 'Property 2')}  - Validates: 1.2\n- [ ] 2. b\n`
    const trace = traced(spec({ requirements: REQUIREMENTS, design: DESIGN, tasks }), [])
    expect(trace.tasks.map(({ properties, own }) => ({ properties, own }))).toEqual([
      { properties: [2, 1], own: ['Nothing is twice'] },
      { properties: [], own: [] },
    ])
    expect(tableOf(trace).rows.find(({ criterion }) => criterion === '1.2')).toMatchObject({
      properties: [],
      own: ['Nothing is twice'],
    })
  })

  it('shows the tests of the author before those that were added to them', () => {
    const read = spec({ requirements: REQUIREMENTS, design: DESIGN, tasks: '- [x] 1. Keep\n  - Validates: 1.2\n' })
    const trace = traced(read, [])
    const test = (path: string, name: string) => ({
      ...{ path, name, source: 'commit' as const, found: true, criteria: [] },
    })
    const added = ['a', 'b', 'c', 'd'].map((name) => test('test/q.more.test.ts', name))
    const tests = [...added, test('test/q.more-2.test.ts', 'e'), test('test/q.test.ts', 'own')]
    const row = (all: typeof tests) =>
      tableOf({ ...trace, tasks: trace.tasks.map((one) => ({ ...one, tests: all })) }).rows.find(
        ({ task }) => task === '1',
      )
    expect(row(tests)!.tests).toBe('test/q.test.ts::own; test/q.more.test.ts::a; test/q.more.test.ts::b and 3 more')
  })

  it('finds tests from where the spec works, and from the top', () => {
    const read = spec({
      requirements: REQUIREMENTS,
      design: DESIGN,
      tasks: '- [ ] 1. Keep\n  - Dir: packages/queue\n  - Test: test/a.test.ts::a (1.1)\n',
    })
    const path = 'packages/queue/test/a.test.ts'
    const there = (file: string) => readTestFile(file, "it('a (1.1)', () => {})\nit('loses nothing', () => {})\n")
    const known = new Map([path, 'test/loss.test.ts'].map((one) => [one, there(one)]))
    expect(pathsNamed([read], (one) => dirsOf(one, {})).filter((one) => known.has(one))).toEqual([...known.keys()])
    const { tasks, properties } = traceSpec({
      ...{ spec: read, history: new Map(), before: () => null, dirs: dirsOf(read, {}), alone: true },
      files: { exists: (one) => known.has(one), file: (one) => known.get(one) ?? null, all: [] },
    })
    expect(tasks[0]!.tests).toMatchObject([{ path, name: 'a (1.1)', found: true }])
    expect(properties[1]!.tests).toMatchObject([{ path: 'test/loss.test.ts', found: true }])
  })

  it('knows a criterion that none of the tests is for, where a table binds each test to criteria', () => {
    const design = '### Property 2: Order\n\nFor any jobs, order is kept.\n\n**Validates: Requirement 1**\n\n'
    const row = (criteria: string) => `| Property 2 | test/a.test.ts::a (1.1) | ${criteria} |\n`
    const of = (rows: string) =>
      traced(
        spec({
          requirements: REQUIREMENTS,
          design: `${design}| Property | File | Criteria |\n| --- | --- | --- |\n${rows}`,
          tasks: '- [x] 1. A\n  - **Property 2**\n  - Validates: 1\n',
        }),
        [],
      )
    const states = (rows: string) => of(rows).criteria.map(({ state }) => state)
    expect(states(row('1.1'))).toEqual(['tested', 'untested', 'uncovered'])
    expect(of(row('1.1')).problems.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['untested 1.2', 'uncovered 2.1'])
    for (const rows of [row('1.1') + row('1.2'), row('1'), row('1.1 and the rest'), row('')])
      expect(states(rows)).toEqual(['tested', 'tested', 'uncovered'])
  })

  it('counts the parts of a parent for it', () => {
    const states = (first: string, second: string) =>
      traced(
        spec({
          requirements: REQUIREMENTS,
          design: null,
          tasks: `- [x] 1. All\n  - _Requirements: 1, 2_\n  - [${first}] 1.1 A\n    - Test: test/a.test.ts\n  - [${second}] 1.2 B\n    - Test: test/a.test.ts::a (1.1)\n`,
        }),
        [],
      ).criteria.map(({ state }) => state)
    expect(states('x', 'x')).toEqual(['tested', 'tested', 'tested'])
    expect(states('x', ' ')).toEqual(['partly', 'partly', 'partly'])
  })
})

describe('reverts', () => {
  it('are known by a shortened hash too', () => {
    const read = spec({ requirements: REQUIREMENTS, design: DESIGN, tasks: '- [x] 1. A\n' })
    const [commit] = logged(read, [{ task: '1', verdict: 'verified', fresh: true, test: false }])
    const long = { ...commit!, hash: 'abcdef0123456789abcdef0123456789abcdef01' }
    expect(taskCommits([revert(hashOf(1), 'abcdef01'), long])).toMatchObject([{ revertedBy: hashOf(1) }])
    expect(taskCommits([revert(hashOf(1), 'abcdef02'), long])).toMatchObject([{ revertedBy: null }])
  })
})
