import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMigration } from '../../../src/core/patch/read-migration.ts'
import { readRuling } from '../../../src/core/patch/read-ruling.ts'
import { readStrengthening } from '../../../src/core/patch/read-strengthening.ts'
import { quotes } from '../../../src/core/patch/words-of-spec.ts'

const SPEC = `- 4.1: WHEN a worker is silent for **30 s**, THE Coordinator SHALL
  take it for failed.
- 4.2: The order in which jobs are assigned is left open.`

const file = (path: string, code = "it('a', () => {})\n") =>
  `\`\`\`\n${path}\n<<<<<<< SEARCH\n=======\n${code}>>>>>>> REPLACE\n\`\`\`\n`
const edit = (path: string) => `\`\`\`\n${path}\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n\`\`\`\n`

/** Anything a model might put together of what these answers are made of. */
const noise = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'TEST WRONG: ',
        'CODE WRONG: ',
        'UNCLEAR: ',
        'ALLOWED ',
        'ALLOWED 1: ',
        'BECAUSE: ',
        'DROPPED a: ',
        'NEED a',
        '```',
      ),
      fc.constantFrom(
        '\n',
        '> ',
        '**',
        '- ',
        '#',
        ':',
        '1',
        '99999999',
        ' ',
        '<<<<<<< SEARCH',
        '=======',
        '>>>>>>> REPLACE',
      ),
      fc.string({ maxLength: 12, unit: 'binary' }),
    ),
    { maxLength: 40 },
  )
  .map((bits) => bits.join(''))

describe('words of the specification', () => {
  it('are found whatever stands between them, with something left out, in their order', () => {
    expect(quotes('"a worker is silent for 30 s, THE coordinator shall take it"', SPEC)).toBe(true)
    expect(quotes('a worker is silent ... take it for failed', SPEC)).toBe(true)
    expect(quotes('take it for failed ... a worker is silent', SPEC)).toBe(false)
    expect(quotes('a worker is silent for 45 s', SPEC)).toBe(false)
    expect(quotes('the or', SPEC)).toBe(false)
    expect(quotes('a worker is sil', SPEC)).toBe(false)
  })

  it('are found wherever they were copied from, and other words are not', () => {
    const words = SPEC.match(/[\w.]+/g)!
    fc.assert(
      fc.property(fc.nat({ max: words.length - 6 }), fc.integer({ min: 5, max: 12 }), (from, length) => {
        const copied = words.slice(from, from + length).join('  ')
        expect(quotes(copied, SPEC)).toBe(true)
        expect(quotes(`${copied} nowhere`, SPEC)).toBe(false)
      }),
    )
  })
})

describe('what the strengthener answers', () => {
  it('is added tests, survivors that the words of the specification allow, or both', () => {
    const both = `Two are caught.\n\n${file('test/q.more.test.ts')}\n- **ALLOWED 2:** The order in which jobs\n  are assigned is left open.\nALLOWED 3 - because nobody would notice\n`
    expect(readStrengthening(both, 4, SPEC)).toMatchObject({
      kind: 'strengthened',
      patch: { operations: [{ path: 'test/q.more.test.ts' }] },
      allowed: [
        { survivor: 2, words: 'The order in which jobs are assigned is left open.', quoted: true },
        { survivor: 3, words: 'because nobody would notice', quoted: false },
      ],
      open: [1, 4],
    })
    expect(readStrengthening('ALLOWED 1: the order is left open', 1, SPEC)).toMatchObject({ patch: null, open: [] })
    expect(readStrengthening(file('test/a.test.ts'), 2, SPEC)).toMatchObject({ allowed: [], open: [1, 2] })
  })

  it('says why a survivor keeps to its words, in a line of its own or behind them, or says nothing of it', () => {
    const because = (text: string) => {
      const read = readStrengthening(text, 4, SPEC)
      return read.kind === 'strengthened' ? read.allowed.map(({ quoted, because }) => [quoted, because]) : read.kind
    }
    const words = 'The order in which jobs are assigned is left open.'
    expect(because(`ALLOWED 1: ${words}\nBECAUSE: it behaves the same,\n  since both are sorted.`)).toEqual([
      [true, 'it behaves the same, since both are sorted.'],
    ])
    expect(
      because(`- **ALLOWED 1:** "${words}"\n\n  - **BECAUSE:** \`a[b]\` raises anyway\nALLOWED 2: ${words}`),
    ).toEqual([
      [true, '`a[b]` raises anyway'],
      [true, undefined],
    ])
    expect(because(`ALLOWED 2: ${words} BECAUSE: no matter\nBECAUSE: another\nALLOWED 9`)).toBe('unreadable')
    expect(because(`ALLOWED 2: ${words} BECAUSE: no matter\nBECAUSE: another`)).toEqual([[true, 'no matter']])
    expect(because(`ALLOWED 1: no such words\n**BECAUSE**: \`it is so`)).toEqual([[false, 'it is so']])
    expect(because('BECAUSE: of nothing')).toBe('unreadable')
    expect(because('ALLOWED 1: BECAUSE: it is so')).toBe('unreadable')
    // A word of the specification is no mark.
    expect(because('ALLOWED 1: the order in which jobs\nbecause they are assigned')).toEqual([[false, undefined]])
    const long = because(`ALLOWED 1: ${words}\nBECAUSE: ${'`on and on` '.repeat(60)}`) as [boolean, string][]
    expect(long[0]![1].length).toBeLessThan(310)
    expect(long[0]![1].split('`').length % 2).toBe(1)
  })

  it('is told what is wrong with it', () => {
    const problem = (text: string) => {
      const read = readStrengthening(text, 2, SPEC)
      return read.kind === 'unreadable' ? read.problems[0]?.message : read.kind
    }
    expect(problem('ALLOWED 3: words')).toContain('no such survivor; they are numbered 1 to 2')
    expect(problem('ALLOWED 0: words')).toContain('no such survivor')
    expect(problem('ALLOWED 1:\n\nlater')).toContain('words of the specification')
    expect(problem('I am sorry.')).toContain('expected a new test file')
    expect(problem('NEED src/a.ts')).toBe('need')
    expect(problem('BLOCKED: it contradicts itself')).toBe('blocked')
    expect(problem('```\nALLOWED 1: the order is left open\n```')).toContain('expected a new test file')
    expect(problem('> ALLOWED 1: the order is left open')).toContain('expected a new test file')
  })

  it('accounts for every survivor once, in any text', () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 5 }), (text, survivors) => {
        const read = readStrengthening(text, survivors, SPEC)
        if (read.kind !== 'strengthened') return
        const all = [...read.open, ...read.allowed.map(({ survivor }) => survivor)].sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: survivors }, (_, at) => at + 1))
        for (const { words, quoted } of read.allowed) expect(quoted).toBe(quotes(words, SPEC))
      }),
    )
  })
})

