import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bound, count, displayWidth, duration, money, plural, shortRef, table, tokens } from '../../src/ui/format.ts'

test('numbers have thousands separators and nouns their number', () => {
  expect(count(1234567)).toBe('1,234,567')
  const number = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -5_000, max: 5_000 }), fc.double({ noNaN: true }))
  fc.assert(fc.property(number, (n) => count(n) === n.toLocaleString('en-US', { maximumFractionDigits: 0 })))
  expect([plural(1, 'test'), plural(0, 'test'), plural(1200, 'try', 'tries')]).toEqual([
    '1 test',
    '0 tests',
    '1,200 tries',
  ])
  expect(tokens({ input: 8123, output: 2210, cached: 0 })).toBe('8,123 tokens in, 2,210 out')
  expect(tokens({ input: 8123, output: 2210, cached: 4096 })).toBe('8,123 tokens in (4,096 cached), 2,210 out')
})

test('an unknown price is never shown as nothing', () => {
  expect([money(null), money(0), money(0.0412), money(1234.5)]).toEqual([
    'price unknown',
    '$0.00',
    '$0.0412',
    '$1,234.50',
  ])
})

test('durations are written in the largest unit that keeps them exact enough', () => {
  expect([40, 12_340, 59_960, 185_000, 3_599_600, 7_320_000].map(duration)).toEqual([
    '0.0 s',
    '12.3 s',
    '1 min 00 s',
    '3 min 05 s',
    '1 h 00 min',
    '2 h 02 min',
  ])
})

test('branches are named without their namespace', () => {
  expect([shortRef('refs/heads/main'), shortRef('specproof/job-queue--2')]).toEqual(['main', 'specproof/job-queue--2'])
})

test('a bound says what runs without a failure exclude', () => {
  expect(bound(0)).toBeNull()
  expect(bound(1)).toBe('below 95 % at 95 %')
  expect(bound(2000)).toBe('below 0.15 % at 95 %')
})

test('a rounded bound is never below the exact one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (runs) => {
      const percent = Number(/^below ([\d.e-]+) %/.exec(bound(runs)!)![1])
      const exact = 100 * (1 - 0.05 ** (1 / runs))
      expect(percent).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
      expect(percent).toBeLessThanOrEqual(exact * 1.11)
    }),
  )
})

test('tables align text left and numbers right', () => {
  const rows = [
    ['slice', '405', 'mandatory'],
    ['symbol map', '61,200', ''],
  ]
  expect(table(rows, { header: ['part', 'tokens', ''], align: 'lr', indent: 2 })).toEqual([
    '  part        tokens',
    '  slice          405  mandatory',
    '  symbol map  61,200',
  ])
})

test('a table too wide for the screen has its widest text cut, never a number', () => {
  const rows = [['specs/job-queue/requirements.md', '1,234,567']]
  expect(table(rows, { align: 'lr', width: 30 })).toEqual(['specs/job-queue/...  1,234,567'])
  expect(displayWidth(table(rows, { align: 'lr', width: 30, unicode: true })[0]!)).toBe(30)
})
