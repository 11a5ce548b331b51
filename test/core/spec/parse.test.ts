import { describe, expect, it } from 'vitest'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { codes, source, spec } from './fixture.ts'

describe('the founding example', () => {
  const read = spec()

  it('is read with nothing to say but that its three tasks build two of four requirements', () => {
    expect(codes(read)).toEqual([
      'requirement-without-task requirements.md:13',
      'requirement-without-task requirements.md:20',
    ])
  })

  it('gives its three tasks with wishes, statements and links', () => {
    const short = read.tasks.map(({ id, title, test, statements, requirements, line }) => ({
      id,
      title,
      test,
      statements,
      requirements,
      line,
    }))
    expect(short).toEqual([
      {
        id: '1',
        title: 'Implement heartbeat mechanism',
        test: { kind: 'property', text: 'Property-based test with simulated clock', fault: null, path: null },
        statements: ['Workers send heartbeat every 10s'],
        requirements: ['3.3'],
        line: 3,
      },
      {
        id: '2',
        title: 'Implement failure detection',
        test: { kind: 'chaos', text: 'Chaos test with network partition', fault: 'network partition', path: null },
        statements: ['Workers marked failed after 30s silence'],
        requirements: ['3.3'],
        line: 8,
      },
      {
        id: '3',
        title: 'Implement job reassignment',
        test: { kind: 'integration', text: 'Integration test with worker crash', fault: null, path: null },
        statements: ["Failed worker's jobs reassigned within 60s"],
        requirements: ['3.4'],
        line: 13,
      },
    ])
  })

  it('numbers the properties of the design by appearance, titled by the bold lead', () => {
    expect(read.properties).toEqual([
      {
        n: 1,
        title: 'Leader Election',
        text: 'At most one leader per term',
        validates: ['3.1'],
        line: 6,
        section: 'Design > Coordination Protocol',
      },
      {
        n: 2,
        title: 'Work Distribution',
        text: 'Higher priority jobs assigned first',
        validates: ['3.2'],
        line: 10,
        section: 'Design > Coordination Protocol',
      },
      {
        n: 3,
        title: 'Failure Detection',
        text: 'Failed workers detected within 45s',
        validates: ['3.3'],
        line: 14,
        section: 'Design > Coordination Protocol',
      },
    ])
    expect(read.sections.map(({ path, depth, line, validates }) => ({ path, depth, line, validates }))).toEqual([
      { path: 'Design', depth: 1, line: 1, validates: [] },
      { path: 'Design > Coordination Protocol', depth: 2, line: 3, validates: ['3.1', '3.2', '3.3'] },
    ])
  })

  it('gives criteria from paragraphs and lists, joined over lines', () => {
    const criteria = read.requirements.flatMap((one) =>
      one.criteria.map(({ id, pattern, line }) => `${id} ${pattern} ${line}`),
    )
    expect(criteria).toEqual([
      '3.1.1 ubiquitous 18',
      '3.2.1 event 24',
      '3.2.2 ubiquitous 25',
      '3.3.1 event 29',
      '3.3.2 event 32',
      '3.4.1 conditional 37',
      '3.4.2 ubiquitous 39',
    ])
    expect(read.requirements[2]?.criteria[0]?.text).toBe(
      'WHEN a worker fails to send a heartbeat for 30 seconds, THE System SHALL mark the worker as failed and reassign its jobs',
    )
    expect(read.requirements[2]?.criteria[0]?.bounds).toEqual([
      { value: 30, unit: 's', relation: 'for', text: 'for 30 seconds' },
    ])
    expect(read.requirements[0]?.story).toBe(
      'As an operator, I want one coordinator, so that jobs are not handed out twice.',
    )
  })

  it('gives introduction and glossary', () => {
    expect(read.introduction).toBe('# Job queue\n\nA queue that keeps its promises when machines fail.')
    expect(read.glossary.map(({ term }) => term)).toEqual(['Worker', 'Leader', 'Tombstone'])
    expect(read.glossary[0]?.text).toBe('a process that takes jobs from the Leader')
  })
})

describe('missing files', () => {
  it('are diagnostics of the folder', () => {
    expect(codes(parseSpec(source({})))).toEqual(['tasks-missing tasks.md:1', 'requirements-missing requirements.md:1'])
    expect(codes(spec({ tasks: '# Nothing to do\n' }))).toContain('no-tasks tasks.md:1')
  })

  it('make missing requirements an error only where a task links to them, and report them once', () => {
    const linked = parseSpec(source({ tasks: '- [ ] 1. a\n  - Validates: 1.1\n- [ ] 2. b\n  - Validates: 1.2\n' }))
    expect(linked.diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'requirements-missing error',
    ])
    expect(linked.tasks[0]?.unresolved).toEqual(['1.1'])
    const free = parseSpec(source({ tasks: '- [ ] 1. a\n' }))
    expect(free.diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'task-without-contract info',
      'requirements-missing warning',
    ])
  })
})

describe('dialects and steering', () => {
  it('knows Kiro by its folder', () => {
    expect(spec({ dir: '.kiro/specs/x' }).dialect).toBe('kiro')
    expect(spec({ dir: 'specs/x' }).dialect).toBe('specproof')
  })

  it.each([
    ['no front matter', '# Rules\n', 'always', null, '# Rules\n'],
    ['always', '---\ninclusion: always\n---\n# Rules\n', 'always', null, '# Rules\n'],
    [
      'a pattern',
      '---\ninclusion: fileMatch\nfileMatchPattern: "src/**/*.ts"\n---\nx',
      'fileMatch',
      'src/**/*.ts',
      'x',
    ],
    [
      'patterns',
      '---\r\ninclusion: fileMatch\r\nfileMatchPattern: [a/**, b/**]\r\n---\r\nx',
      'fileMatch',
      '{a/**,b/**}',
      'x',
    ],
    ['manual', '\uFEFF---\ninclusion: manual\n---\nx', 'manual', null, 'x'],
    ['auto', '---\ninclusion: auto\n---\nx', 'auto', null, 'x'],
    ['an empty block', '---\n---\nx', 'always', null, 'x'],
  ])('reads steering with %s', (_name, text, inclusion, pattern, body) => {
    const read = spec({ steering: [{ path: '.kiro/steering/rules.md', text }] })
    expect(read.steering).toEqual([
      { path: '.kiro/steering/rules.md', inclusion, pattern, name: null, description: null, files: [], text: body },
    ])
    expect(read.diagnostics.filter(({ code }) => code === 'steering-front-matter')).toEqual([])
  })

  it.each([
    '---\ninclusion: sometimes\n---\nx',
    '---\n: [\n---\nx',
    '---\n- a\n---\nx',
    '---\ninclusion: fileMatch\n---\nx',
  ])('warns about front matter it cannot follow: %j', (text) => {
    expect(codes(spec({ steering: [{ path: 'steering/a.md', text }] }))).toContain('steering-front-matter a.md:1')
  })
})