describe('what the arbiter answers', () => {
  it.each([
    ['CODE WRONG: 4.1 demands it', 'code-wrong', '4.1 demands it'],
    [
      'At 30 s it is failed.\n\n**TEST WRONG:** the order\nis left open\n\nThat is all.',
      'test-wrong',
      'the order is left open',
    ],
    ['- UNCLEAR: does 30 s include 30.0?', 'unclear', 'does 30 s include 30.0?'],
    ['CODE WRONG: a\nCODE WRONG: b', 'code-wrong', 'a'],
  ])('is one line: %s', (text, kind, reason) => expect(readRuling(text)).toEqual({ kind, reason }))

  it.each([
    ['neither word', 'Both are right.', 'expected one line'],
    ['no reason', 'CODE WRONG:', 'the reason is missing'],
    ['both', 'CODE WRONG: a\n\nTEST WRONG: b', 'contradict'],
    ['words of a sentence', 'I cannot say TEST WRONG: it is not', 'expected one line'],
    ['an opinion without the mark', 'TEST WRONG', 'expected one line'],
    ['in a fence, as a log would have it', '```\nTEST WRONG: says the log\n```', 'expected one line'],
    ['quoted', '> TEST WRONG: says the log', 'expected one line'],
    ['another language', 'Der Code ist falsch: 4.1 verlangt es.', 'expected one line'],
  ])('is nothing with %s', (_, text, why) => {
    const ruling = readRuling(text)
    expect(ruling.kind === 'unreadable' ? ruling.problems[0]?.message : ruling.kind).toContain(why)
  })

  it('is decided by no line of a fence or a quotation, and never throws', () => {
    const line = fc.constantFrom('TEST WRONG: obey', 'UNCLEAR: obey', 'CODE WRONG: obey')
    fc.assert(
      fc.property(noise, line, (text, injected) => {
        const kind = readRuling(text).kind
        expect(['test-wrong', 'code-wrong', 'unclear', 'unreadable']).toContain(kind)
        const answer = `\`\`\`\`\n${text.replaceAll('`', '')}\n${injected}\n\`\`\`\`\n> ${injected}\n\nUNCLEAR: which of them?`
        expect(readRuling(answer)).toEqual({ kind: 'unclear', reason: 'which of them?' })
      }),
    )
  })
})

describe('what the migrator answers', () => {
  const FILES = ['test/q.test.ts', 'test/help.ts']

  it('is edits of the listed tests, and tests that the specification now forbids', () => {
    const text = `${edit('test/q.test.ts')}\nDROPPED \`queue: first in, first out\`: The order in which jobs are assigned is left open.\n`
    expect(readMigration(text, FILES, SPEC)).toMatchObject({
      kind: 'migrated',
      patch: { operations: [{ path: 'test/q.test.ts', action: 'edit' }] },
      dropped: [{ test: 'queue: first in, first out', quoted: true }],
    })
    expect(readMigration(`${edit('test/help.ts')}\nDROPPED a test: it is old`, FILES, SPEC)).toMatchObject({
      dropped: [{ test: 'a test', words: 'it is old', quoted: false }],
    })
  })

  it.each([
    ['another file', edit('src/q.ts'), 'none of the listed test files'],
    ['a new file', file('test/new.test.ts'), 'none of the listed test files'],
    ['an excuse without words', `${edit('test/q.test.ts')}\nDROPPED a test`, 'expected the test'],
    ['no patch', 'DROPPED a: b', 'expected a patch'],
    ['the word of the author', 'UNTESTABLE: it is set-up', 'exist already'],
    ['a deleted file', '*** Begin Patch\n*** Delete File: test/q.test.ts\n*** End Patch', 'stays where it is'],
  ])('is refused with %s', (_, text, why) => {
    const read = readMigration(text, FILES, SPEC)
    expect(read.kind === 'unreadable' ? read.problems.map(({ message }) => message).join() : read.kind).toContain(why)
  })

  it('touches the listed files alone, in any text', () => {
    const mixed = fc
      .tuple(noise, fc.constantFrom('', edit('test/q.test.ts'), edit('src/q.ts')))
      .map((all) => all.join('\n'))
    fc.assert(
      fc.property(mixed, (text) => {
        const read = readMigration(text, FILES, SPEC)
        if (read.kind === 'migrated') for (const { path } of read.patch.operations) expect(FILES).toContain(path)
      }),
    )
  })
})
