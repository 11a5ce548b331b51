import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsOf } from '../../../src/core/spec/bounds.ts'
import { earsPattern } from '../../../src/core/spec/ears.ts'
import { nearest, type Reference, references, resolve, targetsOf } from '../../../src/core/spec/links.ts'

describe('EARS patterns', () => {
  it.each([
    ['THE System SHALL store jobs', 'ubiquitous'],
    ['The system shall store jobs', 'ubiquitous'],
    ['Jobs SHALL be stored', 'ubiquitous'],
    ['FOR ALL jobs, THE Queue SHALL keep the order', 'ubiquitous'],
    ['WHEN a job arrives, THE System SHALL store it', 'event'],
    ['When a job arrives, the system shall store it', 'event'],
    ['WHEN a job arrives THEN Queue SHALL store it', 'event'],
    ['- WHEN a job arrives THE System SHALL store it', 'event'],
    ['WHILE the queue is full, THE System SHALL refuse jobs', 'state'],
    ['While the queue is full, the system shall refuse jobs', 'state'],
    ['WHERE priorities are switched on, THE System SHALL sort', 'optional'],
    ['IF the disk is full, THEN THE System SHALL refuse jobs', 'unwanted'],
    ['If the disk is full, the system shall refuse jobs', 'unwanted'],
    ['IF a, WHEN b, THE System SHALL c', 'conditional'],
    ['WHILE a, WHEN b, THE System SHALL c', 'complex'],
    ['WHERE a, WHEN b THEN THE System SHALL c', 'complex'],
    ['When a, if b, then the system shall c', 'complex'],
    ['WHEN a WHILE b THE System SHALL c', 'complex'],
    ['WHEN a query holds a WHERE clause THE System SHALL refuse it', 'event'],
    ['WHEN `IF, WHILE` is typed THE System SHALL refuse it', 'event'],
    ['WHEN the user asks if it works THE System SHALL answer', 'event'],
    ['THE System SHALL answer WHEN asked', 'event'],
    ['THE System SHALL answer when asked', 'ubiquitous'],
    ['WHEN a job arrives it is stored', 'none'],
    ['', 'none'],
  ])('%j is %s', (text, pattern) => expect(earsPattern(text)).toBe(pattern))
})

describe('bounds', () => {
  it.each([
    ['within 60 s', ['within 60 s']],
    ['Failed workers detected within 45s', ['within 45 s']],
    ['within one minute', ['within 1 min']],
    ['within 100ms and at most 3 retries', ['within 100 ms', 'at most 3 retries']],
    ['at most twice', ['at most 2 times']],
    ['at least once', ['at least 1 times']],
    ['exactly once', ['exactly 1 times']],
    ['retried twice', ['is 2 times']],
    ['every 10 s', ['every 10 s']],
    ['every second', ['every 1 s']],
    ['10,000 jobs/second', ['is 10000 jobs/second']],
    ['100 requests per second', ['is 100 requests/second']],
    ['for 30 seconds', ['for 30 s']],
    ['30 seconds of silence', ['is 30 s']],
    ['after 30s silence', ['after 30 s']],
    ['a 30-second timeout', ['is 30 s']],
    ['no more than two executions', ['at most 2 executions']],
    ['shall not exceed 1.5 MB', ['at most 1.5 MB']],
    ['at most one leader per term', ['at most 1 leader']],
    ['at least 99.9% of requests', ['at least 99.9 %']],
    ['≤ 5 s', ['at most 5 s']],
    ['in under 5 minutes', ['within 5 min']],
    ['twelve hours and 2 days', ['is 12 h', 'is 2 d']],
    ['at or below 1,000 records', ['at most 1000 records']],
    ['once the worker reconnects', []],
    ['within a tenant', []],
    ['answers HTTP 404', []],
    ['draws a 3D scene in Step 6d of version 2.0.1', []],
    ['for 3 workers', []],
  ])('%j holds %j', (text, expected) => {
    expect(boundsOf(text).map(({ relation, value, unit }) => `${relation} ${value} ${unit}`)).toEqual(expected)
  })
})

