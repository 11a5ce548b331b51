import { describe, expect, it } from 'vitest'
import { leftOpen } from '../../src/ui/left-open.ts'
import { plainText } from '../../src/ui/line.ts'
import { linesOf } from '../../src/ui/lines.ts'
import { initialState } from '../../src/ui/state.ts'
import { displayWidth } from '../../src/ui/text.ts'

describe('what an author says that the specification leaves open', () => {
  it('is told from the first sentence about it on, in the words that models found for it', () => {
    for (const [remarks, open] of [
      ['Left out, because the specification leaves them open: capacities below 1.', null],
      ['Left out, as the specification leaves it open: what Open does.\n\nTimes are whole.', null],
      ['The stub and the tests. Left open: empty keys.', 'Left open: empty keys.'],
      ['Here they are. Not tested: empty keys. All else is.', 'Not tested: empty keys. All else is.'],
      ['Criteria 1.1 and 1.2 contradict each other.', null],
      ['The interface stub and the tests.', ''],
      ['The tests judge every call by one record. Exactly at 30 s either answer is accepted.', ''],
      ['', ''],
    ] as const)
      expect(leftOpen(remarks)).toBe(open === null ? remarks.replace(/\s+/g, ' ') : open || null)
    expect(leftOpen(undefined)).toBeNull()
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
    expect(cut.at(-1)).toMatch(/(capacities|below|one)…$/)
    for (const line of cut) expect(displayWidth(line)).toBeLessThanOrEqual(100)
    expect(shown('Left open: \u001b[2Jthe\u202e order')[1]).toMatch(/Left open: the order$/)
  })
})
