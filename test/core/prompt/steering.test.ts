import { describe, expect, it } from 'vitest'
import { chooseSteering } from '../../../src/core/prompt/steering.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { builtText, sliceOf, sliceText } from '../../../src/core/spec/slice.ts'

const DESIGN = `# Design

## Api

\`src/api/server.ts\` serves. It follows #wire-format.

**Validates: Requirements 1.1**

## Store

\`lib/store.py\` keeps.

**Validates: Requirements 1.2**
`
const REQUIREMENTS = `# R

### Requirement 1: Payments

1. WHEN a customer pays, THE Api SHALL answer with a receipt
2. THE Store SHALL keep every payment
`
const TASKS = `# Tasks

- [ ] 1. Serve payments
  - Validates: Requirement 1.1
- [ ] 2. Keep them
  - Validates: Requirement 1.2
  - Depends: 1
`

function choose(text: string, { task = '1', asked = [] as string[], file = 'rules' } = {}) {
  const files = [
    { path: 'design.md', text: DESIGN },
    { path: 'requirements.md', text: REQUIREMENTS },
    { path: 'tasks.md', text: TASKS },
  ]
  const steering = [{ path: `specs/steering/${file}.md`, text }]
  const spec = parseSpec({ id: 's', dir: 'specs/s', files, steering, problems: [] })
  const chosen = spec.tasks.find(({ id }) => id === task)!
  return chooseSteering(spec, sliceOf(spec, task), builtText(spec, chosen), [], asked)
}

const front = (lines: string) => `---\n${lines}\n---\nBe brief.`
const why = (...args: Parameters<typeof choose>) => choose(...args).applied[0]?.why ?? null

describe('steering', () => {
  it('without front matter, or with `always`, applies', () => {
    expect(why('Be brief.')).toBe('always')
    expect(why(front('inclusion: always'), { task: '2' })).toBe('always')
  })

  it.each([
    ['src/**/*.ts', 'src/api/server.ts matches src/**/*.ts'],
    ['*.ts', 'src/api/server.ts matches *.ts'],
    ['**/*.test.ts', 'test/server.test.ts matches **/*.test.ts'],
    ['lib/**', null],
    ['[src/**, lib/**]', 'src/api/server.ts matches {src/**,lib/**}'],
  ])('for files that match %s applies where the task is about one: %s', (pattern, expected) => {
    expect(
      why(front(`inclusion: fileMatch\nfileMatchPattern: ${JSON.stringify(pattern).replace(/^"(\[.*\])"$/, '$1')}`)),
    ).toBe(expected)
  })

  it('for files applies to a task that builds upon one, too', () => {
    const steering = front('inclusion: fileMatch\nfileMatchPattern: "src/**"')
    expect(why(steering, { task: '2' })).toContain('src/api/server.ts')
  })

  it('on request applies where the design or agent.yaml names it, and the reason to leave it out says how', () => {
    expect(why(front('inclusion: manual'), { file: 'wire-format' })).toBe('the spec says #wire-format')
    expect(why(front('inclusion: manual'), { task: '2', asked: ['rules'] })).toBe('agent.yaml asks for it')
    expect(why(front('inclusion: manual\nname: format'))).toBeNull()
    const left = choose(front('inclusion: manual'), { task: '2', file: 'wire-format' }).left
    expect(left).toEqual([{ source: 'specs/steering/wire-format.md', why: expect.stringContaining('#wire-format') }])
  })

  it('by its description applies where two of its words occur in the slice', () => {
    expect(why(front('inclusion: auto\ndescription: Receipts for customers'))).toContain('receipt')
    expect(why(front('inclusion: auto\ndescription: Receipts for tax offices'))).toBeNull()
    expect(why(front('inclusion: auto\ndescription: Use when working with these files'))).toBeNull()
    expect(why(front('inclusion: auto'), { task: '2' })).toBeNull()
  })
})

it('a glossary whose terms define each other ends, also with thousands of them', () => {
  const terms = Array.from({ length: 3_000 }, (_, at) => `- **Term${at}**: more than a Term${(at + 1) % 3_000}`)
  const requirements = `# R\n\n## Glossary\n\n${terms.join('\n')}\n\n### Requirement 1: A\n\n1. THE Term7 SHALL be\n`
  const files = [
    { path: 'requirements.md', text: requirements },
    { path: 'tasks.md', text: '- [ ] 1. Do it\n  - Validates: Requirement 1.1\n' },
  ]
  const spec = parseSpec({ id: 's', dir: 'specs/s', files, steering: [], problems: [] })
  const slice = sliceOf(spec, '1')
  expect(slice.glossary.map(({ term }) => term)).toEqual(['Term7', 'Term8'])
  expect(sliceText(slice)).toContain('Term8')
})
