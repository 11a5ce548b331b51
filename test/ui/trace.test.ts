import { expect, test } from 'vitest'
import { plainText } from '../../src/ui/line.ts'
import { type TraceLook, traceLines } from '../../src/ui/trace/terminal.ts'
import type { TraceView } from '../../src/ui/trace/view.ts'

const VIEW: TraceView = {
  ...{ id: 'slugs', dir: 'specs/slugs', problems: [], changes: [], remarks: [], summary: '1 of 1' },
  rows: [
    {
      ...{ criterion: '1.1', text: 'THE Slugifier SHALL answer', task: '1', title: 'Implement slugs' },
      ...{ properties: ['2 Twice the same'], own: ['Every answer is lower case'] },
      tests:
        'test/slug.test.ts::keeps a; b apart (1.1); test/slug.test.ts::is stable (1.1); test/other.test.ts (missing)',
      ...{ commit: '4f2a1bc', state: 'verified', evidence: 'red 2/2; green 2/2', bad: false },
    },
  ],
}
const shown = (look: TraceLook) => traceLines([VIEW], look).map(plainText)

test('in a pipe each test and the evidence have a line of their own', () => {
  expect(shown({ width: null, unicode: true }).slice(2, 9)).toEqual([
    '       criterion                   prop.  task  state     commit',
    '  1.1  THE Slugifier SHALL answer  2,own  1     verified  4f2a1bc',
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

test('evidence of one commit is told once, and names of tests are cut before what they are for', () => {
  const [first] = VIEW.rows
  const long = `test/slug.test.ts::${'each of several sends '.repeat(12)}(1.1, 1.2)`
  const rows = [
    { ...first!, tests: `${long}; test/slug.test.ts::b (1.1); test/slug.more.test.ts::c (1.1) and 4 more` },
    { ...first!, criterion: '1.2' },
    { ...first!, criterion: '', text: '', task: '2', commit: '5a5a5a5' },
    { ...first!, criterion: '1.3' },
  ]
  const lines = traceLines([{ ...VIEW, rows }], { width: null, unicode: true }).map(plainText)
  const evidence = lines.filter((line) => line.includes('evidence')).map((line) => line.trim())
  expect(evidence).toEqual([
    'evidence  red 2/2; green 2/2',
    'evidence  as above, at 1.1',
    'evidence  red 2/2; green 2/2',
    'evidence  as above, at 1.1',
  ])
  const tests = lines.filter((line) => line.startsWith('      test')).slice(0, 4)
  expect(tests[0]).toMatch(/^ {6}test {6}test\/slug\.test\.ts::(each of several sends )+.*\.\.\. \(1\.1, 1\.2\)$/)
  expect(tests[0]!.length).toBeLessThanOrEqual(120)
  expect(tests.slice(2)).toEqual(['      test      test/slug.more.test.ts::c (1.1)', '      test      and 4 more'])
  const wide = traceLines([{ ...VIEW, rows }], { width: 180, unicode: true }).map(plainText)
  expect(wide.filter((line) => line.includes('as above, at 1.1'))).toHaveLength(2)
})
