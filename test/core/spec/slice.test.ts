import { describe, expect, it } from 'vitest'
import { lintSlice } from '../../../src/core/spec/lint-slice.ts'
import { nextTask } from '../../../src/core/spec/next.ts'
import { type Slice, sliceOf, sliceText } from '../../../src/core/spec/slice.ts'
import { codes, DESIGN, REQUIREMENTS, spec, withTasks } from './fixture.ts'

const short = (slice: Slice) => ({
  criteria: slice.requirements.flatMap((one) => one.criteria.map(({ id }) => id)),
  properties: slice.properties.map(({ n }) => n),
  sections: slice.sections.map(({ title }) => title),
  terms: slice.glossary.map(({ term }) => term),
})

describe('a slice', () => {
  it('holds the criteria, the properties that validate them, their sections and the terms used', () => {
    expect(short(sliceOf(spec(), '2'))).toEqual({
      criteria: ['3.3.1', '3.3.2'],
      properties: [3],
      sections: ['Design', 'Coordination Protocol'],
      terms: ['Worker', 'Leader'],
    })
    expect(sliceOf(spec(), '2').statements).toEqual(['Workers marked failed after 30s silence'])
  })

  it('holds one criterion where one is linked, and all below a group', () => {
    const one = withTasks('- [ ] 1. a\n  - Validates: 3.2.2\n')
    expect(short(sliceOf(one, '1'))).toMatchObject({ criteria: ['3.2.2'], properties: [2] })
    const group = spec({
      requirements: `## Requirement 3: Coordination\n\nText.\n\n${REQUIREMENTS}`,
      tasks: '- [ ] 1. a\n  - Validates: Requirement 3\n',
    })
    expect(short(sliceOf(group, '1')).criteria).toHaveLength(7)
  })

  it('goes from a named property to what it validates, where the task links nothing else', () => {
    const named = withTasks('- [ ] 1. Write property test for Property 1\n')
    expect(short(sliceOf(named, '1'))).toMatchObject({ criteria: ['3.1.1'], properties: [1] })
  })

  it('holds its sections with those they stand in, not their neighbours, and adds terms that its terms use', () => {
    const design = '# D\n\n## Other\n\nThe Tombstone.\n\n## Mine\n\nValidates: 3.4\n\nUse fence-posts.\n'
    const requirements = `${REQUIREMENTS}\n## Glossary\n\n- **Fence-Post**: keeps a Gate shut\n- **Gate**: has a Hinge\n- **Hinge**: turns\n`
    const slice = sliceOf(spec({ design, requirements }), '3')
    expect(short(slice)).toMatchObject({ sections: ['D', 'Mine'], terms: ['Worker', 'Leader', 'Fence-Post', 'Gate'] })
  })

  it('is empty but for the task where nothing is linked, and the same for each call', () => {
    const read = withTasks('- [ ] 1. Write the docs\n')
    expect(short(sliceOf(read, '1'))).toEqual({ criteria: [], properties: [], sections: [], terms: [] })
    expect(sliceText(sliceOf(read, '1'))).toBe('## task 1\n- [ ] 1. Write the docs\n')
    expect(() => sliceOf(read, '2')).toThrow('no task 2')
  })

  it('changes its text with any part of it, and with nothing else', () => {
    const text = (parts: Parameters<typeof spec>[0]) => sliceText(sliceOf(spec(parts), '2'))
    const base = text({})
    expect(text({ requirements: REQUIREMENTS.replace('30 seconds', '31 seconds') })).not.toBe(base)
    expect(text({ design: DESIGN.replace('45s', '46s') })).not.toBe(base)
    expect(text({ requirements: REQUIREMENTS.replace('takes jobs', 'asks for jobs') })).not.toBe(base)
    expect(text({ requirements: REQUIREMENTS.replace('10,000', '20,000') })).toBe(base)
    expect(text({ requirements: `\n${REQUIREMENTS}` })).toBe(base)
  })
})

