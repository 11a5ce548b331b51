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

  it('reads any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(testTraps('a.ts', text))))
  })
})
