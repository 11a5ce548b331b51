import { expect, test } from 'vitest'
import { plainText } from '../../src/ui/line.ts'
import { type TraceLook, traceLines } from '../../src/ui/trace/terminal.ts'
import type { TraceView } from '../../src/ui/trace/view.ts'

const TESTS = [
  'test/slug.test.ts::keeps a; b apart (1.1)',
  'test/slug.test.ts::is stable (1.1)',
  'test/other.test.ts (missing)',
]
const VIEW: TraceView = {
  ...{ id: 'slugs', dir: 'specs/slugs', problems: [], changes: [], remarks: [], summary: '1 of 1' },
  rows: [
    {
      ...{ criterion: '1.1', text: 'THE Slugifier SHALL answer', task: '1', title: 'Implement slugs' },
      ...{ properties: ['2 Twice the same'], own: ['Every answer is lower case'] },
      tests: TESTS.join('; '),
      allTests: TESTS,
      ...{ commit: '4f2a1bc', state: 'verified', evidence: 'red 2/2; green 2/2', bad: false },
    },
  ],
}
const seeAll = 'agent trace | less'
const shown = (look: Omit<TraceLook, 'seeAll'>) => traceLines([VIEW], { ...look, seeAll }).map(plainText)

test('in a pipe each test and the evidence have a line of their own', () => {
  expect(shown({ width: null, unicode: true }).slice(2, 10)).toEqual([
    '       criterion                   property       task  state     commit',
    "  1.1  THE Slugifier SHALL answer  2, task's own  1     verified  4f2a1bc",
    '      property  2 Twice the same',
    '      property  Every answer is lower case',
    '      test      test/slug.test.ts::keeps a; b apart (1.1)',
    '      test      test/slug.test.ts::is stable (1.1)',
    '      test      test/other.test.ts (missing)',
    '      evidence  red 2/2; green 2/2',
  ])
})

test('a terminal without room for the evidence says so, and a wide one shows it', () => {
  expect(shown({ width: 80, unicode: true }).join(' ')).toContain(
    'The column of evidence is left out: it needs 140 columns.',
  )
  const wide = shown({ width: 160, unicode: true }).join(' ')
  expect(wide).toContain('evidence')
  expect(wide).not.toContain('left out')
})

test('evidence of one commit is told once, and a pipe has every test by its whole name', () => {
  const [first] = VIEW.rows
  const long = `test/slug.test.ts::${'each of several sends '.repeat(12)}(1.1, 1.2)`
  const all = [long, ...['b', 'c', 'd', 'e'].map((name) => `test/slug.more.test.ts::${name} (1.1)`)]
  const rows = [
    { ...first!, tests: `${all.slice(0, 3).join('; ')} and 2 more`, allTests: all },
    { ...first!, criterion: '1.2' },
    { ...first!, criterion: '', text: '', task: '2', commit: '5a5a5a5' },
    { ...first!, criterion: '1.3' },
  ]
  const lines = traceLines([{ ...VIEW, rows }], { width: null, unicode: true, seeAll }).map(plainText)
  const evidence = lines.filter((line) => line.includes('evidence')).map((line) => line.trim())
  expect(evidence).toEqual([
    'evidence  red 2/2; green 2/2',
    'evidence  as above, at 1.1',
    'evidence  red 2/2; green 2/2',
    'evidence  as above, at 1.1',
  ])
  const tests = lines.filter((line) => line.startsWith('      test')).slice(0, 5)
  expect(tests).toEqual(all.map((one) => `      test      ${one}`))
  const wide = traceLines([{ ...VIEW, rows }], { width: 180, unicode: true, seeAll }).map(plainText)
  expect(wide.filter((line) => line.includes('as above, at 1.1'))).toHaveLength(2)
})

test('a property of a task that several criteria have is told once', () => {
  const [first] = VIEW.rows
  const other = { ...first!, criterion: '1.3', own: ['Every answer is short'], task: '2' }
  const rows = [first!, { ...first!, criterion: '1.2' }, other, { ...other, criterion: '1.4' }]
  const lines = traceLines([{ ...VIEW, rows }], { width: null, unicode: true, seeAll }).map(plainText)
  expect(lines.filter((line) => line.startsWith('      property')).map((line) => line.trim())).toEqual([
    'property  2 Twice the same',
    'property  Every answer is lower case',
    'property  as above, at 1.1',
    'property  Every answer is short',
    'property  as above, at 1.3',
  ])
})

test('a terminal that cuts says where all of it stands, and one that does not says nothing of it', () => {
  expect(shown({ width: 80, unicode: true }).join(' ')).toContain(
    'What is cut here stands whole in `agent trace | less`.',
  )
  const [first] = VIEW.rows
  const few = [{ ...first!, text: 'a', tests: 'b.test.ts', allTests: ['b.test.ts'] }]
  const told = (rows: TraceView['rows']) =>
    traceLines([{ ...VIEW, rows }], { width: 400, unicode: true, seeAll })
      .map(plainText)
      .join(' ')
  expect(told(few)).not.toContain('is cut')
  expect(told(few)).toContain('What the properties say stands in `agent trace | less`.')
  expect(told([{ ...few[0]!, properties: [], own: [] }])).not.toContain('agent trace | less')
  expect(told([{ ...first!, tests: `${TESTS[0]} and 2 more` }])).toContain('is cut')
})

test('a terminal too narrow for names of tests counts them, and one with some room has the first name without its path', () => {
  const [first] = VIEW.rows
  const named = (names: string[], path = 'test/odometer.test.ts') => names.map((name) => `${path}::${name}`)
  const row = (criterion: string, allTests: string[]) => ({
    ...first!,
    ...{
      own: [],
      criterion,
      text: 'WHEN a reading is saved, THE Odometer SHALL keep all readings that were saved before it',
    },
    ...{ allTests, tests: `${allTests.slice(0, 3).join('; ')} and ${allTests.length - 3} more` },
  })
  const long = named(['keeps what was saved before a power cut', 'b', 'c', 'd', 'e', 'f', 'g'])
  const rows = [
    row('1.1', long),
    row('1.2', named(['a short one'])),
    row('1.3', [...long, 'test/odometer.more.test.ts::h']),
  ]
  const at = (width: number) =>
    traceLines([{ ...VIEW, rows }], { width, unicode: true, seeAll })
      .map(plainText)
      .slice(3, 6)
      .map((line) => line.slice(line.indexOf('4f2a1bc') + 9))
  expect(at(80)).toEqual(['7 tests', '1 test', '8 tests in 2 files'])
  expect(at(100)).toEqual(['keeps what was saved bef… +6', 'a short one', '8 tests in 2 files'])
  expect(at(130)[2]).toBe('8 tests in 2 files')
  // The path, and 25 columns of the name.
  expect(at(240)[2]).toMatch(/^test\/odometer\.test\.ts::keeps what was saved before/)
})
