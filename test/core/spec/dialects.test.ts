import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarkdown } from '../../../src/core/spec/markdown.ts'
import type { Criterion, Requirement } from '../../../src/core/spec/requirement.ts'
import { readRequirementSide } from '../../../src/core/spec/requirement-side.ts'

const side = (files: Record<string, string>) =>
  readRequirementSide(Object.entries(files).map(([path, text]) => readMarkdown(`specs/x/${path}`, text))).requirements
const criteria = (one: Requirement | undefined) =>
  one?.criteria.map(({ id, pattern, kind }) => `${id} ${pattern} ${kind}`)

const SPEC_KIT = `# Feature Specification: Queue

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Submit a job (Priority: P1)

A client submits a job and hears its id.

**Why this priority**: nothing works without it.

**Independent Test**: submit one job.

**Acceptance Scenarios**:

1. **Given** an empty queue, **When** a job is submitted, **Then** its id is answered within 2 seconds
2. **Given** a full queue,
   **When** a job is submitted,
   **Then** it is refused

### Edge Cases

- What happens when the disk is full?

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: System MUST answer within 100 ms
- **FR-002a**: System MUST keep jobs:
  - by priority
  - by age
- **FR-003**: Users MUST be able to [NEEDS CLARIFICATION: what?]

### Key Entities

- **Job**: a unit of work

## Success Criteria

- **SC-001**: 95% of submissions are answered in under 2 seconds
`

describe("Spec Kit's spec.md", () => {
  const read = side({
    'spec.md': SPEC_KIT,
    'tasks.md': '',
    'checklists/requirements.md': '### Requirement 1: no\n\n1. THE a SHALL b\n',
  })

  it('gives stories with priority and scenarios, then the numbered requirements', () => {
    expect(read.map(({ id, kind, priority, line }) => `${id} ${kind} ${priority} ${line}`)).toEqual([
      'US1 story P1 5',
      'FR-001 functional null 28',
      'FR-002A functional null 29',
      'FR-003 functional null 32',
      'SC-001 success null 40',
    ])
    expect(read[0]).toMatchObject({
      title: 'Submit a job',
      story: 'A client submits a job and hears its id.',
      file: 'specs/x/spec.md',
    })
  })

  it('takes scenarios apart', () => {
    expect(criteria(read[0])).toEqual(['US1.1 event scenario', 'US1.2 event scenario'])
    expect(read[0]?.criteria[1]).toMatchObject({
      conditions: [
        { kind: 'state', text: 'a full queue' },
        { kind: 'event', text: 'a job is submitted' },
      ],
      trigger: 'a job is submitted',
      response: 'it is refused',
    })
    expect(read[0]?.criteria[0]?.bounds).toEqual([
      { value: 2, unit: 's', relation: 'within', text: 'within 2 seconds' },
    ])
  })

  it('gives each item one criterion with its details', () => {
    expect(read[2]?.criteria.map(({ id, text }) => `${id} ${text}`)).toEqual([
      'FR-002A.1 System MUST keep jobs: by priority by age',
    ])
    expect(read[4]?.criteria[0]?.bounds.map(({ text }) => text)).toEqual(['95%', 'in under 2 seconds'])
  })
})

const DELTA = `## ADDED Requirements

### Requirement: Login
The system SHALL check the password. It holds these rules:
- the length
- the age

#### Scenario: Wrong password
- **WHEN** the password is wrong
- **THEN** access is refused
- **AND** the attempt is logged

#### ~~Scenario: Old way~~
- **WHEN** a
- **THEN** b

## MODIFIED Requirements

### Requirement: Session
Sessions MUST end after 30 minutes.

#### Scenario: Plain lines
Given a session
When 30 minutes pass
Then it ends

## REMOVED Requirements

### Requirement: Cookies
**Reason**: replaced.

## RENAMED Requirements

- FROM: \`### Requirement: Log in\`
- TO: \`### Requirement: Sign in\`
`

describe('OpenSpec deltas', () => {
  const read = side({ 'specs/auth/spec.md': DELTA, 'tasks.md': '', 'proposal.md': '# P\n' })

  it('give requirements by name with their change', () => {
    expect(read.map(({ id, change, formerly }) => `${id} ${change} ${formerly}`)).toEqual([
      'login added null',
      'session modified null',
      'cookies removed null',
      'sign-in renamed Log in',
    ])
    expect(criteria(read[0])).toEqual(['login.1 ubiquitous statement', 'login.wrong-password event scenario'])
    expect(criteria(read[1])).toEqual(['session.1 ubiquitous statement', 'session.plain-lines event scenario'])
    expect(criteria(read[2])).toEqual([])
  })

  it('keep a list behind a colon with its sentence, and steps in their order', () => {
    expect(read[0]?.criteria[0]?.text).toBe(
      'The system SHALL check the password. It holds these rules: the length the age',
    )
    expect(read[0]?.criteria[1]).toMatchObject({
      section: 'Wrong password',
      trigger: 'the password is wrong',
      response: 'access is refused; the attempt is logged',
    })
    expect(read[1]?.criteria[1]?.conditions.map(({ kind }) => kind)).toEqual(['state', 'event'])
  })

  it('of two capabilities never share an id', () => {
    const one = '## ADDED Requirements\n\n### Requirement: Login\nThe system SHALL a.\n'
    const both = side({ 'tasks.md': '', 'specs/api/spec.md': one, 'specs/web/spec.md': one })
    expect(both.flatMap(({ id, criteria: own }) => [id, ...own.map((criterion) => criterion.id)])).toEqual([
      'login',
      'login.1',
      'web-login',
      'web-login.1',
    ])
    expect(both.map(({ file }) => file)).toEqual(['specs/x/specs/api/spec.md', 'specs/x/specs/web/spec.md'])
  })
})

