import { describe, expect, it } from 'vitest'
import { found, tasks } from './read.ts'

describe('lines that look like tasks', () => {
  it.each([
    ['-[ ] 2. b', 'error'],
    ['- [ ]2. b', 'error'],
    ['- [x]2. b', 'error'],
    ['- [  ] 2. b', 'error'],
    ['- [x ] 2. b', 'error'],
    ['• [ ] 2. b', 'error'],
    ['[ ] 2. b', 'error'],
    ['- ( ) 2. b', 'error'],
    ['- ［ ］ 2. b', 'error'],
    ['☐ 2. b', 'error'],
    ['- ☑ T012 b', 'error'],
    ['-[ ] clean up', 'warning'],
  ])('%j', (line, severity) => {
    const spec = tasks(`- [ ] 1. a\n  - Validates: 1.1\n\n${line}\n`)
    expect(spec.diagnostics.map((one) => `${one.code} ${one.severity}`)).toContain(`looks-like-a-task ${severity}`)
  })

  it.each([
    '- ✅ All done',
    '- [link](a.md)',
    '- [P] tasks can run in parallel',
    '- (x) is a name',
    '- [ ]\\* 2. b',
    '- [ ]* 2. b',
    '- [x](a.md)',
  ])('but not %j', (line) => {
    expect(found(tasks(`- [ ] 1. a\n  - Validates: 1.1\n\n${line}\n`), 'looks-like-a-task')).toEqual([])
  })

  it('but nothing in a code fence', () => {
    expect(found(tasks('- [ ] 1. a\n\n```\n-[ ] 2. b\n```\n\n~~~\n☐ 3. c\n~~~\n'), 'looks-like-a-task')).toEqual([])
  })
})

describe('waves', () => {
  const graph = (text: string, ...waves: string[][]) =>
    tasks(`${text}\n\`\`\`json\n${JSON.stringify({ waves: waves.map((ids, id) => ({ id, tasks: ids })) })}\n\`\`\`\n`)
  const three = '- [ ] 1. a\n- [ ] 2. b\n- [ ] 3. c\n'

  it('may run tasks side by side, and groups across each other', () => {
    expect(found(graph(three, ['1', '2'], ['3']), 'wave-order')).toEqual([])
    const groups = '- [ ] 1. a\n  - [ ] 1.1 b\n  - [ ] 1.2 c\n- [ ] 2. d\n  - [ ] 2.1 e\n  - [ ] 2.2 f\n'
    expect(found(graph(groups, ['1.1', '2.1'], ['1.2', '2.2']), 'wave-order')).toEqual([])
    expect(found(graph(groups, ['1.1', '2.2'], ['1.2', '2.1']), 'wave-order')).toEqual(['info 8:1'])
  })

  it('are told where they contradict what a task depends on', () => {
    const depends = three.replace('1. a', '1. a\n  - Depends: 3')
    expect(found(graph(depends, ['1', '2'], ['3']), 'wave-order')).toEqual(['warning 6:1'])
    expect(found(graph(depends, ['3'], ['1', '2']), 'wave-missing')).toEqual([])
    expect(found(graph(three, ['1'], ['2']), 'wave-missing')).toEqual(['info 5:1'])
  })
})

describe('what a task promises', () => {
  it('is told once for a file, and never of tasks that are done', () => {
    expect(found(tasks('- [ ] 1. a\n- [ ] 2. b\n- [ ] 3. c\n- [ ] 4. d\n'), 'task-without-contract')).toEqual([
      'info 1:1',
    ])
    expect(found(tasks('- [x] 1. a\n'), 'task-without-contract')).toEqual([])
  })

  it('may stand in the task above it', () => {
    const above = (contract: string) => found(tasks(`- [ ] 1. a\n${contract}  - [ ] 1.1 b\n`), 'task-without-contract')
    expect(above('  - Validates: 1.1\n')).toEqual([])
    expect(above('')).toEqual(['info 2:1'])
  })

  it.each([
    ['Chaso test with crash', 1],
    ['Propety-based test', 1],
    ['Intergration test', 1],
    ['Uint tests for the queue', 1],
    ['Manual check', 0],
    ['Chaos test with crash', 0],
    ['test/queue.test.ts::order', 0],
    ['Smoke test', 0],
  ])('Test: %s', (text, count) => {
    expect(found(tasks(`- [ ] 1. a\n  - Test: ${text}\n`), 'unknown-test-kind')).toHaveLength(count)
  })

  it.each([
    ['Propery: x', 1],
    ['**Validtes**: 1.1', 0],
    ['Valdates: 1.1', 1],
    ['Verfy: `make`', 1],
    ['Validate: the input', 0],
    ['Next: the input', 0],
    ['List: the input', 0],
    ['Note: verify: it', 0],
  ])('the label %s', (text, count) => {
    expect(found(tasks(`- [ ] 1. a\n  - ${text}\n`), 'unknown-label')).toHaveLength(count)
  })

  it('proposes what a set-up task has to write, and only that', () => {
    const globs = (text: string) =>
      tasks(text).diagnostics.find((one) => one.code === 'allows-proposed')?.suggestion ?? null
    expect(globs('- [ ] 1. Set up package.json and vitest\n')).toContain(
      '`Allows: package.json, package-lock.json, vitest.config.*`',
    )
    expect(globs('- [ ] 1. Configure CI\n  - Create `.github/workflows/test.yml`\n')).toContain(
      '.github/workflows/test.yml',
    )
    expect(globs('- [ ] 1. Set up project with Cargo\n')).toContain('Cargo.toml, Cargo.lock')
    expect(globs('- [ ] 1. Set up the queue in `src/queue.ts`\n')).toBeNull()
    expect(globs('- [ ] 1. Write the queue with vitest\n')).toBeNull()
    expect(globs('- [ ] 1. Set up vitest\n  - Allows: package.json\n')).toBeNull()
  })

  it.each([
    ['Research consensus protocols', 'warning'],
    ['Prove that the protocol is safe', 'warning'],
    ['Capacity planning for Black Friday', 'warning'],
    ['Manually verify the layout', 'warning'],
    ['Get approval from the security team', 'warning'],
    ['手动验证桌面端闭环', 'warning'],
    ['Design the overall architecture', 'info'],
    ['Evaluate message brokers', 'info'],
    ['Document incident response procedures', null],
    ['Implement the approval workflow', null],
    ['Build the capacity planning page', null],
    ['Set up the search index', null],
  ])('%s: for a person %s', (title, severity) => {
    const hits = tasks(`- [ ] 1. ${title}\n`).diagnostics.filter(({ code }) => code === 'needs-a-person')
    expect(hits.map((one) => one.severity)).toEqual(severity === null ? [] : [severity])
    expect(found(tasks(`- [ ] 1. ${title}\n  - Class: 4\n`), 'needs-a-person')).toEqual([])
  })
})
