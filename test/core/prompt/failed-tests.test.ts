import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failedCode, testAlone } from '../../../src/core/prompt/failed-tests.ts'
import { parseModule } from '../../../src/core/prompt/outline.ts'

const TEST = `import { expect, it } from 'vitest'
import { clamp } from '../src/clamp.ts'

const LIMIT = 5

/** Helps. */
function help(n: number): number {
  return clamp(n, 0, LIMIT)
}

// Only the long one needs it.
function helpMore(): number {
  return help(1)
}

beforeEach(() => start())

describe('clamp', () => {
  it('stays within its limits (1.1)', () => {
    expect(help(7)).toBe(LIMIT)
  })

  it('is long (1.2)', () => {
    expect(helpMore()).toBe(1)
  })
})
`
const PATH = 'test/clamp.test.ts'

describe('the code of tests that failed', () => {
  it('is that of these tests and what they use, directly or not', () => {
    expect(failedCode(PATH, TEST, ['clamp stays within its limits (1.1)'], 4_000)).toBe(
      TEST.replace(/\/\/ Only[\s\S]*?\n}\n\n/, '').replace(/ {2}it\('is long[\s\S]*?\n {2}}\)\n/, ''),
    )
    expect(failedCode(PATH, TEST, ['is long (1.2)'], 4_000)).toBe(
      TEST.replace(/ {2}it\('stays[\s\S]*?\n {2}}\)\n\n/, ''),
    )
    expect(failedCode(PATH, TEST, ['is long (1.2)', 'stays within its limits (1.1)'], 4_000)).toBe(TEST)
  })

  it('loses the bodies of helpers, then the further tests, where it would be too long', () => {
    const short = failedCode(PATH, TEST, ['is long (1.2)', 'stays within its limits (1.1)'], 10)
    expect(short).toContain('function helpMore(): number\n')
    expect(short).not.toContain('return help(1)')
    expect(short).toContain('expect(helpMore()).toBe(1)')
    expect(short).not.toContain('stays within')
    const one = failedCode(PATH, TEST, ['is long (1.2)'], 4_000)
    expect(failedCode(PATH, TEST, ['is long (1.2)', 'stays within its limits (1.1)'], one.length)).toBe(one)
  })

  it('is the whole file where no name is known, and in another language; tests of tables stay', () => {
    expect(failedCode(PATH, TEST, ['another'], 10)).toBe(TEST)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is code of the shown file
    const table = "it('a', () => {})\nit.each([1])('b %i', () => {})\nit(`c ${d}`, () => {})\n"
    expect(failedCode(PATH, table, ['a'], 10)).toBe(table)
    expect(failedCode('tests/test_a.py', 'def test_a(): pass\n', ['test_a'], 10)).toBe('def test_a(): pass\n')
    expect(failedCode(PATH, 'it(((', ['a'], 10)).toBe('it(((')
  })

  it('holds the wanted tests as they were, no other, what they use, and can still be parsed', () => {
    const between = fc.constantFrom('\n', '\n\n', '; ', '\n// why\n', '\n\n\n')
    const tests = fc.array(
      fc.record({ gap: between, nested: fc.boolean(), wanted: fc.boolean(), helper: fc.nat({ max: 3 }) }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(tests, (all) => {
        const helpers = [0, 1, 2, 3].map((n) => `const help${n} = () => help${(n + 1) % 2}()`)
        const codeOf = (at: number) => `it('test ${at}', () => {\n  help${all[at]!.helper}(${at})\n})`
        const body = all.map(({ gap, nested }, at) =>
          nested ? `describe('d', () => {${gap}${codeOf(at)}${gap}})${gap}` : codeOf(at) + gap,
        )
        const text = `${helpers.join('\n')}\n${body.join('')}\n`
        const names = all.flatMap(({ wanted }, at) => (wanted ? [`d > test ${at}`] : []))
        const shown = failedCode(PATH, text, names, 100_000)
        expect(parseModule(PATH, shown)).not.toBeNull()
        for (const [at, { wanted, helper }] of all.entries()) {
          expect(shown.includes(codeOf(at))).toBe(wanted || names.length === 0)
          if (wanted) expect(shown).toContain(helpers[helper])
        }
        if (names.length > 0) expect(shown).toContain(helpers[0])
        expect(shown.length).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  it('is one test alone where the rest was shown before', () => {
    expect(testAlone(PATH, TEST, 'clamp > is long (1.2)')).toBe(
      "it('is long (1.2)', () => {\n  expect(helpMore()).toBe(1)\n})",
    )
    expect(testAlone(PATH, TEST, 'another')).toBeNull()
    expect(testAlone('a.py', TEST, 'is long (1.2)')).toBeNull()
  })
})
