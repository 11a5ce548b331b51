import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeptCase, withExample } from '../../../src/core/verdict/example-tests.ts'

const FILE = `import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
describe('outer', () => {
  it('holds', () => {
    fc.assert(fc.property(fc.nat(), (n) => n >= 0))
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.string(), async (n, text) => { expect(text.length + n).toBeGreaterThan(-1) }),
    )
  })
  it.concurrent(\`has options\`, () => {
    fc.assert(fc.property(fc.nat(), () => true), { verbose: true })
  })
  it('has examples', () => {
    fc.assert(fc.property(fc.nat(), () => true), { examples: [[1]] })
  })
  it('is twice here', () => { fc.assert(fc.property(fc.nat(), () => true)) })
  it('is twice here', () => { fc.assert(fc.property(fc.nat(), () => true)) })
  it('loops', () => { for (const a of [fc.nat(), fc.nat()]) fc.assert(fc.property(a, () => true)) })
  it('computes its options', () => { fc.assert(fc.property(fc.nat(), () => true), options()) })
})
`
const kept = (part: Partial<KeptCase>): KeptCase => ({
  file: 'a.test.ts',
  path: ['outer', 'holds'],
  property: 0,
  value: '[5]',
  seed: 1,
  ...part,
})

describe('a kept case', () => {
  it('becomes an example of the property that it failed, with the fewest changes', () => {
    expect(withExample(FILE, kept({}))).toBe(FILE.replace('(n) => n >= 0))', '(n) => n >= 0), { examples: [[5]] })'))
    expect(withExample(FILE, kept({ property: 1, value: '[5,"a"]' }))).toBe(
      FILE.replace('toBeGreaterThan(-1) }),', 'toBeGreaterThan(-1) }), { examples: [[5,"a"]] },'),
    )
    expect(withExample(FILE, kept({ path: ['outer', 'has options'] }))).toContain('{ examples: [[5]], verbose: true }')
    expect(withExample(FILE, kept({ path: ['outer', 'has examples'] }))).toContain('{ examples: [[5], [1]] }')
  })

  it('is left out where its place is not sure, or it stands there already', () => {
    for (const path of [
      ['outer', 'is twice here'],
      ['outer', 'loops'],
      ['outer', 'computes its options'],
      ['holds'],
      ['x', 'y'],
    ])
      expect(withExample(FILE, kept({ path })), path.join()).toBe(null)
    expect(withExample(FILE, kept({ property: 2 }))).toBe(null)
    expect(withExample(FILE, kept({ path: ['outer', 'has examples'], value: '[1]' }))).toBe(null)
    expect(withExample('it(', kept({}))).toBe(null)
  })

  it('is left out where it is more than plain data', () => {
    const values = [
      '[process.exit()]',
      '[globalThis]',
      '[() => 1]',
      '[new Proxy({}, {})]',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is judged
      '[`${x}`]',
      '[...all]',
      '5',
      '[1',
      `["${'a'.repeat(3_000)}"]`,
    ]
    for (const value of [...values, '[{"__proto__":1}]', '[{[key]:1}]'])
      expect(withExample(FILE, kept({ value })), value).toBe(null)
    const plain = [
      '[new Date("2020-01-01T00:00:00.000Z")]',
      '[-0,NaN,Number.NEGATIVE_INFINITY,undefined,1n]',
      '[new Map([[1,{"a":null}]])]',
    ]
    for (const value of plain) expect(withExample(FILE, kept({ value })), value).toContain(`[${value}]`)
  })

  it('is what fast-check printed: read back it is the same value', () => {
    const data = fc.array(
      fc.oneof(fc.integer(), fc.string(), fc.double(), fc.record({ kind: fc.string(), at: fc.nat() })),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(data, (value) => {
        const text = withExample(
          'it("a", () => { fc.assert(fc.property(x, f)) })',
          kept({ path: ['a'], value: fc.stringify(value) }),
        )
        const [, example = ''] =
          /examples: \[(.*)\] \}\)\) \}\)$/s.exec(text ?? '') ?? /examples: \[(.*)\] \}\) \}\)$/s.exec(text ?? '') ?? []
        expect(new Function(`return ${example}`)()).toEqual(value)
      }),
    )
  })
})
