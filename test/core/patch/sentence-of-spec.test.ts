import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentenceOf } from '../../../src/core/patch/sentence-of-spec.ts'
import { quotes } from '../../../src/core/patch/words-of-spec.ts'

const CRITERIA = [
  { id: '3.1', text: 'WHEN a worker is silent for **30 s**, THE Coordinator SHALL\n  take it for failed.' },
  { id: '3.2', text: 'WHEN a worker comes back, THE Coordinator SHALL take it for new. The jobs it had stay away.' },
]
const DESIGN = `# Task

- [ ] 3. Failure detection
  - Property: A worker that is silent for 30 s is taken for failed

# Linked requirements

${CRITERIA.map(({ id, text }) => `- ${id}: ${text}`).join('\n')}

# Linked design

### Order of jobs

Jobs are kept in a list, e.g. an Array. The order in which jobs are
assigned is left open. Nobody relies on it!

\`\`\`ts
export function assign(job: Job): Worker
export function release(job: Job): void
\`\`\``

const shown = (words: string, text = DESIGN) => sentenceOf(words, text, CRITERIA)

describe('what is shown of quoted words', () => {
  it.each([
    ['silent for 30 s, THE', '3.1 "WHEN a worker is silent for **30 s**, THE Coordinator SHALL take it for failed."'],
    ['"3.1: WHEN a worker"', '3.1 "WHEN a worker is silent for **30 s**, THE Coordinator SHALL take it for failed."'],
    ['jobs it had stay', `3.2 "${CRITERIA[1]!.text}"`],
  ])('is the whole criterion with its id: %s', (words, criterion) => expect(shown(words)).toBe(criterion))

  it.each([
    ['jobs are assigned is', '"The order in which jobs are assigned is left open."'],
    ['an array', null],
    ['e.g. an array', '"Jobs are kept in a list, e.g. an Array."'],
    ['left open. Nobody relies', '"The order in which jobs are assigned is left open. Nobody relies on it!"'],
    ['kept in a list ... relies on it', '"Jobs are kept in a list, e.g. an Array. ... Nobody relies on it!"'],
    ['function release', '"export function release(job: Job): void"'],
    ['order of jobs', '"Order of jobs"'],
    ['failure detection', '"Failure detection"'],
    ['jobs are left alone', null],
  ])('is else the whole sentence: %s', (words, sentence) => expect(shown(words)).toBe(sentence))

  it('holds no half of a span of code', () => {
    const text = 'Where `a. B c` is told, it is so. And `x. Y` stays. A stray ` is here. And more of it.'
    expect(shown('is told, it is', text.slice(0, 33))).toBe('"Where `a. B c` is told, it is so."')
    expect(shown('c` is told, it', text.slice(0, 33))).toBe('"Where `a. B c` is told, it is so."')
    expect(shown('stray ` is here', text)).toBe('"A stray is here."')
    const long = `\`${'word '.repeat(70)}\` THE end SHALL be this \`${'other '.repeat(70)}\``
    expect(shown('end shall be this', long)).toMatch(/^"\.\.\. [^`]* THE end SHALL be this [^`]* \.\.\."$/)
  })

  it('is cut around the words where it is very long', () => {
    const long = (n: number) => Array.from({ length: n }, (_, at) => `word${at}`).join(' ')
    const text = `${long(90)} THE end SHALL be this ${long(90)}`
    const cut = sentenceOf('end shall be', 'nothing', [{ id: '1.1', text }])!
    expect(cut).toMatch(/^1\.1 "\.\.\. word\d+ .* THE end SHALL be this word0 .* word\d+ \.\.\."$/)
    expect(cut.length).toBeLessThan(320)
    expect(sentenceOf(long(90), text, [])!.length).toBeLessThan(320)
  })

  it('holds the words, in whatever text they stand, and is nothing where they were not copied', () => {
    const piece = fc.constantFrom(
      'The',
      'order',
      'is',
      'open.',
      'left',
      'e.g.',
      '\n',
      '\n\n',
      '- ',
      '# ',
      '```\n',
      '|',
      'İx',
    )
    const texts = fc.array(piece, { minLength: 1, maxLength: 60 }).map((bits) => bits.join(' '))
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 2, max: 9 }), (text, at, many) => {
        const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
        const from = at % Math.max(1, words.length)
        const said = words.slice(from, from + many).join(' ')
        const told = sentenceOf(said, text, [])
        expect(told !== null).toBe(quotes(said, text))
        // Where words of several paragraphs are taken for one piece, marks stand between them.
        if (told !== null) expect(quotes(said, told)).toBe(true)
      }),
    )
  })
})
