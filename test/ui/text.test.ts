import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pretty } from '../../src/ui/pretty.ts'
import { clean, displayWidth, oneLine, truncate, wrap } from '../../src/ui/text.ts'

const any = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.lorem({ maxCount: 30 }))
const squeezed = (text: string) => text.replace(/\s/gu, '')

test('wrapped lines fit, and only white space is lost', () => {
  fc.assert(
    fc.property(any, fc.integer({ min: 2, max: 80 }), (text, width) => {
      const lines = wrap(text, width)
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      expect(squeezed(lines.join(''))).toBe(squeezed(text))
    }),
  )
})

test('wrapping breaks between words and keeps the indentation of a line', () => {
  expect(wrap('  one two three', 8)).toEqual(['  one', 'two', 'three'])
  expect(wrap('a\n\nb', 8)).toEqual(['a', '', 'b'])
  expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
})

test('a cut text fits and says that it was cut', () => {
  expect(truncate('reassigns the jobs', 12)).toBe('reassigns...')
  expect(truncate('short', 12)).toBe('short')
  expect(truncate('日本語のテスト', 6, '…')).toBe('日本…')
  fc.assert(
    fc.property(any, fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width)
    }),
  )
})

test('wide characters take two columns, combining ones none', () => {
  expect(displayWidth('日本')).toBe(4)
  expect(displayWidth('e\u0301')).toBe(1)
  expect(displayWidth('│ ✓')).toBe(3)
})

test('nothing that a model or a test wrote can reach the terminal as a command', () => {
  expect(clean('\x1b[31mred\x1b[0m \x1b]0;title\x07end')).toBe('red end')
  expect(oneLine(' a\r\n\tb\x00\u202ec ')).toBe('a bc')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(clean(text)).not.toMatch(/[^\P{Cc}\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
    }),
  )
})

test('a printed value stays on one line where it fits', () => {
  expect(pretty('[{"at":1200},"w1"]', 40)).toEqual(['[{"at":1200},"w1"]'])
})

test('a long printed value is broken at its own brackets, not at those in its strings', () => {
  expect(pretty('[{"text":"a, [b","at":1200},new Map([["k",1]]),[]]', 30)).toEqual([
    '[',
    '  {"text":"a, [b","at":1200},',
    '  new Map([["k",1]]),',
    '  []',
    ']',
  ])
})

test('pretty-printing changes nothing but white space, also where brackets do not match', () => {
  const piece = fc.constantFrom('[', ']', '{', '}', '(', ')', ',', '"', "'", 'a', 'bc:', ' ', '\\', '1.5')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 10, max: 60 }), (pieces, width) => {
      const value = pieces.join('')
      expect(squeezed(pretty(value, width).join(''))).toBe(squeezed(value))
    }),
  )
})

test('of the signs whose width is not asked for, none is wide, combines or is invisible', () => {
  const signs = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code))
  const odd = /[\p{M}\p{C}\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}]/u
  for (const sign of signs.filter((one) => !odd.test(one) && one.trim() !== '')) expect(displayWidth(sign)).toBe(1)
  for (const sign of ['\u00ad', '\u0301', '\u200b']) expect(displayWidth(sign)).toBe(0)
  for (const sign of ['\u231a', '\u25fd', '\u2705']) expect(displayWidth(sign)).toBe(2)
})
