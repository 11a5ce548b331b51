import { describe, expect, it } from 'vitest'
import type { Task } from '../../../src/core/spec/spec.ts'
import { codes, spec, withTasks } from './fixture.ts'

const only = (text: string): Task => withTasks(text).tasks[0]!

describe('checkboxes', () => {
  it.each([
    [' ', 'open'],
    ['x', 'done'],
    ['X', 'done'],
    ['~', 'doing'],
    ['-', 'doing'],
    ['!', 'blocked'],
  ])('[%s] is %s', (mark, status) => {
    const task = only(`- [${mark}] 2. Build it\n`)
    expect(task).toMatchObject({ id: '2', title: 'Build it', status, boxOffset: 3, line: 1 })
  })

  it('are found with any bullet and nested in plain items, with their numbers', () => {
    const read = withTasks(
      '* [ ] 1. a\n\n1. [x] 2. b\n\n- Group\n  - [ ] 3.1 c\n- [ ] **4. d**\n- [ ] ~~5. e~~\n- [ ] 6 f\n- [ ] Task 7.1: g\n',
    )
    expect(read.tasks.map(({ id, title }) => `${id} ${title}`)).toEqual([
      '1 a',
      '2 b',
      '3.1 c',
      '4 d',
      '5 e',
      '6 f',
      '7.1 g',
    ])
  })

  it('end with their item, so that what starts the next line is none of an empty one', () => {
    const read = withTasks('- [ ] 1. a\n\n-\n[ ] b\n\n-\n  [ ] 2. c\n')
    expect(read.tasks.map(({ id, line }) => [id, line])).toEqual([
      ['1', 1],
      ['2', 7],
    ])
  })

  it('in code fences, quotes, comments and legends are no tasks', () => {
    const text = [
      '```markdown',
      '- [ ] 1. in a fence',
      '```',
      '> - [ ] 2. quoted',
      '',
      '<!--',
      '- [ ] 3. commented',
      '-->',
      '',
      '- [P] tasks can run in parallel',
      '- [a link](http://localhost)',
      '-     [ ] 4. indented code',
      '- [ ] 5. real',
      '',
      '      - [ ] 6. indented code',
    ].join('\n')
    expect(withTasks(text).tasks.map(({ id }) => id)).toEqual(['5'])
  })

  it('with an unknown mark are reported, not read', () => {
    const read = withTasks('- [ ] 1. a\n- [?] 2. b\n- [] 3. c\n- [v] 4. d\n')
    expect(read.tasks.map(({ id }) => id)).toEqual(['1'])
    expect(codes(read).filter((code) => code.startsWith('unknown-status'))).toEqual([
      'unknown-status tasks.md:2',
      'unknown-status tasks.md:3',
      'unknown-status tasks.md:4',
    ])
  })

  it('that Markdown reads as text of the line above are reported', () => {
    const read = withTasks('- [ ] 1. a\n        - [ ] 1.1 too deep\n')
    expect(read.tasks.map(({ id }) => id)).toEqual(['1'])
    expect(codes(read)).toContain('checkbox-in-text tasks.md:2')
  })

  it.each(['- [ ]* 1.1 Write it', '- [ ]\\* 1.1 Write it', '- [ ] 1.1* Write it'])('%j is optional', (text) => {
    expect(only(text)).toMatchObject({ id: '1.1', title: 'Write it', optional: true, status: 'open' })
  })

  it('say (optional) in words too', () => {
    expect(only('- [ ] 1. Write it (optional)').optional).toBe(true)
    expect(only('- [ ] 1. Write it').optional).toBe(false)
  })
})

describe('parents and ids', () => {
  it('go by number first, by indentation second', () => {
    const read = withTasks(
      '- [ ] 1. a\n- [ ] 1.1 flush left\n  - [ ] 1.1.1 below\n- [ ] 2. b\n  - [ ] 2.1 indented\n  - [ ] no number\n    - [ ] deeper\n- [ ] 9.1 orphan\n- [ ] loose\n',
    )
    expect(read.tasks.map(({ id, parent }) => [id, parent])).toEqual([
      ['1', null],
      ['1.1', '1'],
      ['1.1.1', '1.1'],
      ['2', null],
      ['2.1', '2'],
      ['2/2', '2'],
      ['2/2/1', '2/2'],
      ['9.1', null],
      ['/4', null],
    ])
  })

  it('do not take a count in a sub-task for a number', () => {
    const read = withTasks('- [ ] 1. a\n  - [ ] 3 workers started\n')
    expect(read.tasks[1]).toMatchObject({ id: '1/1', title: '3 workers started' })
  })
})

