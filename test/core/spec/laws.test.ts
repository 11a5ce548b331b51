import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintSlice } from '../../../src/core/spec/lint-slice.ts'
import { nextTask } from '../../../src/core/spec/next.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { sliceOf, sliceText } from '../../../src/core/spec/slice.ts'
import type { Task } from '../../../src/core/spec/spec.ts'
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
          if (task.boxOffset !== null)
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

  function expectTick(text: string, task: Task): void {
    const before = read(text)
    const ticked = tick(text, task)
    if (!ticked.ok) {
      expect(task.status !== 'open' || task.boxOffset === null, ticked.reason).toBe(true)
      return
    }
    const done = new Set(ticked.ticked)
    expect(ticked.text.length).toBe(text.length)
    const changed = [...Array(text.length).keys()].filter((at) => ticked.text[at] !== text[at])
    expect(changed).toEqual(before.filter(({ id }) => done.has(id)).map(({ boxOffset }) => boxOffset))
    for (const id of done) expect(task.id === id || ancestors(before, task).includes(id)).toBe(true)
    const again = read(ticked.text)
    const still = (tasks: Task[]) => tasks.map(({ status, text: _, ...rest }) => rest)
    expect(still(again)).toEqual(still(before))
    expect(again.map(({ status }) => status)).toEqual(before.map(({ id, status }) => (done.has(id) ? 'done' : status)))
  }

  const ancestors = (tasks: Task[], { parent }: Task): string[] => {
    const above = tasks.find(({ id }) => id === parent)
    return above === undefined ? [] : [above.id, ...ancestors(tasks, above)]
  }

  it('changes one unit a box: of the task and of the parents that it closes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const task of read(text)) expectTick(text, task)
      }),
      { numRuns: 100 },
    )
  })

  it('refuses a text that the task was not read from', () => {
    const task = spec().tasks[0]!
    const reason = (text: string, from = task) => {
      const ticked = tick(text, from)
      return ticked.ok ? 'ticked' : ticked.reason
    }
    expect(reason(`x${TASKS}`)).toBe('Task 1: tasks.md changed since it was read')
    expect(reason(TASKS.replace('heartbeat', 'heartbreak'))).toBe('Task 1: tasks.md changed since it was read')
    expect(reason(TASKS.replace('[ ] 1', '[x] 1'))).toBe('Task 1: its checkbox is not open (it is done)')
    expect(reason(TASKS.replace(' 1. ', ' 9. '))).toBe('Task 1: tasks.md holds it no more')
    expect(reason('## Task 1: Build\n', read('## Task 1: Build\n')[0])).toContain('it has no checkbox')
  })

  it('closes a parent with its last required part, unless the parent has a contract of its own', () => {
    const ticked = (text: string, id: string) => {
      const result = tick(text, read(text).find((task) => task.id === id)!)
      return result.ok ? result.ticked : result.reason
    }
    const nested =
      '- [ ] 1. a\n  - [x] 1.1 b\n  - [ ] 1.2 c\n    - [ ] 1.2.1 d\n    - [ ]* 1.2.2 e\n    - [ ] ~~1.2.3 f~~\n'
    expect(ticked(nested, '1.2.1')).toEqual(['1.2.1', '1.2', '1'])
    expect(ticked(nested.replace('[x] 1.1', '[ ] 1.1'), '1.2.1')).toEqual(['1.2.1', '1.2'])
    expect(ticked(nested.replace('c\n', 'c\n    - Test: Unit tests\n'), '1.2.1')).toEqual(['1.2.1'])
    expect(ticked(nested.replace('[ ] 1. a', '[-] 1. a'), '1.2.1')).toEqual(['1.2.1', '1.2'])
    expect(ticked('- [ ] 1. Checkpoint\n  - [ ] all green\n', '1/1')).toEqual(['1/1'])
  })

  it('leaves the slice as it was, so that evidence still belongs to it', () => {
    const before = sliceText(sliceOf(spec(), '2'))
    const ticked = tick(TASKS, spec().tasks[1]!)
    expect(sliceText(sliceOf(withTasks(ticked.ok ? ticked.text : ''), '2'))).toBe(before)
    const crlf = spec({
      requirements: REQUIREMENTS.replaceAll('\n', '\r\n'),
      design: DESIGN.replaceAll('\n', '\r\n'),
      tasks: TASKS.replaceAll('\n', '\r\n'),
    })
    expect(sliceText(sliceOf(crlf, '2'))).toBe(before)
  })
})
