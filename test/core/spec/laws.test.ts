import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintSlice } from '../../../src/core/spec/lint.ts'
import { nextTask } from '../../../src/core/spec/next.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { sliceOf, sliceText } from '../../../src/core/spec/slice.ts'
import { tick } from '../../../src/core/spec/tick.ts'
import { DESIGN, REQUIREMENTS, source, spec, TASKS, withTasks } from './fixture.ts'

const BUSY_TASKS = `# Plan

- [ ] 1. Queue
  - [x] 1.1 Store jobs
    - _Requirements: 3.1, 3.2_
  - [ ]* 1.2 Write property test for Property 2
    - **Property 2: order**
    - **Validates: Requirements 3.2.1**
- [~] 2. Half done
- [ ] 2.1 Flush left
  - Verify: \`make check\`
  - Allows: \`src/**/*.json\`
- [!] 3. Waits
  - Human: ask the supplier
- [ ] no number
\`\`\`
- [ ] 9. in a fence
\`\`\`
- [ ] 4. Checkpoint
`

/** Pieces that mean something to Markdown or to a spec, so that chance meets structure. */
const PIECES = [
  '- [ ] ',
  '- [x] ',
  '- [~] ',
  '- [!] ',
  '- [ ]* ',
  '- ',
  '1. ',
  '2.1 ',
  '## ',
  '### Requirement 1: ',
  '### Property 2: ',
  '**',
  '_',
  '`',
  '```\n',
  '~~~\n',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '\t',
  '  ',
  '    ',
  '> ',
  '| a | b |\n| --- | --- |\n',
  '<!--',
  '-->',
  '<div>',
  '[',
  ']',
  '](',
  '\\',
  '\uFEFF',
  '\0',
  '---\n',
  'Validates: ',
  '_Requirements: 1.1, 1.2_',
  'Depends: 1',
  'Property: ',
  'Property 2',
  'Test: Chaos test with ',
  'Verify: ',
  'WHEN a ',
  'THE x SHALL ',
  'within 5 s',
  '3.1-9.9',
  '## Glossary\n',
  '#### Acceptance Criteria\n',
  '\ud83d',
  '\u00a0',
  '待',
  '[^1]: ',
  '&#10;',
  'word ',
]
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join(''))
const anyText = fc.oneof(soup, fc.string({ unit: 'binary', maxLength: 200 }))

/** A real-looking text with a few pieces cut out or put in. */
function mutated(text: string) {
  const change = fc.tuple(fc.nat(text.length), fc.nat(12), fc.constantFrom('', ...PIECES))
  return fc
    .array(change, { minLength: 1, maxLength: 8 })
    .map((changes) => changes.reduce((now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut), text))
}

describe('parseSpec', () => {
  it('reads anything without throwing, and all that follows from it works', () => {
    const folders = fc.record({
      requirements: fc.oneof(anyText, mutated(REQUIREMENTS), fc.constant(null)),
      design: fc.oneof(anyText, mutated(DESIGN), fc.constant(null)),
      tasks: fc.oneof(anyText, mutated(TASKS), mutated(BUSY_TASKS), fc.constant(null)),
      steering: fc.array(
        fc.record({
          path: fc.constant('a.md'),
          text: fc.oneof(
            anyText,
            soup.map((text) => `---\n${text}\n---\n`),
          ),
        }),
        { maxLength: 1 },
      ),
    })
    fc.assert(
      fc.property(folders, (files) => {
        const read = parseSpec(source(files))
        nextTask(read)
        for (const task of read.tasks) {
          lintSlice(read, task.id)
          sliceText(sliceOf(read, task.id))
          expect(files.tasks?.slice(task.boxOffset - 1, task.boxOffset + 2)).toMatch(/^\[[ xX~!-]\]$/)
        }
        for (const one of read.diagnostics) expect(one.line >= 1 && one.column >= 1, JSON.stringify(one)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('reads deep nesting and long lines without trouble', () => {
    const deep = Array.from({ length: 150 }, (_, depth) => `${'  '.repeat(depth)}- [ ] ${depth}. a\n`).join('')
    for (const tasks of [
      deep,
      `${'>'.repeat(300)}- [ ] 1. a`,
      '*'.repeat(3000),
      `- [ ] 1. ${'('.repeat(3000)}`,
      '[ '.repeat(1000),
    ]) {
      expect(parseSpec(source({ tasks, requirements: tasks, design: tasks })).id).toBe('job-queue')
    }
  })
})

describe('tick', () => {
  const texts = fc.oneof(
    fc.constantFrom(TASKS, BUSY_TASKS, `\uFEFF${BUSY_TASKS.replaceAll('\n', '\r\n')}`),
    mutated(BUSY_TASKS),
    soup,
  )

  const read = (tasks: string) => parseSpec(source({ tasks })).tasks

  it('changes one unit, after which that task is done and no other changed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const before = read(text)
        before.forEach((task, index) => {
          if (task.status !== 'open') {
            expect(() => tick(text, task)).toThrow('no open checkbox')
            return
          }
          const after = tick(text, task)
          expect(after.length).toBe(text.length)
          expect([...Array(text.length).keys()].filter((at) => after[at] !== text[at])).toEqual([task.boxOffset])
          const again = read(after)
          expect(again.map(({ status, text: _, ...rest }) => rest)).toEqual(
            before.map(({ status, text: _, ...rest }) => rest),
          )
          expect(again.map(({ status }) => status)).toEqual(
            before.map(({ status }, at) => (at === index ? 'done' : status)),
          )
        })
      }),
      { numRuns: 100 },
    )
  })

  it('refuses a text that the task was not read from', () => {
    const task = spec().tasks[0]!
    expect(() => tick(`x${TASKS}`, task)).toThrow('Task 1: no open checkbox')
  })

  it('leaves the slice as it was, so that evidence still belongs to it', () => {
    const before = sliceText(sliceOf(spec(), '2'))
    expect(sliceText(sliceOf(withTasks(tick(TASKS, spec().tasks[1]!)), '2'))).toBe(before)
    const crlf = spec({
      requirements: REQUIREMENTS.replaceAll('\n', '\r\n'),
      design: DESIGN.replaceAll('\n', '\r\n'),
      tasks: TASKS.replaceAll('\n', '\r\n'),
    })
    expect(sliceText(sliceOf(crlf, '2'))).toBe(before)
  })
})
