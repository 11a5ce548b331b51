import { describe, expect, it } from 'vitest'
import { vagueWords } from '../../../../src/core/spec/lint/vague.ts'
import { parseSpec } from '../../../../src/core/spec/parse.ts'
import { source } from '../fixture.ts'
import { CRITERIA, criteria, found, read } from './read.ts'

describe('vague words', () => {
  it.each([
    ['THE System SHALL respond quickly and handle errors gracefully', ['quickly', 'gracefully']],
    ['THE System SHALL run fast-check and use the fast path', []],
    ['THE System SHALL reject orders with insufficient funds', []],
    ['THE System SHALL shut down by a graceful shutdown', []],
    ['THE API SHALL use appropriate status codes (200, 404)', []],
    ['系统必须快速响应并给出适当的提示', ['快速', '适当']],
    ['システムは適切なメッセージを表示しなければならない', ['適切']],
    ['Система ДОЛЖНА быстро отвечать и удобно показывать', ['быстро', 'удобно']],
    ['El sistema DEBE responder de forma rápida', ['rápida']],
    ['THE System SHALL easily, as needed, etc. do it', ['easily', 'as needed', 'etc']],
  ])('of %j are %j', (text, words) => {
    expect(vagueWords(text)).toEqual(words)
  })

  it('are told with their place, and not beside a bound, in quotes or in code', () => {
    expect(found(criteria('THE Queue SHALL answer\n   quickly'), 'vague-word')).toEqual(['warning 6:4'])
    for (const text of [
      'THE Queue SHALL answer quickly, within 5 s',
      'THE Queue SHALL say "as needed"',
      'THE Queue SHALL run `fast`',
    ])
      expect(found(criteria(text), 'vague-word')).toEqual([])
  })
})

describe('demands', () => {
  it('count once where the same is said in two languages, or described with another word', () => {
    for (const text of [
      'WHEN a, システムは SHALL 表示しなければならない',
      'THE Queue SHALL hold ids that must be unique',
    ])
      expect(found(criteria(text), 'criterion-two-shalls')).toEqual([])
    expect(found(criteria('THE Queue SHALL reject it and SHALL NOT keep it'), 'criterion-two-shalls')).toEqual([
      'info 5:34',
    ])
  })

  it('are not asked of defects, success criteria, scenarios and what a delta takes away', () => {
    const bugfix =
      '## Current Behavior\n\n1.1 WHEN a THEN b\n\n## Expected Behavior\n\n2.1 WHEN a THEN THE System SHALL c\n'
    const story =
      '### User Story 1 - a (Priority: P1)\n\nAs a user I want b.\n\n1. **Given** a, **When** b, **Then** c\n\n- **SC-001**: Users like it\n'
    const delta = '## REMOVED Requirements\n\n### Requirement: Old name\n\n**Reason**: nobody wants it\n'
    for (const [path, text] of [
      ['bugfix.md', bugfix],
      ['spec.md', story],
      ['specs/a/spec.md', delta],
    ] as const) {
      const spec = read({ requirements: null, files: [{ path, text }] })
      expect(spec.requirements).not.toEqual([])
      expect([...found(spec, 'criterion-without-shall'), ...found(spec, 'requirement-without-criteria')]).toEqual([])
    }
  })

  it('are told once for a file that never says SHALL', () => {
    expect(found(criteria('It a.', 'It b.', 'It c.', 'It d.'), 'criterion-without-shall')).toEqual(['warning 5:1'])
    expect(found(criteria('It a.', 'THE Q SHALL b.', 'THE Q SHALL c.', 'It d.'), 'criterion-without-shall')).toEqual([
      'warning 5:1',
      'warning 8:1',
    ])
  })
})

describe('contradictory bounds', () => {
  it.each([
    ['within 30 s', 'within 45 s', 1],
    ['within 30 s', 'within 500 ms', 1],
    ['within 60 s', 'within 1 min', 0],
    ['at least 5 times', 'at most 3 times', 1],
    ['at least 2 times', 'at most 3 times', 0],
  ])('of the same sentence: %s and %s', (a, b, count) => {
    const spec = criteria(
      `WHEN asked, THE Queue SHALL repeat the answer ${a}`,
      `WHEN asked, THE Queue SHALL repeat the answer ${b}`,
    )
    expect(found(spec, 'contradictory-bounds')).toHaveLength(count)
  })

  it('are none where trigger, system or object differ', () => {
    const pairs = [
      [
        'WHEN message 1 comes, THE Queue SHALL answer within 5 s',
        'WHEN message 2 comes, THE Queue SHALL answer within 9 s',
      ],
      ['THE Queue SHALL limit mails to 10 per day', 'THE Queue SHALL limit calls to 5 per day'],
      [
        'WHERE the plan is free, THE Queue SHALL keep at most 5 jobs',
        'WHERE the plan is paid, THE Queue SHALL keep at most 50 jobs',
      ],
      ['THE Queue SHALL answer within 5 s', 'THE Worker SHALL answer within 9 s'],
    ] as const
    for (const [a, b] of pairs) expect(found(criteria(a, b), 'contradictory-bounds')).toEqual([])
  })
})

describe('bounds of properties', () => {
  const property = (text: string) =>
    read({
      requirements: `${CRITERIA}1. WHEN silent, THE Queue SHALL mark it within 45 s, at most twice.\n`,
      design: `### Property 1: a\n\n*For any* worker, ${text}.\n\n**Validates: Requirements 1.1**\n`,
    })
  it.each([
    ['it is marked within 45s and no more than twice', 0],
    ['it is marked within 45,000 ms, 2 times at most', 0],
    ['it is marked in time, two times', 1],
    ['it is marked by 0.045K, twice, 45', 0],
    ['it is marked', 1],
  ])('%s', (text, count) => {
    expect(found(property(text), 'bound-not-in-property')).toHaveLength(count)
  })

  it('may stand in a task as well', () => {
    const spec = property('it is marked')
    const more = parseSpec(
      source({
        ...spec,
        requirements: `${CRITERIA}1. THE Queue SHALL mark it within 45 s.\n`,
        design: '### Property 1: a\n\nx\n\n**Validates: Requirements 1.1**\n',
        tasks: '- [ ] 1. a\n  - Property: marked within 45s\n  - Validates: 1.1\n',
      }),
    )
    expect(found(more, 'bound-not-in-property')).toEqual([])
  })
})