describe('numbers without a dot', () => {
  const ids = (...titles: string[]) =>
    withTasks(titles.map((title) => `- [ ] ${title}\n`).join('')).tasks.map(({ id }) => id)

  it('are ids where they count up, and may start again', () => {
    expect(ids('1 a', '2 b', '3. c', '4 d')).toEqual(['1', '2', '3', '4'])
    expect(ids('1 a', '2 b', '1 c', '2 d')).toEqual(['1', '2', '1#2', '2#2'])
  })

  it('are words of the title where they do not', () => {
    expect(ids('1. a', '12 workers start')).toEqual(['1', '/2'])
    expect(ids('1 a', '1 b')).toEqual(['/1', '/2'])
  })
})

describe('annotations', () => {
  it('are read in every form that real specs use', () => {
    const forms = [
      '  - _Requirements: 3.1, 3.2.1_',
      '  - _Requirements:_ 3.1, 3.2.1',
      '  - **Requirements**: 3.1, 3.2.1',
      '  - **Validates: Requirements 3.1, 3.2.1**',
      '  - **Validates:** Requirements 3.1, 3.2.1',
      '  _Requirements: 3.1, 3.2.1_',
      '  - Requirements: 3.1, 3.2.1',
      '  - _Requirements: 3.1,\n    3.2.1_',
      '\n  Validates: 3.1, 3.2.1',
    ]
    for (const form of forms)
      expect(only(`- [ ] 1. a\n${form}\n`), form).toMatchObject({ requirements: ['3.1', '3.2.1'], title: 'a' })
  })

  it('are read at the end of the title too, where emphasis sets them apart', () => {
    const text =
      '- [ ] 1. Add a queue _Requirements: 3.1, 9.9_\n- [ ] 2. Use it **Depends: 1**\n- [ ] 3. Say _why: 1_\n'
    const { tasks, diagnostics } = withTasks(text)
    expect(tasks.map(({ title }) => title)).toEqual(['Add a queue', 'Use it', 'Say why: 1'])
    expect(tasks[0]).toMatchObject({ requirements: ['3.1'], unresolved: ['9.9'] })
    expect(tasks[1]!.depends).toEqual(['1'])
    expect(diagnostics.find(({ code }) => code === 'broken-link')).toMatchObject({ line: 1, column: 42 })
  })

  it('join a wrapped title and leave the lines of sub-tasks alone', () => {
    const read = withTasks(
      '- [ ] 1. A long\n  title\n  - detail\n  - [ ] 1.1 part\n    - _Requirements: 3.1_\n  - _Requirements: 3.2_\n',
    )
    expect(read.tasks.map(({ title, requirements }) => ({ title, requirements }))).toEqual([
      { title: 'A long title', requirements: ['3.2'] },
      { title: 'part', requirements: ['3.1'] },
    ])
    expect(read.tasks[0]?.text).toBe('- [ ] 1. A long\n  title\n  - detail')
  })

  it('take commands and globs as written', () => {
    const task = only(
      '- [ ] 1. a\n  - Verify: `npm test -- --grep "a*b_c_"`\n  - Allows: package.json, `src/**/*.json`, {a,b}/**/*.ts\n  - Class: refactor\n',
    )
    expect(task.verify).toBe('npm test -- --grep "a*b_c_"')
    expect(task.allows).toEqual(['package.json', 'src/**/*.json', '{a,b}/**/*.ts'])
    expect(task.class).toBe('refactor')
    expect(only('- [ ] 1. a\n  - **Verify**: make check\n').verify).toBe('make check')
    expect(only('- [ ] 1. a\n  - _Verify: make check_\n').verify).toBe('make check')
    expect(only('- [ ] 1. a\n  - Allows: src/\\*\\*/x.ts\n').allows).toEqual(['src/**/x.ts'])
  })

  it('give dependencies, and report those on nothing', () => {
    const read = withTasks(
      '- [ ] 1. a\n- [ ] 2. b\n  - _Depends: 1_\n- [ ] 3. c\n  - Depends: Task 1, 2 and 7\n- [ ] 4. d\n  - _Depends:_ none\n',
    )
    expect(read.tasks.map(({ depends }) => depends)).toEqual([[], ['1'], ['1', '2'], []])
    const broken = read.diagnostics.find(({ code }) => code === 'broken-link')
    expect(broken).toMatchObject({
      file: 'specs/job-queue/tasks.md',
      line: 5,
      column: 28,
      message: 'Task 7 does not exist in tasks.md.',
    })
    expect(broken?.suggestion).toContain('Write 4')
  })

  it('give dependencies in the words of a task too', () => {
    const read = withTasks(
      '- [ ] 1.1 a\n- [ ] 1.2 b (blocked by 1.1)\n- [ ] 1.3 c\n  - Requires 1.1 and 1.2\n- [ ] 1.4 d, depends on 1.3\n',
    )
    expect(read.tasks.map(({ depends }) => depends)).toEqual([[], ['1.1'], ['1.1', '1.2'], ['1.3']])
  })

  it('name properties by number, by text, and anywhere in a line', () => {
    expect(only('- [ ] 1. a\n  - **Property 2: Work Distribution**\n').properties).toEqual([2])
    expect(only('- [ ] 1. Write property test for Property 3\n').properties).toEqual([3])
    expect(only('- [ ] 1. a\n  - Property: at most one leader, per term!\n')).toMatchObject({
      properties: [1],
      statements: ['at most one leader, per term!'],
    })
    const missing = withTasks('- [ ] 1. a\n  - **Property 9: Lost**\n  - like CSS property 12\n')
    expect(missing.tasks[0]).toMatchObject({ properties: [], unresolved: ['Property 9'] })
    expect(codes(missing).filter((code) => code.startsWith('broken-link'))).toEqual(['broken-link tasks.md:2'])
  })
})

