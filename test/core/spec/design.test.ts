import { describe, expect, it } from 'vitest'
import { codes, spec } from './fixture.ts'

describe('design properties', () => {
  it('are read from headings, with wrapped text and nested notes', () => {
    const design = [
      '# Design',
      '## Correctness Properties',
      '### Property 1: One leader',
      '*For any* term there is',
      'at most one leader.',
      '**Validates: Requirements 3.1, 3.2.1**',
      '### Property 7 (order)',
      'Jobs keep order (Validates: Requirements 3.2)',
      '## Testing Strategy',
      '**Property 1** is tested with seeds.',
      '',
      '- **Property 7**: see above',
    ].join('\n')
    expect(spec({ design }).properties).toEqual([
      {
        n: 1,
        title: 'One leader',
        text: 'For any term there is at most one leader.',
        validates: ['3.1', '3.2.1'],
        line: 3,
        section: 'Design > Correctness Properties > Property 1: One leader',
      },
      {
        n: 7,
        title: '(order)',
        text: 'Jobs keep order',
        validates: ['3.2'],
        line: 7,
        section: 'Design > Correctness Properties > Property 7 (order)',
      },
    ])
  })

  it('are read from bold paragraphs where no heading defines one', () => {
    const design =
      '## P\n\n**Property 1: One leader**\nAt most one.\n**Validates: Requirement 3.1**\n\n**Property 2: Order**: kept\n\nValidates: Requirements 3.2\n'
    expect(spec({ design }).properties).toMatchObject([
      { n: 1, title: 'One leader', text: 'At most one.', validates: ['3.1'], line: 3 },
      { n: 2, title: 'Order', text: 'kept', validates: ['3.2'], line: 7 },
    ])
  })

  it('mix: a labelled one takes the first free number', () => {
    const design = '### Property 1: a\nx\n\nValidates: 3.1\n## Protocol\n\n- Property: b\n- Validates: 3.2\n'
    expect(spec({ design }).properties.map(({ n, title, text, validates }) => ({ n, title, text, validates }))).toEqual(
      [
        { n: 1, title: 'a', text: 'x', validates: ['3.1'] },
        { n: 2, title: 'Protocol', text: 'b', validates: ['3.2'] },
      ],
    )
  })

  it('are reported when two share a number, when they validate nothing, and when what they validate is missing', () => {
    const found = codes(
      spec({ design: '### Property 1: a\nx\n### Property 1: b\ny\n**Validates: Requirements 3.9, 3.1**\n' }),
    )
    expect(found.filter((code) => code.includes('design.md'))).toEqual([
      'property-without-validates design.md:1',
      'duplicate-id design.md:3',
      'section-without-task design.md:3',
      'broken-link design.md:5',
    ])
  })

  it('in code are none, and headings in code are no sections', () => {
    const read = spec({ design: '# D\n\n```\n### Property 1: a\nValidates: 3.1\n```\n' })
    expect(read.properties).toEqual([])
    expect(read.sections.map(({ title, text }) => ({ title, text }))).toEqual([
      { title: 'D', text: '# D\n\n```\n### Property 1: a\nValidates: 3.1\n```' },
    ])
  })
})
