import { describe, expect, it } from 'vitest'
import { codes, spec } from './fixture.ts'

const ids = (requirements: string) =>
  spec({ requirements }).requirements.map((one) => [one.id, one.title, ...one.criteria.map(({ id }) => id)])

describe('requirement headings', () => {
  it.each([
    ['### Requirement 1: Queue', '1', 'Queue'],
    ['### Requirement 1', '1', ''],
    ['## Requirement 1 - Queue', '1', 'Queue'],
    ['### **Requirement 1**: Queue', '1', 'Queue'],
    ['### Requirement 3.3: Queue', '3.3', 'Queue'],
    ['### 1. Queue', '1', 'Queue'],
    ['#### 1.2 Queue', '1.2', 'Queue'],
    ['### 要件 1: 待ち行列', '1', '待ち行列'],
    ['### 需求 1：队列', '1', '队列'],
  ])('%j', (heading, id, title) => {
    expect(ids(`# R\n\n${heading}\n\n1. THE System SHALL run\n`)).toEqual([[id, title, `${id}.1`]])
  })

  it('take a bare number only where something below reads like a requirement', () => {
    expect(ids('# R\n\n## 1. Scope\n\nProse.\n\n## 2. Needs\n\n### 2.1 Queue\n\nTHE System SHALL run\n')).toEqual([
      ['2.1', 'Queue', '2.1.1'],
    ])
  })

  it('nest: a group has the requirements below it', () => {
    const text =
      '## Requirement 3: Coordination\n\nText.\n\n### Requirement 3.3: Detection\n\nTHE System SHALL detect\n'
    expect(ids(text)).toEqual([
      ['3', 'Coordination'],
      ['3.3', 'Detection', '3.3.1'],
    ])
    expect(codes(spec({ requirements: text, tasks: '- [ ] 1. a\n  - Validates: 3\n' }))).not.toContain(
      'requirement-without-criteria requirements.md:1',
    )
  })
})

describe('criteria', () => {
  it('carry the number written in the list', () => {
    expect(
      ids(
        '### Requirement 2: a\n\n#### Acceptance Criteria\n\n3. THE a SHALL b\n4. THE a SHALL c\n\nA remark.\n\n7. THE a SHALL d\n',
      ),
    ).toEqual([['2', 'a', '2.3', '2.4', '2.7']])
  })

  it('are counted where the list leaves the counting to Markdown', () => {
    expect(ids('### Requirement 2: a\n\n1. THE a SHALL b\n1. THE a SHALL c\n1. THE a SHALL d\n')).toEqual([
      ['2', 'a', '2.1', '2.2', '2.3'],
    ])
  })

  it('stand below their heading only, in any of its forms', () => {
    const list = '\n\n1. THE a SHALL b\n\n'
    expect(
      ids(
        `### Requirement 1: a\n\n1. a step\n2. a step\n\n#### Acceptance Criteria${list}#### Notes\n\n1. THE a SHALL not count\n`,
      ),
    ).toEqual([['1', 'a', '1.1']])
    expect(ids(`### Requirement 1: a\n\n**Acceptance Criteria:**${list}`)).toEqual([['1', 'a', '1.1']])
    expect(ids(`### Requirement 1: a\n\n#### 验收标准${list}`)).toEqual([['1', 'a', '1.1']])
  })

  it('may be paragraphs with their own number, or several statements in one paragraph', () => {
    expect(
      ids(
        '### Requirement 1: a\n\n#### Acceptance Criteria\n\n1.1 WHEN a THE b SHALL c\n1.2 THE b SHALL d\n\n**1.4** THE b SHALL e\n',
      ),
    ).toEqual([['1', 'a', '1.1', '1.2', '1.4']])
    expect(ids('### Requirement 1: a\n\nWHEN a,\nTHE b SHALL c\nWHEN d,\nTHE b SHALL e\n')).toEqual([
      ['1', 'a', '1.1', '1.2'],
    ])
  })

  it('include the list below a SHALL, and SHALL on a later line', () => {
    const read = spec({
      requirements: '### Requirement 1: a\n\n1. WHEN a\n   THE b\n   SHALL\n   - store `x_y`\n   - send *it*\n',
    })
    expect(read.requirements[0]?.criteria).toEqual([
      {
        id: '1.1',
        line: 3,
        pattern: 'event',
        text: 'WHEN a THE b SHALL store `x_y` send it',
        bounds: [],
        system: 'b',
        conditions: [{ kind: 'event', text: 'a' }],
        trigger: 'a',
        response: 'store `x_y` send it',
        modals: ['SHALL'],
        section: null,
        kind: 'statement',
      },
    ])
  })

  it('in a code fence are none', () => {
    const read = spec({ requirements: '### Requirement 1: a\n\n```\n1. THE a SHALL b\n```\n' })
    expect(read.requirements[0]?.criteria).toEqual([])
    expect(codes(read)).toContain('requirement-without-criteria requirements.md:1')
  })
})

describe('stories, glossary and introduction', () => {
  it.each([
    '**User Story:** As a user, I want x.',
    '**Objective:** As a user, I want x.',
    'As a user, I want x.',
    '#### User Story\n\nAs a user, I want x.',
  ])('%j is a story', (story) => {
    expect(
      spec({ requirements: `### Requirement 1: a\n\n${story}\n\n1. THE a SHALL b\n` }).requirements[0]?.story,
    ).toBe('As a user, I want x.')
  })

  it('reads a glossary from lists, paragraphs and tables', () => {
    const glossary = (body: string) =>
      spec({ requirements: `# R\n\n## Glossary\n\n${body}\n\n## Next\n\n- **Not**: a term\n`, design: null }).glossary
    const expected = [
      { term: 'Job', text: 'a piece of work' },
      { term: 'Dead_Letter', text: 'a job given up' },
    ]
    const below = '- **Job**: a piece of work\n- **Dead_Letter**: a job given up'
    expect(glossary(`${below}\n\n### UTF-8\n\n- **Byte**: eight bits`)).toHaveLength(3)
    expect(glossary(`${below}\n\n### Requirement 1: Jobs\n\n**User Story:** As a user, I want jobs.`)).toEqual(expected)
    expect(glossary('- **Job**: a piece of work\n- **Dead_Letter:** a job\n  given up')).toEqual(expected)
    expect(glossary('- Job: a piece of work\n- `Dead_Letter` - a job given up')).toEqual(expected)
    expect(glossary('**Job**: a piece of work\n\n**Dead_Letter**: a job given up')).toEqual(expected)
    expect(
      glossary('| Term | Meaning |\n| --- | --- |\n| Job | a piece of work |\n| Dead_Letter | a job given up |'),
    ).toEqual(expected)
  })

  it('takes the introduction section in, where it comes first', () => {
    expect(spec({ requirements: '# R\n\n## Introduction\n\nWhy.\n\n## Glossary\n' }).introduction).toBe(
      '# R\n\n## Introduction\n\nWhy.',
    )
  })
})
