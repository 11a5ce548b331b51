import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Piece, wordDiff } from '../../../src/core/trace/word-diff.ts'

const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim()
const side = (pieces: Piece[], kind: 'removed' | 'added') =>
  pieces
    .filter((piece) => piece.kind === 'same' || piece.kind === kind)
    .map(({ text }) => text)
    .join('')
const words = fc.array(fc.constantFrom('the', 'Worker', '45', 's', '10,000', ' ', '\n', '.', 'é', '数', '`x`'), {
  maxLength: 30,
})
const text = fc.oneof(
  words.map((list) => list.join(' ')),
  fc.string(),
  fc.string({ unit: 'binary' }),
)

describe('what changed between two texts', () => {
  it.each<[string, string, string]>([
    ['mark the worker as failed', 'mark the worker as failed', 'mark the worker as failed'],
    ['within 45 s of it', 'within 30 s of it', 'within [-45-]{+30+} s of it'],
    ['after 30 seconds', 'after 45 s', 'after [-30 seconds-]{+45 s+}'],
    ['take 10,000 jobs', 'take 1,000 jobs', 'take [-10,000-]{+1,000+} jobs'],
    ['one two three four', 'two three five four', '[-one -]two three{+ five+} four'],
    ['a b c d e f', 'x a b q d e f y', '{+x +}a b [-c-]{+q+} d e f{+ y+}'],
    ['', 'new', '{+new+}'],
    ['a\n  b', 'a b', 'a b'],
    ['a, b', 'a b', 'a[-,-] b'],
  ])('%j to %j', (was, is, expected) => {
    const marked = wordDiff(was, is).map(({ kind, text }) =>
      kind === 'same' ? text : kind === 'removed' ? `[-${text}-]` : `{+${text}+}`,
    )
    expect(marked.join('')).toBe(expected)
  })

  it('makes up both texts, in pieces that are not empty and take turns', () => {
    fc.assert(
      fc.property(text, text, (was, is) => {
        const pieces = wordDiff(was, is)
        expect(side(pieces, 'removed')).toBe(squeeze(was))
        expect(side(pieces, 'added')).toBe(squeeze(is))
        for (const [at, piece] of pieces.entries()) {
          expect(piece.text).not.toBe('')
          expect(piece.kind).not.toBe(pieces[at + 1]?.kind)
        }
      }),
    )
  })

  it('is nothing where only white space differs', () => {
    fc.assert(
      fc.property(words, fc.constantFrom(' ', '\n', '\t', '  \r\n'), (list, space) => {
        const pieces = wordDiff(list.join(' '), list.join(space))
        expect(pieces.every(({ kind }) => kind === 'same')).toBe(true)
      }),
    )
  })

  it('replaces everything between the equal ends where a table of all words would be too large', () => {
    const many = (word: string) => Array.from({ length: 3_000 }, (_, at) => `${word}${at}`).join(' ')
    const kinds = wordDiff(`first ${many('a')} last`, `first ${many('b')} last`).map(({ kind }) => kind)
    expect(kinds).toEqual(['same', 'removed', 'added', 'same'])
  })
})
