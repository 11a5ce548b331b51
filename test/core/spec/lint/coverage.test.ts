import { describe, expect, it } from 'vitest'
import { coverageOf, FAILURE_MODES } from '../../../../src/core/spec/lint/coverage.ts'
import type { Spec } from '../../../../src/core/spec/spec.ts'
import { CRITERIA, found, read } from './read.ts'

describe('failure modes', () => {
  const QUEUE = `## Glossary

- **Coordinator**: the node that keeps the jobs. It does not crash in this spec.
- **Worker**: a node that executes jobs.

${CRITERIA}1. WHILE it runs, THE Worker SHALL send a heartbeat every 10 s.
2. IF the Worker crashes, THEN THE Worker SHALL forget its jobs after the restart.
3. IF the network is partitioned, THEN THE Coordinator SHALL keep its jobs.
4. WHEN a duplicate completion is received, THE Coordinator SHALL reject it.
`
  const table = (spec: Spec) =>
    Object.fromEntries(
      coverageOf(spec).map(({ component, cells }) => [
        component,
        cells.map(
          (cell) =>
            [...cell.criteria, ...cell.properties.map((n) => `P${n}`), ...cell.tasks.map((id) => `T${id}`)].join() ||
            (cell.applies ? 'open' : '-'),
        ),
      ]),
    )

  it('are a table of components and modes with its empty cells', () => {
    expect(FAILURE_MODES).toEqual(['crash', 'hang', 'partition', 'duplicate', 'reorder', 'clock skew', 'slow disk'])
    expect(table(read({ requirements: QUEUE }))).toEqual({
      Worker: ['1.2', 'open', 'open', 'open', 'open', 'open', '-'],
      Coordinator: ['-', 'open', '1.3', '1.4', 'open', '-', '-'],
    })
  })

  it('are covered by properties and chaos tests too', () => {
    const spec = read({
      requirements: QUEUE,
      design: '### Property 1: a\n\n*For any* order, stale messages are dropped.\n\n**Validates: Requirements 1.1**\n',
      tasks: '- [ ] 1. a\n  - Test: Chaos test with network partition\n  - Validates: 1.1\n',
    })
    expect(table(spec)['Worker']).toEqual(['1.2', 'open', 'T1', 'open', 'P1', 'open', '-'])
  })

  it('are covered by what other components do about them, if that names the component', () => {
    const more = '5. WHEN no heartbeat of a worker is received, THE Coordinator SHALL mark it as failed.\n'
    expect(table(read({ requirements: QUEUE + more }))['Worker']).toEqual([
      '1.2',
      '1.5',
      'open',
      'open',
      'open',
      'open',
      '-',
    ])
    const system = more.replace('worker', 'system')
    expect(table(read({ requirements: QUEUE + system }))['Worker']).toEqual([
      '1.2',
      'open',
      'open',
      'open',
      'open',
      'open',
      '-',
    ])
  })

  it('are told as one remark a component, and only in specs about failures', () => {
    expect(found(read({ requirements: QUEUE }), 'failure-mode-open')).toEqual(['info 10:1', 'info 12:1'])
    const page = `${CRITERIA}1. WHEN a user clicks, THE Page SHALL show the list within 2 s.\n2. IF the server is unavailable, THEN THE Page SHALL say so.\n`
    expect(found(read({ requirements: page }), 'failure-mode-open')).toEqual([])
  })
})
