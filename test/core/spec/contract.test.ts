import { describe, expect, it } from 'vitest'
import { ownStatements, statementsOf } from '../../../src/core/spec/contract.ts'
import { spec } from './fixture.ts'

const DESIGN = `# Design

### Property 1: Order

For any jobs, order is kept.

### Property 2:

For any jobs, none is lost.
`

function taskWith(line: string) {
  const read = spec({ design: DESIGN, tasks: `- [ ] 1. First\n  - ${line}\n` })
  return { task: read.tasks[0]!, properties: read.properties }
}

describe('what a task states', () => {
  it.each([
    ['Property: Property 1, Property 2', [], ['Property 1: Order', 'Property 2']],
    ['Property: Properties 1 and 2', [], ['Property 1: Order', 'Property 2']],
    ['Property: jobs rest', ['jobs rest'], ['jobs rest']],
    ['**Property 1: Order**', [], ['Property 1: Order']],
    ['Property: For any jobs, order is kept.', ['For any jobs, order is kept.'], ['For any jobs, order is kept.']],
    ['Validates: Property 1', [], ['Property 1: Order']],
  ])('%s: what it names is told by its title, what it says itself once', (line, own, all) => {
    const { task, properties } = taskWith(line)
    expect(ownStatements(task)).toEqual(own)
    expect(statementsOf(task, properties)).toEqual(all)
  })
})
