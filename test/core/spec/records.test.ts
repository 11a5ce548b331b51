import { describe, expect, it } from 'vitest'
import { readDesign } from '../../../src/core/spec/design.ts'
import { readMarkdown } from '../../../src/core/spec/markdown.ts'
import { spec } from './fixture.ts'

const design = (text: string) => readDesign(readMarkdown('design.md', text))

describe('properties in further forms', () => {
  const read = (text: string) =>
    design(text).properties.map(({ n, title, text: said, links }) => [
      n,
      title,
      said,
      links.flatMap((one) => one.references.map((link) => (link.kind === 'id' ? link.id : link.written))).join(' '),
    ])

  it.each([
    [
      '## P\n\nProperty 1: One leader\n\n_For any_ term, one.\n\n**Validates: Requirements 2.1, 2.2**\n',
      [[1, 'One leader', 'For any term, one.', '2.1 2.2']],
    ],
    [
      '## Correctness Properties\n\n1. *For any* job, a (Validates: 1.2)\n2. *For all* jobs, b\n',
      [
        [1, '', 'For any job, a', '1.2'],
        [2, '', 'For all jobs, b', ''],
      ],
    ],
    ['## P\n\n### Property 3: a\n\nx\n\n**Validates:** Requirements 1.1,\n1.2\n', [[3, 'a', 'x', '1.1 1.2']]],
    ['## P\n\n### 属性 2：顺序\n\n任意任务。\n\n**Validates: Requirements 1.1**\n', [[2, '顺序', '任意任务。', '1.1']]],
    [
      '## P\n\n### Property 1: a\n\nIt holds (Validates: Requirements 1.1), which is much.\n',
      [[1, 'a', 'It holds , which is much.', '1.1']],
    ],
    ['## Tests\n\n| Property | File |\n| --- | --- |\n| Property 1 | a.test.ts |\n', []],
    ['## Notes\n\n- Property 3 is hard\n', []],
  ])('%j', (text, expected) => expect(read(text)).toEqual(expected))
})

describe('protocol entries', () => {
  it('are bold leads with their lines', () => {
    expect(spec().protocol).toEqual([
      {
        name: 'Leader Election',
        text: 'Use Raft consensus for coordinator selection',
        statements: ['At most one leader per term'],
        time: null,
        validates: ['3.1'],
        line: 5,
        section: 'Design > Coordination Protocol',
      },
      {
        name: 'Work Distribution',
        text: 'Leader assigns jobs via priority queue',
        statements: ['Higher priority jobs assigned first'],
        time: null,
        validates: ['3.2'],
        line: 9,
        section: 'Design > Coordination Protocol',
      },
      {
        name: 'Failure Detection',
        text: 'Heartbeat-based with 30s timeout',
        statements: ['Failed workers detected within 45s'],
        time: { sentence: 'Failed workers detected within 45s', bounds: ['within 45s'] },
        validates: ['3.3'],
        line: 13,
        section: 'Design > Coordination Protocol',
      },
    ])
  })

  it('are sub-sections too', () => {
    const text =
      '## Coordination Protocol\n\n### Heartbeats\n\nA worker sends\none.\n\n- **Property**: every 10s,\n  from its start\n- **Validates**: Requirement 3.1\n\n## Else\n\n### No\n\nx\n'
    expect(
      design(text).protocol.map(({ name, text: said, statements, links }) => [name, said, statements, links.length]),
    ).toEqual([['Heartbeats', 'A worker sends one.', ['every 10s, from its start'], 1]])
  })
})

describe('decisions', () => {
  const read = (text: string) => design(text).decisions.map(({ line, section, ...rest }) => rest)
  const none = { context: null, rationale: null, tradeoffs: null, alternatives: null }

  it('are headings with their parts', () => {
    expect(
      read(
        '## Key Decisions\n\n### Decision 1: Epochs\n\n**Choice:** Bind to epochs.\n\n**Rationale**:\n- no disk\n- simple\n\n**Alternatives considered**: a disk\n\n**Trade-offs**: a job may be lost\n\n### Decision 2: Raft\n\nUse Raft.\n',
      ),
    ).toEqual([
      {
        n: 1,
        title: 'Epochs',
        decision: 'Bind to epochs.',
        context: null,
        rationale: 'no disk simple',
        alternatives: 'a disk',
        tradeoffs: 'a job may be lost',
      },
      { n: 2, title: 'Raft', ...none, decision: 'Use Raft.' },
    ])
  })

  it('are list items of such a chapter, in several languages', () => {
    expect(read('## Design Decisions\n\n1. **Detection** — look at the lock file\n2. Order: domain first\n')).toEqual([
      { n: null, title: 'Detection', ...none, decision: 'look at the lock file' },
      { n: null, title: 'Order', ...none, decision: 'domain first' },
    ])
    expect(read('## Decisions\n\n### 1. 设计风格\n\n**选择**: 轨道\n\n**原因**:\n- 好看\n')).toEqual([
      { n: 1, title: '设计风格', ...none, decision: '轨道', rationale: '好看' },
    ])
    expect(
      read(
        '#### Decision 4: 状態\n\n- **Decision**: フックに追加\n- **Context**: 同期\n- **Rationale**:\n  - 一貫性\n',
      ),
    ).toEqual([{ n: 4, title: '状態', ...none, decision: 'フックに追加', context: '同期', rationale: '一貫性' }])
  })

  it('are not what merely has the word', () => {
    expect(read('## Troubleshooting Decision Tree\n\n- a\n\n## Decided\n\n- b\n')).toEqual([])
  })
})

describe('test layers', () => {
  it('are rows that name a property, ranges spread out', () => {
    const table =
      '| Property | Layer | File | Why |\n| --- | --- | --- | --- |\n| Property 1: Order | unit | `queue.test.ts` | pure |\n| Property 2-3 | E2E | | cluster |\n| other | x | y | z |\n'
    expect(design(`## Testing Strategy\n\n${table}`).layers).toEqual([
      { property: 1, layer: 'unit', path: 'queue.test.ts', text: 'Order | pure', line: 5 },
      { property: 2, layer: 'E2E', path: null, text: 'cluster', line: 6 },
      { property: 3, layer: 'E2E', path: null, text: 'cluster', line: 6 },
    ])
    expect(design('| Property | Layer |\n| --- | --- |\n| 1 | unit |\n| 2 | E2E |\n').layers).toMatchObject([
      { property: 1, layer: 'unit' },
      { property: 2, layer: 'E2E' },
    ])
    expect(design('| Property | Type |\n| --- | --- |\n| name | string |\n| 1 | number |\n').layers).toEqual([])
  })
})
