import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderSlice } from '../../../../src/core/prompt/sections.ts'
import { sliceOf } from '../../../../src/core/spec/slice.ts'
import { CRITERIA, found, read } from './read.ts'

const CODE = 'section-without-task'
const TWO = `${CRITERIA}1. THE Queue SHALL a.\n2. THE Queue SHALL b.\n`
const design = (text: string, parts: Parameters<typeof read>[0] = {}) =>
  found(read({ requirements: TWO, design: text, ...parts }), CODE)

describe('a property', () => {
  const property = (n: number) => `### Property ${n}: Order\n\nIt is kept.\n\n**Validates: Requirements 1.1**\n\n`
  const design = `# Design\n\n${property(1)}${property(2)}`
  const row = '## Testing\n\n| Property | Layer |\n| --- | --- |\n| Property 2 | unit |\n'
  const tasks = '- [ ] 1. a\n  - **Property 1: Order**\n  - Validates: 1.1\n'

  it('needs a task that names it, or a row of the test plan', () => {
    expect(found(read({ design, tasks }), 'property-without-test')).toHaveLength(1)
    expect(found(read({ design: design + row, tasks }), 'property-without-test')).toEqual([])
  })
})

describe('sections that reach no task', () => {
  it('are told with the line that links them, or with what they validate', () => {
    const spec = read({
      requirements: TWO,
      design: '# D\n\n## Overview\n\nA module.\n\n## Rest\n\nB.\n\nValidates: 1.2\n',
    })
    expect(
      spec.diagnostics.filter(({ code }) => code === CODE).map(({ message, suggestion }) => `${message} ${suggestion}`),
    ).toEqual([
      'Section "Overview" reaches no task, so no prompt has it. Add `Validates: Requirements 1.1` below its heading, or say it in the task.',
      'Section "Rest" reaches no task: no task names 1.2. Add `Validates: 1.2` to the task that it is for.',
    ])
  })

  it('are none where a section below is linked, where there is no text, in records, in test plans, at a property of nothing, and when all is done', () => {
    expect(design('# D\n\nText.\n\n## A\n\nText.\n\nValidates: 1.1\n')).toEqual([])
    expect(design('# D\n\n## A\n\n## B\n\nText.\n\nValidates: 1\n')).toEqual([])
    expect(design('# D\n\nValidates: 1.1\n\n## Decision 1: a\n\nText.\n')).toEqual([])
    const plan = '## Tests\n\n| Property | Layer |\n| --- | --- |\n| Property 1 | unit |\n'
    expect(design(`# D\n\nValidates: 1.1\n\n${plan}\n## A\n\nText.\n`)).toEqual(['warning 11:1'])
    expect(design('# D\n\nValidates: 1.1\n\n### Property 1: a\n\nText.\n')).toEqual([])
    expect(design('# D\n\nText.\n', { tasks: '- [x] 1. a\n  - Validates: 1.1\n' })).toEqual([])
    expect(design('# D\n\nText.\n')).toEqual(['warning 1:1'])
  })

  it('are told once where none reaches anything, and as a remark where the dialect has no line for it', () => {
    const four = '## A\n\na\n\n## B\n\nb\n\n## C\n\nc\n\n## D\n\nd\n'
    expect(design(four)).toEqual(['warning 1:1'])
    expect(design(`${four}\n## E\n\nValidates: 1.1\n`)).toHaveLength(4)
    expect(design(`${four}\n## E\n\nValidates: 1.1\n`, { dir: '.kiro/specs/a' })).toEqual(['info 1:1'])
  })

  it('are exactly those whose text is in no prompt', () => {
    const ids = fc.constantFrom('', '1.1', '1.2', '1.3', '1.4', '1', '2.1', 'Property 1')
    const section = fc.record({ depth: fc.integer({ min: 2, max: 5 }), validates: ids, property: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(section, { minLength: 1, maxLength: 9 }),
        fc.array(ids, { minLength: 1, maxLength: 3 }),
        (sections, tasks) => {
          const one = ({ depth, validates, property }: (typeof sections)[number], n: number) => {
            const title = property ? `Property ${n + 1}: p` : `S${n % 3}`
            return `${'#'.repeat(depth)} ${title}\n\nsaid ${n}.\n${validates === '' ? '' : `\nValidates: ${validates}\n`}`
          }
          const spec = read({
            requirements: `${TWO}3. THE Queue SHALL c.\n4. THE Queue SHALL d.\n\n### Requirement 2: b\n\n1. THE Queue SHALL e.\n`,
            // The last one is linked, so that each of the others is told by itself.
            design: `${sections.map(one).join('\n')}\n## Linked\n\nLinked.\n\nValidates: 1.1\n`,
            tasks: ['1.1', ...tasks]
              .map((id, n) => `- [ ] ${n + 1}. a\n${id === '' ? '' : `  - Validates: ${id}\n`}`)
              .join(''),
          })
          const prompts = spec.tasks.map(({ id }) => renderSlice(sliceOf(spec, id))).join('\n')
          const bare = new Set(spec.properties.flatMap(({ line, validates }) => (validates.length === 0 ? [line] : [])))
          const lines = spec.sections
            .filter(({ text, line }) => !prompts.includes(text.split('\n')[2]!) && !bare.has(line))
            .map(({ line }) => `warning ${line}:1`)
          expect(found(spec, CODE)).toEqual(lines)
        },
      ),
    )
  })
})
