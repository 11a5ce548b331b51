import { parse } from '@babel/parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  NotKept,
  type Place,
  type RegressionRunner,
  regressionFile,
  withRegression,
} from '../../../src/core/chaos/regressions.ts'

const PLACE = { testFile: 'test/lock.test.ts', runner: 'vitest' } as const

/** The examples that a file of regressions holds for a test, as the program that it is would see them. */
function keptIn(text: string, test: string): unknown[] {
  const list = /const failed.*? = (\[\n[\s\S]*?\n\])/.exec(text)![1]!
  const failed = new Function(`return ${list}`)() as [string, unknown][]
  return failed.filter(([name]) => name === test).map(([, example]) => example)
}

describe('regression files', () => {
  it('lie beside the test file and are found by whoever finds that', () => {
    expect(
      ['test/lock.test.ts', 'a/b.spec.tsx', 'chaos.mjs', 'x/y.z.test.js'].map((file) => regressionFile(file)),
    ).toEqual([
      'test/lock.regressions.test.ts',
      'a/b.regressions.spec.tsx',
      'chaos.regressions.mjs',
      'x/y.z.regressions.test.js',
    ])
  })

  it('keep any case that fast-check prints as plain data, each once, and hold TypeScript or JavaScript', () => {
    const runners = fc.constantFrom<RegressionRunner[]>('vitest', 'node:test')
    const data = fc.anything({ withNullPrototype: false, withBigInt: true, withSparseArray: false, maxDepth: 3 })
    fc.assert(
      fc.property(fc.string(), fc.array(data, { minLength: 1, maxLength: 3 }), fc.boolean(), runners, (...drawn) => {
        const [test, example, typed, runner] = drawn
        const file: Place = { testFile: typed ? PLACE.testFile : 'test/lock.test.mjs', runner }
        const text = withRegression(null, file, { test, example: fc.stringify(example) })!
        expect(keptIn(text, test)).toEqual([example])
        parse(text, { sourceType: 'module', plugins: typed ? ['typescript'] : [] })
        expect(withRegression(text, file, { test, example: fc.stringify(example) })).toBeNull()
        const more = withRegression(text, file, { test: 'another', example: '[1]' })!
        expect(keptIn(more, test)).toEqual(test === 'another' ? [example, [1]] : [example])
        expect(keptIn(more, 'another').at(-1)).toEqual([1])
      }),
    )
  })

  it('take no code: what a test process has printed may be anything', () => {
    const hostile = [
      '[process.exit()]',
      '[(() => 1)()]',
      '[`x`]',
      '[process.env.HOME]',
      '[Number.prototype]',
      '[new Map([])]',
      '[import("fs")]',
      '[{ get a() { return 1 } }]',
      '[{ [process.pid]: 1 }]',
      '[...[]]',
      '[{ ...{} }]',
      '[1], process.exit()',
      '[1] // ]',
      '[1\n]',
      '1',
      '',
      '[1',
      '[a]',
      '[{ a }]',
      '[1 + 1]',
      '[!0]',
      `[${'1,'.repeat(20_000)}]`,
    ]
    for (const example of hostile) {
      expect(() => withRegression(null, PLACE, { test: 'x', example }), example.slice(0, 40)).toThrow(NotKept)
    }
    // A name is a string, whatever is in it.
    const text = withRegression(null, PLACE, { test: '"], process.exit(), ["\n\u2028`', example: '[1]' })!
    expect(keptIn(text, '"], process.exit(), ["\n\u2028`')).toEqual([[1]])
  })

  it('are left alone where somebody has changed them', () => {
    const text = withRegression(null, PLACE, { test: 'x', example: '[1]' })!
    const changed = [
      text.replace('// One case a line', '// Cases'),
      text.replace('  ["x", [1]],', '  ["x", [1]], // known'),
    ]
    for (const one of changed) {
      expect(() => withRegression(one, PLACE, { test: 'y', example: '[2]' })).toThrow(/changed by hand/)
    }
  })
})
