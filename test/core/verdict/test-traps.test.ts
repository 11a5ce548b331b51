import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testTraps } from '../../../src/core/verdict/test-traps.ts'

describe('traps in tests', () => {
  it.each([
    'fc.assert(fc.property(fc.nat(), (n) => expect(n).toBe(1)))',
    'fc.assert(fc.property(fc.nat(), fc.nat(), (a, b) => expect(a + b).not.toBeLessThan(a)))',
    'await fc.assert(fc.asyncProperty(fc.nat(), async (n) => await expect(go(n)).resolves.toBe(n)))',
    'assert(property(nat(), (n: number) => expect.soft(n).toBe(1)))',
  ])('finds %s', (code) => {
    expect(testTraps('test/a.test.ts', `const a = 1\n${code}`)).toEqual([
      expect.stringMatching(/^test\/a\.test\.ts:2: /),
    ])
  })

  it.each([
    'fc.assert(fc.property(fc.nat(), (n) => { expect(n).toBe(1) }))',
    'fc.assert(fc.property(fc.nat(), (n) => n >= 0))',
    'fc.assert(fc.property(fc.nat(), (n) => void expect(n).toBe(1)))',
    'it("x", () => expect(1).toBe(1))',
  ])('leaves %s alone', (code) => {
    expect(testTraps('test/a.test.ts', code)).toEqual([])
  })

  const IMPORT = "import { clamp, LIMIT } from '../src/clamp.ts'\nimport type { Range } from '../src/clamp.ts'\n"
  it.each([
    '(n) => { const got = clamp(n); fc.pre(got <= 5); expect(got).toBe(n) }',
    '(n) => { fc.pre(clamp(n) > 0) }',
    '(n) => { const run = () => clamp(n); fc.pre(run() > 0) }',
    '(n) => { const all = []; let [last] = [clamp(n)]; all.push(last); const worst = last + 1; fc.pre(worst < 3) }',
  ])('finds a precondition on a result: %s', (predicate) => {
    const traps = testTraps('test/a.test.ts', `${IMPORT}fc.assert(fc.property(fc.nat(), ${predicate}))`)
    expect(traps).toEqual([expect.stringMatching(/^test\/a\.test\.ts:3: `fc.pre` is asked about/)])
  })

  it.each([
    '(n) => { fc.pre(n > 0); expect(clamp(n)).toBe(n) }',
    '(n) => { fc.pre(n > LIMIT); const got = clamp(n); expect(got).toBe(n) }',
    '(n: number, range: Range) => { const low = n - 1; fc.pre(low > range.low); expect(clamp(n)).toBe(n) }',
  ])('leaves a precondition on generated values alone: %s', (predicate) => {
    expect(testTraps('test/a.test.ts', `${IMPORT}fc.assert(fc.property(fc.nat(), ${predicate}))`)).toEqual([])
  })

  it('reads any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(testTraps('a.ts', text))))
  })
})