describe('lint of one slice', () => {
  const broken = [
    '- [ ] 1. a',
    '  - Validates: 3.9',
    '- [ ] 2. b',
    '  - Validates: 3.2',
    '- [ ] 2. c',
    '- [ ] 3. d',
    '  - Depends: 4',
    '- [ ] 4. e',
    '  - Depends: 3',
    '- [ ] 5.',
  ].join('\n')

  it('finds what concerns the task and what it links to', () => {
    const read = withTasks(broken)
    const of = (id: string) => lintSlice(read, id).map(({ code, line }) => `${code} ${line}`)
    expect(of('1')).toEqual(['broken-link 2'])
    expect(of('2#2')).toEqual(['duplicate-id 5'])
    expect(of('3')).toEqual(['dependency-cycle 6'])
    expect(of('5')).toEqual(['task-without-text 10'])
    expect(lintSlice(read, '1')[0]).toMatchObject({
      severity: 'error',
      column: 16,
      suggestion: expect.stringContaining('Write 3.4'),
    })
  })

  it('looks into requirements and design, and at the files as a whole', () => {
    const doubled = spec({ requirements: `${REQUIREMENTS}\n### Requirement 3.4: Again\n\nTHE System SHALL repeat\n` })
    expect(lintSlice(doubled, '3').map(({ code }) => code)).toEqual(['duplicate-id'])
    expect(lintSlice(doubled, '1')).toEqual([])
    const design = spec({ design: DESIGN.replace('Requirement 3.3', 'Requirements 3.3, 8.8') })
    expect(lintSlice(design, '2').map(({ code }) => code)).toEqual(['broken-link'])
    expect(lintSlice(spec({ requirements: null }), '2').map(({ code }) => code)).toEqual(['requirements-missing'])
  })

  it('reports the rest at its level: warnings and hints', () => {
    const requirements = '### Requirement 1: a\n\n1. It works\n\n```\nopen\n'
    const read = spec({ requirements, design: null, tasks: '- [ ] 1. a\n  - _Requirements: Testing Strategy_\n' })
    expect(read.diagnostics.map(({ code, severity, line }) => `${severity} ${code} ${line}`)).toEqual([
      'warning criterion-without-shall 3',
      'warning unbalanced-fence 5',
      'info requirement-without-task 1',
      'warning unknown-reference 2',
    ])
    expect(
      codes(spec({ requirements: '```\na\n```\n\n~~~\nb\n~~~~\n' })).filter((code) => code.includes('fence')),
    ).toEqual([])
  })
})

describe('the next task', () => {
  const next = (tasks: string) => {
    const { task, blocked, waiting } = nextTask(withTasks(tasks))
    return {
      task: task?.id ?? null,
      blocked: blocked?.id ?? null,
      waiting: waiting.map(({ id, why }) => `${id} ${why}`),
    }
  }

  it('is the first open leaf in file order', () => {
    expect(next('- [x] 1. a\n- [ ] 2. b\n- [ ] 2.1 c\n- [ ] 2.2 d\n')).toEqual({
      task: '2.1',
      blocked: null,
      waiting: ['2 its parts are open: 2.1, 2.2', '2.2 comes after 2.1'],
    })
    expect(next('- [x] 1. a\n')).toEqual({ task: null, blocked: null, waiting: [] })
  })

  it('leaves parents to be ticked, optional ones to be named, and work in progress alone', () => {
    expect(next('- [ ] 1. a\n- [x] 1.1 b\n- [ ] 2. c\n- [x] 2.1 d\n- [ ]* 2.2 e\n- [~] 3. f\n- [ ] 4. g\n')).toEqual({
      task: '4',
      blocked: null,
      waiting: [
        '1 all its parts are done: tick it',
        '2 all its parts are done but optional ones (2.2): tick it',
        '2.2 optional: runs only when it is named',
        '3 is marked as in progress',
      ],
    })
    expect(next('- [ ]* 1. a\n  - [ ] 1.1 b\n')).toMatchObject({
      task: null,
      waiting: ['1 its parts are open: 1.1', '1.1 optional with 1: runs only when it is named'],
    })
  })

  it('waits for dependencies, its own and those of its parent; parts make a whole', () => {
    expect(next('- [ ] 1. a\n  - Depends: 2\n  - [ ] 1.1 b\n- [ ] 2. c\n')).toMatchObject({
      task: '2',
      waiting: ['1 its parts are open: 1.1', '1.1 depends on 2'],
    })
    expect(next('- [ ] 1. a\n  - [x] 1.1 b\n- [ ] 2. c\n  - Depends: 1\n')).toMatchObject({ task: '2' })
    expect(next('- [ ] 1. a\n  - Depends: 2\n- [ ] 2. b\n  - Depends: 1\n')).toMatchObject({
      task: null,
      blocked: null,
    })
  })

  it('stops at a task for a person, with its reason', () => {
    expect(next('- [ ] 1. Buy it\n  - **Human**: needs a card\n- [ ] 2. b\n')).toEqual({
      task: null,
      blocked: '1',
      waiting: ['1 needs a person: needs a card', '2 comes after 1, which needs a person'],
    })
    expect(next('- [!] 1. Wait\n- [ ] 2. b\n')).toMatchObject({
      task: null,
      blocked: '1',
      waiting: ['1 is marked as blocked [!]', '2 comes after 1, which needs a person'],
    })
    expect(next('- [ ] 1. a\n- [!] 2. Wait\n')).toMatchObject({ task: '1', blocked: null })
  })
})