describe('kinds', () => {
  it.each([
    ['- [ ] 1. Checkpoint - all tests pass', 'checkpoint'],
    ['- [ ] 1. Final checkpoint', 'checkpoint'],
    ['- [ ] 1. Implement checkpoint storage', 'code'],
    ['- [ ] 1. Checkpoint files are written', 'code'],
    ['- [ ] 1. Write property tests for the queue', 'test'],
    ['- [ ] 1. Write unit and integration tests for the queue', 'test'],
    ['- [ ] 1. Write tests for the queue', 'test'],
    ['- [ ] 1. Property test: order is kept', 'test'],
    ['- [ ] 1. [PBT] Order is kept', 'test'],
    ['- [ ] 1. Build the queue and write tests for it', 'code'],
    ['- [ ] 1. Buy a certificate\n  - Human: needs a credit card', 'human'],
    ['- [ ] 1. Rotate the key\n  - Class: 4', 'human'],
    ['- [!] 1. Wait for the supplier', 'human'],
    ['- [ ] 1. Tidy\n  - Class: refactor', 'code'],
  ])('%j is %s', (text, kind) => expect(only(text).kind).toBe(kind))

  it.each([
    ['Chaos test with network partition', 'chaos', 'network partition', null],
    ['Property-based chaos test with a worker crash.', 'chaos', 'worker crash', null],
    ['Chaos test', 'chaos', null, null],
    ['Property-based test with simulated clock', 'property', null, null],
    ['Integration test with worker crash', 'integration', null, null],
    ['Unit tests', 'unit', null, null],
    ['by example', 'example', null, null],
    ['look at it', 'other', null, null],
    ['test/queue.test.ts::marks a worker as failed', 'other', null, 'test/queue.test.ts::marks a worker as failed'],
    ['Property test in `test/unit/queue.test.ts`', 'property', null, 'test/unit/queue.test.ts'],
    ['Chaos test queue_test.go with clock skew', 'chaos', 'clock skew', 'queue_test.go'],
    ['Unit test test/chaos.test.ts with a fake clock', 'unit', null, 'test/chaos.test.ts'],
    ['unit tests/test_queue.py::test_order', 'unit', null, 'tests/test_queue.py::test_order'],
  ])('the wish %j is %s', (text, kind, fault, path) => {
    expect(only(`- [ ] 1. a\n  - Test: ${text}\n`).test).toMatchObject({ kind, fault, path })
  })

  it('joins several Test lines', () => {
    const task = only('- [ ] 1. a\n  - Test: Unit tests\n  - Test: Chaos test with disk full\n')
    expect(task.test).toEqual({
      kind: 'chaos',
      text: 'Unit tests; Chaos test with disk full',
      fault: 'disk full',
      path: null,
    })
  })
})

describe('the bytes of the file', () => {
  it('keep their positions with a byte order mark, CRLF, tabs and no final newline', () => {
    const text =
      '\uFEFF# Tasks\r\n\r\n- [x] 1. a\r\n\t- [ ] 1.1 b\r\n\t\t- _Requirements: 3.3,\r\n\t\t  9.9_\r\n\t- [ ]* 1.2 c\r\n- [!] 2. d\r\n-\t[~] 3. e'
    const read = spec({ tasks: text })
    expect(read.tasks.map(({ id, line, status, optional }) => ({ id, line, status, optional }))).toEqual([
      { id: '1', line: 3, status: 'done', optional: false },
      { id: '1.1', line: 4, status: 'open', optional: false },
      { id: '1.2', line: 7, status: 'open', optional: true },
      { id: '2', line: 8, status: 'blocked', optional: false },
      { id: '3', line: 9, status: 'doing', optional: false },
    ])
    expect(read.tasks.map(({ boxOffset }) => text.slice(boxOffset! - 1, boxOffset! + 2))).toEqual([
      '[x]',
      '[ ]',
      '[ ]',
      '[!]',
      '[~]',
    ])
    expect(read.tasks[1]?.requirements).toEqual(['3.3'])
    expect(read.diagnostics.find(({ code }) => code === 'broken-link')).toMatchObject({ line: 6 })
  })
})
