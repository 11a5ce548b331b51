import fc from 'fast-check'
import { expect, it } from 'vitest'
import { neighbourTimes } from '../../../src/core/prompt/neighbour-times.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { sliceOf } from '../../../src/core/spec/slice.ts'

const REQUIREMENTS = `# R

### Requirement 1: Beats

1. THE Worker SHALL send a heartbeat every 10 s
2. THE Worker SHALL have a name

### Requirement 2: Failure

1. WHEN a worker is silent for 30 s, THE Coordinator SHALL mark it
`
const PROTOCOL = `# Design

## Coordination Protocol

### Heartbeats

Workers are heard. Each sends one every 10 s.

**Validates: Requirements 1.1**

### Failure Detection

With a 30 s timeout.

**Validates: Requirements 2.1**

### Names

A name has no time.
`
const TASKS =
  '- [ ] 1. Detect\n  - Validates: Requirement 2.1\n- [ ] 2. Name\n  - Validates: Requirement 1.2\n- [ ] 3. Rest\n'

function timesOf(task: string, design: string) {
  const files = [
    { path: 'requirements.md', text: REQUIREMENTS },
    { path: 'design.md', text: design },
    { path: 'tasks.md', text: TASKS },
  ]
  const spec = parseSpec({ id: 's', dir: 'specs/s', files, steering: [], problems: [] })
  return neighbourTimes(spec, sliceOf(spec, task))
}

it('the times beside a task are those of the rest of its protocol, else of the rest of its requirements', () => {
  expect(timesOf('1', PROTOCOL)).toEqual([
    { name: 'Heartbeats', sentence: 'Each sends one every 10 s.', bounds: ['every 10 s'] },
  ])
  expect(timesOf('2', '# Design\n')).toEqual([
    { name: '1.1', sentence: 'THE Worker SHALL send a heartbeat every 10 s', bounds: ['every 10 s'] },
  ])
  expect(timesOf('3', PROTOCOL)).toEqual([])
})

it('there are three of them at most, each a sentence with a time that the task does not link', () => {
  const entry = fc.record({
    time: fc.constantFrom('every 5 s', 'within 2 min', 'at most 3 times', 'soon'),
    mine: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      const sections = entries.map(
        ({ time, mine }, at) =>
          `### Part ${at}\n\nIt ends ${time}.\n${mine ? '\n**Validates: Requirements 2.1**\n' : ''}`,
      )
      const times = timesOf('1', `# Design\n\n## Coordination Protocol\n\n${sections.join('\n')}`)
      const some = entries.some(({ mine }) => mine)
      const wanted = entries.flatMap(({ time, mine }, at) =>
        some && !mine && /\d (s|min)/.test(time) ? [`Part ${at}`] : [],
      )
      expect(times.map(({ name }) => name)).toEqual(wanted.slice(0, 3))
      for (const { sentence, bounds } of times) expect(sentence).toContain(bounds[0])
    }),
  )
})