const show = (one: Reference) => {
  if (one.kind === 'id') return one.id
  if (one.kind === 'property') return `P${one.n}`
  return one.kind === 'range' ? `${one.from}..${one.to}` : `${one.kind}:${one.written}`
}

describe('references', () => {
  it.each([
    ['Requirement 3.3', ['3.3']],
    ['Requirements 3.3, 3.4', ['3.3', '3.4']],
    ['Requirements 3.3 and 3.4', ['3.3', '3.4']],
    ['Requirements 3.3, Requirement 3.4 & 5', ['3.3', '3.4', '5']],
    ['3.1-3.4', ['3.1', '3.2', '3.3', '3.4']],
    ['3.1–3.3', ['3.1', '3.2', '3.3']],
    ['3.1 to 3.2', ['3.1', '3.2']],
    ['3.1-3', ['3.1', '3.2', '3.3']],
    ['19-21', ['19', '20', '21']],
    ['3.2–4.1', ['3.2..4.1']],
    ['3.4-3.1', ['text:3.4-3.1']],
    ['Requirement 3', ['3']],
    ['3.3.1', ['3.3.1']],
    ['R1.2, 4.1a', ['1.2', '4.1a']],
    ['Requirement 3.3 (failure detection, see 4.1)', ['3.3']],
    ['3.3: detection, recovery', ['3.3']],
    ['16.5 (16.3 partly - later), 2.1', ['16.5', '2.1']],
    ['1.1 1.2 1.3', ['1.1', '1.2', '1.3']],
    ['Property 2', ['P2']],
    ['Properties 1, 2 and Requirement 3.1', ['P1', 'P2', '3.1']],
    ['Property 1-3', ['P1', 'P2', 'P3']],
    ['All requirements', ['all:All requirements']],
    ['要件7.1', ['7.1']],
    ['要件1（title）、2.1', ['1', '2.1']],
    ['Testing Strategy', ['text:Testing Strategy']],
    ['3 workers', ['text:3 workers']],
    ['FR-12', ['FR-12']],
    ['none', []],
    ['', []],
  ])('of %j are %j', (text, expected) => expect(references(text).map(show)).toEqual(expected))

  it('are total', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'Rrequimnts Poy.,-–12390()[]:*_ ') }), (text) => {
        expect(Array.isArray(references(text))).toBe(true)
      }),
    )
  })

  it('resolve ranges over several requirements by the order of the file, and keep what is missing', () => {
    const targets = targetsOf(['3', '3.1', '3.2', '4', '4.1', '4.2'], [1])
    expect(resolve(references('3.2-4.1'), targets).ids).toEqual(['3.2', '4.1'])
    expect(resolve(references('all'), targets).ids).toEqual(['3', '4'])
    expect(resolve(references('3.1, 3.1, 9.9, Property 1, Property 2'), targets)).toEqual({
      ids: ['3.1'],
      properties: [1],
      missing: [
        { kind: 'id', written: '9.9', id: '9.9' },
        { kind: 'property', written: 'Property 2', n: 2 },
      ],
    })
  })

  it('name an id in any case, and each once', () => {
    const targets = targetsOf(['FR-001', '1.1', '1.2'], [])
    const ids = (text: string) => resolve(references(text), targets).ids
    expect(ids('fr-001')).toEqual(['FR-001'])
    expect(ids('fr-001, 1.2, FR-001, 1.1, 1.2')).toEqual(['FR-001', '1.2', '1.1'])
    expect(ids(Array.from({ length: 20 }, (_, at) => `1.${1 + (at % 2)}`).join(', '))).toEqual(['1.1', '1.2'])
  })

  it('find the nearest existing id, a sibling first', () => {
    expect(nearest('3.9', ['2.9', '3.1', '3.4', '4.9'])).toBe('3.4')
    expect(nearest('13.1', ['2.1', '12.1', '12.4'])).toBe('12.1')
    expect(nearest('1', [])).toBe(null)
  })
})
