import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJunit } from '../../../src/io/checks/junit.ts'
import { MAX_REPORT_BYTES } from '../../../src/io/checks/reports.ts'

const suite = (inside: string, attributes = '') =>
  `<?xml version="1.0"?>\n<testsuites><testsuite name="all" ${attributes}>${inside}</testsuite></testsuites>`

function read(source: string) {
  const report = readJunit(source)
  if ('unreadable' in report) throw new Error(report.unreadable)
  return report
}
const why = (source: string) => {
  const report = readJunit(source)
  return 'unreadable' in report ? report.unreadable : null
}

describe('a JUnit report', () => {
  it.each([
    [
      'pytest',
      suite(
        '<testcase classname="tests.test_a" name="test_ok" time="0.012"/><testcase classname="tests.test_a" name="test_bad" time="0.1"><failure message="assert 1 == 2">def test_bad():\n&gt;   assert 1 == 2</failure></testcase><testcase classname="tests.test_a" name="test_left"><skipped type="pytest.skip" message="later"/></testcase>',
      ),
      ['tests.test_a > test_ok passed', 'tests.test_a > test_bad failed', 'tests.test_a > test_left skipped'],
    ],
    [
      'gotestsum',
      '<testsuites><testsuite name="example.com/a"><testcase classname="example.com/a" name="TestX/sub" time="0.000"><failure message="Failed" type="">=== RUN TestX</failure></testcase></testsuite></testsuites>',
      ['example.com/a > TestX/sub failed'],
    ],
    [
      'surefire, passed at the second try',
      '<testsuite name="T"><testcase name="retried" classname="T"><flakyFailure message="once" type="java.lang.AssertionError"/></testcase></testsuite>',
      ['T > retried failed'],
    ],
    [
      'nextest',
      '<testsuites name="nextest-run"><testsuite name="crate"><testcase name="a::b" classname="crate"><error type="test timeout"/></testcase></testsuite></testsuites>',
      ['crate > a::b failed'],
    ],
    [
      'gtest',
      '<testsuites><testsuite name="S"><testcase name="DISABLED_x" status="notrun" result="suppressed" classname="S"/></testsuite></testsuites>',
      ['S > DISABLED_x skipped'],
    ],
    [
      'nested suites without classes, and two of a name',
      '<testsuites><testsuite name="a"><testsuite name="b"><testcase name="x"/><testcase name="x"/></testsuite></testsuite></testsuites>',
      ['a > b > x passed', 'a > b > x (2) passed'],
    ],
  ])('of %s', (_, source, expected) => {
    expect(read(source).tests.map(({ id, status }) => `${id} ${status}`)).toEqual(expected)
  })

  it('keeps message, kind of error, file and time', () => {
    const inside =
      '<testcase classname="A" name="x" file="src/a.py" time="1.5"><failure type="AssertionError" message="1 &lt; 2 &#x26; &amp;lt;"><![CDATA[1 < 2\n<b>more</b>]]></failure></testcase><testcase classname="A" name="y"><error type="java.io.IOException" message="gone"/></testcase>'
    expect(read(suite(inside)).tests).toMatchObject([
      {
        file: 'src/a.py',
        durationMs: 1_500,
        error: { name: 'AssertionError', message: '1 < 2 & &lt;\n1 < 2\n<b>more</b>', assertion: true },
      },
      { error: { name: 'java.io.IOException', message: 'gone', assertion: false } },
    ])
  })

  it('is doubted where it counts failures that it does not name, or an error stands outside of all tests', () => {
    expect(read(suite('<testcase name="x"/>', 'failures="2"')).problems).toEqual([
      'all counts 2 failures and names none',
    ])
    expect(read(suite('<error message="cannot be loaded"/>')).problems).toEqual(['cannot be loaded'])
  })
})

describe('a report that is not what it should be', () => {
  it.each([
    ['nothing', '', 'it is empty'],
    ['no XML', 'ok 1 - all fine', /^line 1: /],
    [
      'half of one',
      suite('<testcase name="a"/><testcase name="b"><failure mess').slice(0, -60),
      /^line \d+: .*ends too early/,
    ],
    ['another document', '<html><body/></html>', 'its first element is <html>, not <testsuites> or <testsuite>'],
    [
      'entities that grow',
      '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>',
      'it has a document type, whose entities are not read',
    ],
    [
      'a file of the machine',
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&e;"/></testsuite>',
      'it has a document type, whose entities are not read',
    ],
    ['a tower', '<testsuite>'.repeat(100_000), 'its elements are nested more than 50 deep'],
    ['something far too large', ' '.repeat(MAX_REPORT_BYTES + 1), 'it is larger than 32 MB'],
  ])('%s: says so', (_, source, expected) => {
    if (typeof expected === 'string') expect(why(source)).toBe(expected)
    else expect(why(source)).toMatch(expected)
  })

  it('leaves unknown entities as they stand, and takes colours and control characters out', () => {
    const [test] = read(suite('<testcase name="&nbsp;&#99999999;\u001b[31mred\u001b[0m\u0007"/>')).tests
    expect(test!.name).toBe('&nbsp;&#99999999;red')
    const flood = `<testcase name="x"><failure message="${'\u001b[31m'.repeat(100_000)}the end"/></testcase>`
    expect(read(suite(flood)).tests[0]!.error!.message.length).toBeLessThanOrEqual(3_000)
  })

  it('never throws, and never calls a cut report green: its tests are all there, or it is unreadable', () => {
    const whole = suite('<testcase name="a"/><testcase name="b"><failure message="no"/></testcase><testcase name="c"/>')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (end) => {
        const report = readJunit(whole.slice(0, end))
        expect('unreadable' in report).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readJunit(text)).toHaveProperty('unreadable')
        expect(() => readJunit(suite(text))).not.toThrow()
      }),
    )
  })
})
