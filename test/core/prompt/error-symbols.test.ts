import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorSymbols } from '../../../src/core/prompt/error-symbols.ts'

describe('the symbols that an error names', () => {
  it.each([
    ["src/a.ts: 2:3: TS2339: Property 'lowest' does not exist on type 'Range'.", ['lowest', 'Range']],
    ["TS2345: Argument of type 'Map<string, Job>' is not assignable to parameter of type 'Queue'.", ['Job', 'Queue']],
    ["TS2305: Module '\"./queue.ts\"' has no exported member 'take'.", ['take']],
    [
      'error[E0433]: use of undeclared type `HashRing`\nerror[E0599]: no method named `spin` found for struct `Ring`',
      ['HashRing', 'spin', 'Ring'],
    ],
    [
      './queue.go:7:2: undefined: Ledger\n./q.go:9:4: q.Take undefined (type *Queue has no field or method Take)',
      ['Take', 'Ledger', 'Queue'],
    ],
    [
      'error: cannot find symbol\n  symbol:   class Shop\n  location: class com.acme.Till',
      ['Shop', 'com', 'acme', 'Till'],
    ],
    ["NameError: name 'ledger' is not defined", ['ledger']],
    ['3 of 4 tests failed: it does not hold', []],
  ])('%s', (text, names) => expect(new Set(errorSymbols(text))).toEqual(new Set(names)))

  it('are at most twelve names that stand in it, in any text, soon', () => {
    const bits = fc.constantFrom(
      "'",
      '`',
      '"',
      'type',
      'Job',
      'undefined: ',
      'symbol: class ',
      '(',
      '\n',
      '.',
      '/',
      'has no field or method ',
      ' ',
    )
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(bits, { maxLength: 60 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, (message) => {
        const names = errorSymbols(message)
        expect(names.length).toBeLessThanOrEqual(12)
        expect(new Set(names).size).toBe(names.length)
        for (const name of names) {
          expect(name).toMatch(/^[A-Za-z_$][\w$]*$/)
          expect(message).toContain(name)
        }
      }),
    )
    expect(errorSymbols("'".repeat(200_000))).toEqual([])
    expect(errorSymbols('a.'.repeat(200_000))).toEqual([])
  })
})
