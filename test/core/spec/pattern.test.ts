import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { isPlain, Pattern, pattern, plainSource, readAll } from '../../../src/core/spec/pattern.ts'

const SPECS = join(import.meta.dirname, '..', '..', '..', 'specs')

function specTexts(): string[] {
  const paths = readdirSync(SPECS, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
  return paths.map((path) => readFileSync(join(SPECS, path), 'utf8'))
}

/** Every pattern that reading specs asks, with the texts that it was asked about. */
function asked(): Map<Pattern, Set<string>> {
  const found = new Map<Pattern, Set<string>>()
  const on = Pattern.prototype.on
  const spy = vi.spyOn(Pattern.prototype, 'on').mockImplementation(function (this: Pattern, text) {
    found.set(this, (found.get(this) ?? new Set()).add(text))
    return on.call(this, text)
  })
  for (const text of specTexts()) {
    const files = ['design.md', 'requirements.md', 'tasks.md'].map((path) => ({ path, text }))
    parseSpec({ id: 'x', dir: 'specs/x', files, steering: [], problems: [] })
  }
  spy.mockRestore()
  return found
}

function allMatches(regexp: RegExp, text: string): unknown[] {
  const global = new RegExp(regexp.source, [...new Set(`${regexp.flags}g`)].join('').replace('y', ''))
  return [...text.matchAll(global)].map((match) => [match.index, [...match], { ...match.groups }])
}

it('takes no letter, number or mark of any script for plain, and nothing that has another case', () => {
  for (let code = 0x80; code <= 0xffff; code++) {
    const char = String.fromCharCode(code)
    if (!isPlain(char)) continue
    expect(`${code} ${/[\p{L}\p{N}\p{M}]/u.test(char)}`).toBe(`${code} false`)
    expect(char.toUpperCase() + char.toLowerCase()).toBe(char + char)
  }
  expect(isPlain('a \u{1F600}')).toBe(false)
})

it('finds in a plain text what the expression with the classes of Unicode finds', () => {
  const patterns = asked()
  expect(patterns.size).toBeGreaterThan(80)
  // Words of the texts themselves, put together anew: nearly right is where the two might differ.
  const words = [...new Set(specTexts().join(' ').split(' '))].filter(isPlain)
  const text = fc.array(fc.constantFrom(...words, '—', '"', ' ', '\n'), { maxLength: 8 }).map((some) => some.join(' '))
  const drawn = fc.sample(text, 60)
  for (const [one, texts] of patterns) {
    const plain = new RegExp(plainSource(one.source), one.flags.replace('u', ''))
    const full = new RegExp(one.source, one.flags)
    for (const sample of [...[...texts].filter(isPlain).slice(0, 60), ...drawn])
      expect([one.source, sample, allMatches(plain, sample)]).toEqual([one.source, sample, allMatches(full, sample)])
  }
})

it('reads letters of any script in other texts', () => {
  const word = pattern(String.raw`(?<!\p{L})не(?!\p{L})`, 'iu')
  expect([word.test('Не так'), word.test('нет'), word.test('not')]).toEqual([true, false, false])
  expect(pattern(String.raw`^[^\p{Script=Han}]+$`, 'u').test('plain —\n')).toBe(true)
})

it('holds all parts of plain texts for plain, and looks again at what is read afterwards', () => {
  const strange: string[] = []
  const on = Pattern.prototype.on
  const spy = vi.spyOn(Pattern.prototype, 'on').mockImplementation(function (this: Pattern, text) {
    if (!/^[\0-\x7f]*$/.test(text)) strange.push(text)
    return on.call(this, text)
  })
  for (const text of specTexts()) {
    const ascii = text.replace(/[^\0-\x7f]/g, '-')
    const files = ['design.md', 'requirements.md', 'tasks.md'].map((path) => ({ path, text: ascii }))
    parseSpec({ id: 'x', dir: 'specs/x', files, steering: [], problems: [] })
  }
  spy.mockRestore()
  expect(strange).toEqual([])
  expect(readAll(['plain'], () => isPlain('nothing is looked at: é'))).toBe(true)
  expect(readAll(['plain', 'é'], () => [isPlain('e'), isPlain('é')])).toEqual([true, false])
  expect(isPlain('é')).toBe(false)
})

it('refuses a class whose plain form it does not know', () => {
  expect(() => plainSource(String.raw`\p{Emoji}`)).toThrow(/no plain form/)
})

it('begins anew each time, whatever the last search of a global expression left', () => {
  const global = pattern('a', 'gu')
  expect([global.test('xa'), global.test('xa'), global.exec('ba')?.index]).toEqual([true, true, 1])
})
