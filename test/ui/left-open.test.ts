import { describe, expect, it } from 'vitest'
import { leftOpen } from '../../src/ui/left-open.ts'
import { plainText } from '../../src/ui/line.ts'
import { linesOf } from '../../src/ui/lines.ts'
import { initialState } from '../../src/ui/state.ts'
import { displayWidth } from '../../src/ui/text.ts'

describe('what an author says that the specification leaves open', () => {
  it('is told from the first sentence about it to the last, in the words that models found for it', () => {
    for (const [remarks, open] of [
      ['Left out, because the specification leaves them open: capacities below 1.', null],
      [
        'Left out, as the specification leaves it open: what Open does.\n\nTimes are whole.',
        'Left out, as the specification leaves it open: what Open does.',
      ],
      ['Left open, e.g. of `accept`: empty\nkeys. Times are whole.', 'Left open, e.g. of `accept`: empty keys.'],
      ['The stub and the tests. Left open: empty keys.', 'Left open: empty keys.'],
      ['Here they are. Not tested: empty keys. All else is.', 'Not tested: empty keys.'],
      [
        'The stub. Ties are left open. Times are whole. The order is unspecified, too. That is all.',
        'Ties are left open. Times are whole. The order is unspecified, too.',
      ],
      [
        'Left open:\n\n- empty keys\n- the order. Ties, too\n\nTimes are whole.',
        'Left open: - empty keys - the order. Ties, too',
      ],
      ['Criteria 1.1 and 1.2 contradict each other.', null],
      ['The interface stub and the tests.', ''],
      ['The tests judge every call by one record. Exactly at 30 s either answer is accepted.', ''],
      ['', ''],
    ] as const)
      expect(leftOpen(remarks)).toBe(open === null ? remarks.replace(/\s+/g, ' ') : open || null)
    expect(leftOpen(undefined)).toBeNull()
  })

  it.each([
    'The spec does not say what happens with empty keys.',
    'The specification does not specify the order.',
    'The spec doesn’t say what happens with empty keys.',
    'The specification says nothing about empty keys.',
    'The specification leaves the order of ties open.',
    'What happens when a job fails twice is not specified.',
    'What happens with no worker is left open.',
    'Keys with no value are left out.',
    'As there is no disk, crashes are not tested.',
    'If keys repeat, the order is unspecified.',
    'Where the specification is ambiguous, either answer is accepted.',
    'Nothing is left open but empty keys.',
    'Nothing else is in doubt; empty keys are deliberately left out.',
    'Ties go to either worker (unspecified).',
    '**Left open:** empty keys.',
    'I left empty keys out.',
    'The tests omit empty keys.',
    'No criterion says what happens with ties, so it is left open.',
    'This leaves the meaning of zero unspecified.',
    'Times are left to the implementation.',
    'Omitted: empty keys.',
    'Untested are empty keys.',
    'Criterion 1.2 contradicts the design.',
    'The ambiguous criterion 1.2 is read as a bound.',
    'Left open by these tests, since "any rule" leaves it open: rules beyond the safe integers.',
  ])('is there in: %s', (remarks) => {
    expect(leftOpen(remarks)).toBe(remarks)
  })

  it.each([
    'Nothing is left open.',
    'All criteria are covered; none is left out.',
    'All criteria are covered, with nothing left out.',
    'Nothing was omitted.',
    'The design does not leave anything open.',
    'Tests for ambiguous names, omitted fields and contradicting votes.',
    'The queue leaves out jobs that are done.',
    'A circuit that is left open rejects calls.',
    'No criterion is ambiguous.',
    'No criterion is left out, untested or ambiguous.',
    'There are no untested criteria.',
    'There is no contradiction.',
    'The criteria do not contradict each other.',
    'The criteria don’t contradict each other.',
    'The criteria are not ambiguous, and none is omitted.',
    'The specification leaves nothing open.',
    'The tests demand nothing that the specification does not say.',
    'I left nothing out.',
    'Left open: nothing.',
    'A test for omitted priorities is there.',
    'The job leaves the queue, which stays open.',
    'When the priority is omitted, it is 0.',
    'A job whose priority is 0 and one that is omitted are told apart.',
  ])('is not there in: %s', (remarks) => {
    expect(leftOpen(remarks)).toBeNull()
  })

  it('stands below the frozen tests on the screen: whole, or cut between words with a sign', () => {
    const shown = (remarks?: string) => {
      const event = { type: 'tests.frozen' as const, files: ['test/a.test.ts'], tests: 3, red: '3/3', reused: false }
      const told = { ...event, v: 1, t: 1, ...(remarks === undefined ? {} : { remarks }) }
      return linesOf(told, initialState(), { width: 100, unicode: true }).map(plainText)
    }
    expect(shown()).toHaveLength(1)
    expect(shown('The stub and the tests.')).toEqual(shown())
    const short = 'Left out, because the specification leaves them open: capacities below 1 or not whole.'
    expect(shown(short).slice(1).join(' ').replace(/\s+/g, ' ')).toBe(` author says ${short}`)
    const long = `Left open: ${'capacities below one, '.repeat(30)}`
    const cut = shown(long).slice(1)
    expect(cut.length).toBeLessThanOrEqual(3)
    expect(cut.join(' ')).toMatch(/(capacities|below|one)… +\(all of it: `agent report`\)$/)
    for (const line of cut) expect(displayWidth(line)).toBeLessThanOrEqual(100)
    expect(shown('Left open: \u001b[2Jthe\u202e order')[1]).toMatch(/Left open: the order$/)
  })
})
