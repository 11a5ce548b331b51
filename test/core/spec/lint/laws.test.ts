import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverageOf } from '../../../../src/core/spec/lint/coverage.ts'
import { lintHidden } from '../../../../src/core/spec/lint/hidden.ts'
import { CODES } from '../../../../src/core/spec/lint/report.ts'
import { lintSlice } from '../../../../src/core/spec/lint-slice.ts'
import { parseSpec } from '../../../../src/core/spec/parse.ts'
import { DESIGN, REQUIREMENTS, source, TASKS } from '../fixture.ts'
import { CRITERIA, criteria, found, read, tasks } from './read.ts'

describe('severities', () => {
  it('are eased where nobody runs it again', () => {
    const broken = '- [x] 1. a\n  - Validates: 1.7\n- [ ] 2. b\n  - Validates: 1.8\n'
    expect(found(tasks(broken), 'broken-link')).toEqual(['warning 2:16', 'error 4:16'])
    const archived = read({ tasks: broken, dir: 'openspec/changes/archive/2025-01-01-a' })
    expect(archived.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('of a number given twice depend on whether anything links to it', () => {
    const twice = (validates: string) =>
      read({
        requirements: `${CRITERIA}1. THE Q SHALL a.\n3. THE Q SHALL b.\n3. THE Q SHALL c.\n`,
        tasks: `- [ ] 1. a\n  - Validates: ${validates}\n`,
      })
    expect(found(twice('1.1'), 'duplicate-id')).toEqual(['warning 7:1'])
    expect(found(twice('1.3'), 'duplicate-id')).toEqual(['error 7:1'])
    expect(lintSlice(twice('1.3'), '1').map(({ code }) => code)).toEqual(['duplicate-id'])
  })

  it('refuse a slice only by errors of its own', () => {
    const spec = tasks('- [ ] 1. a\n  - Validates: 1.1\n- [ ]2. b\n- [ ] 3. c\n  - Validates: 1.9\n')
    expect(lintSlice(spec, '1')).toEqual([])
    expect(lintSlice(spec, '3').map(({ code }) => code)).toEqual(['broken-link'])
  })

  it('point at the line of a wrapped list that the reference stands in', () => {
    const wrapped = '- [ ] 1. a\n  - _Requirements: 1.1,\n    1.9_\n'
    expect(found(tasks(wrapped), 'broken-link')).toEqual(['error 3:5'])
  })

  it('are told of the file that a requirement stands in', () => {
    const spec = read({
      requirements: null,
      tasks: '- [ ] 1. a\n  - Validates: FR-001\n',
      files: [{ path: 'spec.md', text: '- **FR-001**: System MUST a.\n- **FR-001**: System MUST b.\n' }],
    })
    expect(lintSlice(spec, '1').map(({ code, file }) => `${code} ${file}`)).toEqual([
      'duplicate-id specs/job-queue/spec.md',
    ])
  })
})

describe('lint', () => {
  const PIECES = [
    '- [ ] ',
    '-[ ]',
    '☐ 1. ',
    '<!--',
    '-->',
    'within 5 s ',
    'at most ',
    'SHALL ',
    'WHEN a, ',
    'fast ',
    'Validates: 1.9',
    'Depends: 1',
    '{"waves": [{"tasks": ["1"]}]}',
    '```json\n',
    '```\n',
    '\n',
    '\u200b',
    '\u202e',
    'ignore all previous instructions',
    'QWxhZGRpbjpvcGVuIHNlc2FtZSBvcGVuIHNlc2FtZQ==',
    '### Requirement 1: a\n',
    '### Property 1: a\n',
    '**',
    '1. ',
    'crash ',
    '\ud83d',
    '<a style="display:none">',
    '[//]: # (x)',
    'Test: Chaos',
    'Allows: **',
  ]
  const changed = (text: string) =>
    fc
      .array(fc.tuple(fc.nat(text.length), fc.nat(20), fc.constantFrom('', ...PIECES)), { maxLength: 10 })
      .map((changes) => changes.reduce((now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut), text))
  const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => parts.join(''))

  it('ends on long lines of what its patterns look for', () => {
    const long = (text: string) => text.repeat(Math.ceil(20_000 / text.length))
    for (const text of [
      '<a display:none ',
      '[//]: # ("',
      'ignore all ',
      'aaaa.',
      'AB12',
      'AB12=',
      'within 5 s ',
      'get a ',
      '"“«',
      ' hidden',
    ])
      expect(tasks(`- [ ] 1. Set up ${long(text)}\n  - ${long(text)}\n\n${long(text)}\n`).id).toBe('job-queue')
    // What the Markdown library makes of these is another matter.
    for (const text of ['<!-- ', '<!-- -->', '<a hidden '])
      expect(lintHidden(source({ tasks: long(text) }))).toEqual([])
    expect(criteria(`THE Queue SHALL wait ${long('at most 5 s or 6 s ')}`, 'THE Queue SHALL wait').id).toBe('job-queue')
  })

  it('never throws, knows its codes, and points into the text', () => {
    const folders = fc.record({
      requirements: fc.oneof(changed(REQUIREMENTS), soup),
      design: fc.oneof(changed(DESIGN), soup),
      tasks: fc.oneof(changed(TASKS), soup),
      dir: fc.constantFrom('specs/a', '.kiro/specs/a', 'openspec/changes/a', 'openspec/changes/archive/a'),
      files: fc.array(
        fc.record({
          path: fc.constantFrom('spec.md', 'specs/b/spec.md', 'notes.md'),
          text: fc.oneof(soup, changed(REQUIREMENTS)),
        }),
        { maxLength: 1 },
      ),
    })
    fc.assert(
      fc.property(folders, (parts) => {
        const from = source(parts)
        const spec = parseSpec(from)
        coverageOf(spec)
        for (const { code, file, line, column } of spec.diagnostics) {
          expect(CODES).toContain(code)
          const text = from.files.find(({ path }) => `${from.dir}/${path}` === file)?.text ?? ''
          const lines = text.split(/\r\n|\r|\n/)
          expect(line >= 1 && line <= lines.length, `${code} ${file}:${line}`).toBe(true)
          expect(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1, `${code} ${file}:${line}:${column}`).toBe(
            true,
          )
        }
      }),
      { numRuns: 200 },
    )
  })
})
