import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_EVIDENCE } from '../../../src/core/verdict/judge.ts'
import {
  type CommitFacts,
  commitMessage,
  earlierFacts,
  evidenceLine,
  readTrailers,
} from '../../../src/core/verdict/message.ts'

const FACTS: CommitFacts = {
  spec: 'job-queue',
  task: '2',
  title: 'Detect failed workers',
  statements: ['Failed workers are detected within 45 s'],
  validates: ['3.3'],
  verdict: 'verified',
  specHash: 'sha256:abc',
  base: '1a2b3c4d5e6f',
  evidence: {
    red: '3/3',
    green: '3/3',
    property: null,
    chaos: { schedules: 2_000, failed: 0 },
    teeth: null,
    suite: '41/41, 0 red on base',
  },
  seeds: [5, -7],
  model: 'anthropic/claude',
  attempts: 2,
  tokens: { input: 8_123, output: 2_210 },
  prompts: '5f00eb2ce285',
  run: '20260101T000000-abc123',
}

describe('the commit message', () => {
  it('reads like this', () => {
    expect(commitMessage(FACTS)).toBe(`job-queue: detect failed workers (task 2)

- Failed workers are detected within 45 s

Spec: job-queue
Task: 2
Validates: 3.3
Verdict: verified
Spec-Hash: sha256:abc
Evidence: red 3/3 at 1a2b3c4; green 3/3; chaos 0 of 2000 schedules failed (< 0.15 % at 95 %); teeth not run; suite 41/41, 0 red on base
Seeds: 5, -7
Model: anthropic/claude; attempts 2; tokens 8,123 in, 2,210 out
Prompts: 5f00eb2ce285
Run: 20260101T000000-abc123
`)
  })

  it.each([
    ['Add a queue', 'add a queue'],
    ['API keys', 'API keys'],
    ['A queue', 'A queue'],
    ['Über alles', 'Über alles'],
    ['', ''],
  ])('writes the title %j as %j', (title, written) => {
    expect(commitMessage({ ...FACTS, title }).split('\n')[0]).toBe(`job-queue: ${written} (task 2)`.replace('  ', ' '))
  })

  it('leaves out what a task does not have', () => {
    const message = commitMessage({ ...FACTS, statements: [], validates: [] })
    expect(message).toMatch(/^job-queue: detect failed workers \(task 2\)\n\nSpec: job-queue\n/)
    expect(message).not.toContain('Validates')
  })

  const line = fc.string({ unit: 'grapheme', maxLength: 60 })
  const words = fc.oneof(
    line,
    fc.constantFrom(
      'Fix: the queue',
      'Spec: other',
      'two\n\nlines\r\nVerdict: checked',
      'größe — 日本語 🎉',
      '- list',
      ' ',
    ),
  )
  const facts = fc.record({
    spec: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}(\/[a-z]{1,5})?$/),
    task: fc.stringMatching(/^\d{1,2}([./]\d{1,2})?$/),
    title: words,
    statements: fc.array(words, { maxLength: 3 }),
    validates: fc.array(fc.stringMatching(/^\d(\.\d)?$/), { maxLength: 3 }),
    verdict: fc.constantFrom('verified' as const, 'checked' as const),
    seeds: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 5 }),
    model: fc.constantFrom('anthropic/claude', 'recorded (openai/gpt: x)', 'a/b + c/d', 'odd\nname'),
  })

  it('gives its trailers back, whatever title and statements hold', () => {
    fc.assert(
      fc.property(facts, (some) => {
        const all = { ...FACTS, ...some }
        const message = commitMessage(all)
        const trailers = readTrailers(message)
        expect(trailers).toMatchObject({
          Spec: all.spec,
          Task: all.task,
          Verdict: all.verdict,
          'Spec-Hash': all.specHash,
          Evidence: evidenceLine(all.evidence, all.base),
          Seeds: all.seeds.join(', '),
          Model: `${all.model.replace('\n', ' ')}; attempts 2; tokens 8,123 in, 2,210 out`,
          Prompts: all.prompts,
          Run: all.run,
        })
        expect(trailers['Validates']).toBe(all.validates.length > 0 ? all.validates.join(', ') : undefined)
        expect(Object.keys(trailers)).toHaveLength(all.validates.length > 0 ? 10 : 9)
        expect(message.split('\n')[1]).toBe('')
      }),
      { numRuns: 300 },
    )
  })

  it('has trailers that git reads too', () => {
    const message = commitMessage({ ...FACTS, title: 'Fix: the queue', statements: ['Verdict: checked'] })
    const read = execFileSync('git', ['interpret-trailers', '--parse'], { input: message, encoding: 'utf8' })
    const byGit = Object.fromEntries(
      read
        .trim()
        .split('\n')
        .map((text) => text.split(/: (.*)/).slice(0, 2)),
    )
    expect(byGit).toEqual(readTrailers(message))
  })

  it('gives no trailers where a message has none', () => {
    for (const message of ['', '\n', 'Subject only', 'Subject\n\nSome words.\nMore words: lower case does not count'])
      expect(Object.keys(readTrailers(message)).filter((name) => name !== 'Subject')).toEqual([])
  })
})

