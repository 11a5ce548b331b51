import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLedger } from '../src/ledger.ts'

const job = fc.constantFrom('j1', 'j1', 'j2')
const step = fc.oneof(
  fc.record({ act: fc.constant('open' as const), job }),
  fc.record({
    act: fc.constant('complete' as const),
    key: fc
      .tuple(fc.constantFrom('j1', 'j1', 'j2', 'j3'), fc.constantFrom('#1', '#2', '#1', '#2', '#3', '', '#1#1'))
      .map(([job, number]) => job + number),
    result: fc.constantFrom(undefined, null, 0, 'x', 'y'),
  }),
)

it('5.2 the first completion with a known key stands, and every later one is a duplicate', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const ledger = createLedger()
      const opened = new Map<string, number>()
      const results = new Map<string, { value: unknown }>()
      for (const one of steps) {
        if (one.act === 'open') {
          const before = opened.get(one.job) ?? 0
          if (before === 2 || results.has(one.job)) expect(() => ledger.open(one.job)).toThrow(Error)
          else {
            expect(ledger.open(one.job)).toBe(`${one.job}#${before + 1}`)
            opened.set(one.job, before + 1)
          }
        } else {
          const [name = '', number = ''] = one.key.split('#')
          const known =
            one.key === `${name}#${number}` && Number(number) >= 1 && Number(number) <= (opened.get(name) ?? 0)
          const verdict = !known ? 'unknown' : results.has(name) ? 'duplicate' : 'accepted'
          expect(ledger.complete(one.key, one.result)).toBe(verdict)
          if (verdict === 'accepted') results.set(name, { value: one.result })
        }
        for (const name of ['j1', 'j2']) {
          expect(ledger.assignments(name)).toBe(opened.get(name) ?? 0)
          expect(ledger.result(name)).toEqual(results.get(name))
        }
      }
    }),
  )
})