describe("Kiro's bugfix.md", () => {
  it('gives defect, expectation and what must stay, by the numbers as written', () => {
    const read = side({
      'bugfix.md':
        '# Bug\n\n## Bug Analysis\n\n### Current Behavior (Defect)\n\n1.1 WHEN a THEN the system loses b\n\n1.2 WHEN c THEN the system may d\n\n' +
        '### Expected Behavior (Correct)\n\n2.1 WHEN a THEN the system SHALL keep b\n\n### Unchanged Behavior (Regression Prevention)\n\n**3.1** WHEN e THEN the system SHALL CONTINUE TO f\n',
    })
    expect(read.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['1 defect', '2 expected', '3 unchanged'])
    expect(read.flatMap((one) => criteria(one) ?? [])).toEqual([
      '1.1 event statement',
      '1.2 event statement',
      '2.1 event statement',
      '3.1 event statement',
    ])
    expect(read[0]?.criteria[0]?.system).toBe('system')
  })
})

describe('requirements.md in other forms', () => {
  const ids = (text: string) =>
    side({ 'requirements.md': text }).map((one) => [one.id, ...one.criteria.map(({ id }) => id)])

  it.each([
    ['### Требование 2: Очередь\n\n#### Критерии приемки\n\n1. КОГДА a ТОГДА система ДОЛЖНА b\n', [['2', '2.1']]],
    [
      '### US-1: 提交\n\n作为用户，我需要 x。\n\n#### 验收标准\n\n- AC-1.1: 系统返回 id\n- AC-1.2: 系统记录\n',
      [['US-1', '1.1', '1.2']],
    ],
    ['## 用户故事\n\n### 1. a\n\n#### 1.1 作为用户，我希望 b\n\n- AC 1.1.1: 系统 SHALL c\n', [['1'], ['1.1', '1.1.1']]],
    ['## FR\n\n1. **FR-1**: Queue\n   - keeps jobs\n   - answers\n', [['FR-1', 'FR-1.1', 'FR-1.2']]],
    [
      '#### 1.1 Alarms\n- **As an** operator\n- **I want** alerts\n\n**Acceptance Criteria:**\n- [ ] Alarm for errors\n- [ ] Alarm for age\n',
      [['1.1', '1.1.1', '1.1.2']],
    ],
    ['Requirement 4.3: WHEN a job arrives, THE Queue SHALL store it\n', [['4.3', '4.3.1']]],
    ['### NFR-2 Speed\n\nTHE System SHALL answer within 5 ms\n', [['NFR-2', 'NFR-2.1']]],
    [
      '### Requirement 1: a\n\n1. THE a SHALL b\n\n## Non-Functional Requirements\n\n### Speed\n\n1. THE a SHALL c\n',
      [
        ['1', '1.1'],
        ['speed', 'speed.1'],
      ],
    ],
    ['| ID | Need |\n| --- | --- |\n| FR-1 | The system must a |\n', [['FR-1', 'FR-1.1']]],
    ['# Plan\n\n## Acceptance Criteria\n\n- Pages load\n', [['acceptance-criteria', 'acceptance-criteria.1']]],
  ])('%j', (text, expected) => expect(ids(text)).toEqual(expected))

  it('keeps ids unique where a list starts again below a second heading', () => {
    const text = (more: string) =>
      `### Requirement 2: a\n\n#### Acceptance Criteria\n\n1. THE a SHALL b\n${more}\n##### Error cases\n\n1. THE a SHALL c\n2. THE a SHALL d\n\n#### Success Criteria\n\n1. THE a SHALL e\n`
    const restarted = ['2.error-cases.1', '2.error-cases.2', '2.success-criteria.1']
    expect(ids(text(''))).toEqual([['2', '2.1', ...restarted]])
    expect(ids(text('2. THE a SHALL x\n'))).toEqual([['2', '2.1', '2.2', ...restarted]])
  })
})

describe('positions', () => {
  const PIECES = [
    '### Requirement 1: a\n\n',
    '#### Acceptance Criteria\n\n',
    '1. THE a SHALL b\n',
    '2. WHEN c THE d SHALL\n   - e\n',
    '- AC-1.1: x\n',
    '\n',
  ]
  const MORE = [
    '### User Story 1 - a (Priority: P1)\n\n',
    '- **FR-001**: System MUST a\n',
    '## ADDED Requirements\n\n',
    '### Requirement: n\n\n',
    '#### Scenario: s\n\n',
    '- **WHEN** a\n- **THEN** b\n',
    '```\n',
    '\uFEFF',
    '\t',
    '> ',
    '| FR-1 | must |\n',
  ]
  const soup = fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 25 }).map((parts) => parts.join(''))
  const line = (text: string, { line: at }: Criterion | Requirement) => text.split(/\r\n|\r|\n/)[at - 1]

  it.each(['requirements.md', 'spec.md', 'bugfix.md', 'specs/a/spec.md'])(
    'of %s point at a line that is there, whatever the text',
    (path) => {
      fc.assert(
        fc.property(soup, fc.string({ unit: 'binary', maxLength: 30 }), (text, rest) => {
          for (const one of side({ 'tasks.md': '', [path]: text + rest })) {
            for (const part of [one, ...one.criteria]) expect((line(text + rest, part) ?? '').trim()).not.toBe('')
          }
        }),
        { numRuns: 150 },
      )
    },
  )

  it('of a criterion hold its first words', () => {
    for (const one of side({ 'spec.md': SPEC_KIT })) {
      for (const criterion of one.criteria) {
        const plain = (line(SPEC_KIT, criterion) ?? '').replace(/[*]/g, '')
        expect(plain).toContain(criterion.text.split(/[,:]/)[0])
      }
    }
  })
})