describe('the line of evidence', () => {
  it('says that teeth were not run even where nothing else is known', () => {
    expect(evidenceLine(NO_EVIDENCE, 'abc')).toBe('teeth not run')
  })

  it('counts cases per seed, and teeth', () => {
    const evidence = { ...NO_EVIDENCE, property: { seeds: 5, runs: 5_000 }, teeth: { killed: 9, total: 10 } }
    expect(evidenceLine(evidence, 'abc')).toBe(
      'property 5 seeds x 1000 cases; teeth 10 wrong versions: 9 killed, 1 not explained',
    )
    expect(evidenceLine({ ...evidence, property: { seeds: 1, runs: 50 }, teeth: null }, 'abc')).toBe(
      'property 1 seed x 50 cases; teeth not run',
    )
    const cut = { ...NO_EVIDENCE, property: { seeds: 5, runs: 3_609 } }
    expect(evidenceLine(cut, 'abc')).toBe('property 5 seeds, 3609 cases; teeth not run')
    const teeth = { killed: 7, total: 8, allowed: 1, notTried: 35, timeouts: 1, errors: 1 }
    expect(evidenceLine({ ...NO_EVIDENCE, teeth }, 'abc')).toBe(
      'teeth 45 wrong versions: 7 killed, 1 within the spec, 37 not judged',
    )
  })

  it('calls the seeds of the last run as the screen and the pages do', () => {
    const of = (seeds: number) => evidenceLine({ ...NO_EVIDENCE, heldOut: { seeds, runs: 50 } }, 'abc')
    expect(of(2)).toBe('teeth not run; 2 held-out seeds x 50 cases')
    expect(of(1)).toBe('teeth not run; 1 held-out seed x 50 cases')
  })

  it('tells tests that were red from those that were added later, and reads both back, of older commits too', () => {
    const evidence = { ...NO_EVIDENCE, red: '3/3', added: 4, green: '7/7' }
    const line = evidenceLine(evidence, '1a2b3c4d5e')
    expect(line).toBe('red 3/3 at 1a2b3c4, 4 added later; green 7/7; teeth not run')
    const of = (told: string) => earlierFacts(`a: b\n\nSpec: a\nTask: 1\nEvidence: ${told}\n`).red
    expect(of(line)).toEqual({ tests: '3/3', base: '1a2b3c4', added: 4 })
    expect(of('red 3/7 at 1a2b3c4; green 7/7')).toEqual({ tests: '3/7', base: '1a2b3c4', added: 0 })
  })

  it('claims a bound only where nothing failed', () => {
    const chaos = (schedules: number, failed: number) =>
      evidenceLine({ ...NO_EVIDENCE, chaos: { schedules, failed } }, '')
    expect(chaos(2_000, 1)).toBe('chaos 1 of 2000 schedules failed; teeth not run')
    expect(chaos(0, 0)).toBe('chaos 0 of 0 schedules failed; teeth not run')
  })
})

it('tokens are read from trailers with and without commas', () => {
  const read = (tokens: string) => earlierFacts(`a\n\nModel: a/b; attempts 2; tokens ${tokens}\n`).tokens
  expect(read('8123 in, 2210 out')).toEqual({ input: 8123, output: 2210 })
  expect(read('1,008,123 in, 210 out')).toEqual({ input: 1_008_123, output: 210 })
})
