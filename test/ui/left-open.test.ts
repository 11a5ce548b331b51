import { describe, expect, it } from 'vitest'
import { leftOpen } from '../../src/ui/left-open.ts'
import { plainText } from '../../src/ui/line.ts'
import { linesOf } from '../../src/ui/lines.ts'
import { initialState } from '../../src/ui/state.ts'
import { displayWidth } from '../../src/ui/text.ts'

const DECIDE = 'To decide any of it: a sentence in requirements.md or design.md.'

describe('what an author says that the specification leaves open', () => {
  it.each([
    ['LEFT OPEN: what `take(0)` does.', null],
    ['The stub and the tests.\n\n**LEFT OPEN:** empty keys,\nand ties.', '**LEFT OPEN:** empty keys, and ties.'],
    ['> LEFT OPEN: ties.\nThe file follows.\n\nIt is whole.', '> LEFT OPEN: ties. The file follows.'],
    ['Two files.\nLEFT OPEN: ties.\n\nTimes are whole.', 'LEFT OPEN: ties.'],
    ['- A stub.\n- Left open: ties.\n- Tests.', '- Left open: ties.'],
    ['The stub and the tests. Left open: empty keys, e.g. "".', 'Left open: empty keys, e.g. "".'],
    ['Left out, because the specification leaves them open: capacities below 1.', null],
    [
      'LEFT OPEN:\n\n- empty keys\n- the order. Ties, too\n\nTimes are whole.',
      'LEFT OPEN: - empty keys - the order. Ties, too',
    ],
    ['LEFT OPEN: ties.\n\nA file.\n\nLEFT OPEN: keys.', 'LEFT OPEN: ties. LEFT OPEN: keys.'],
  ])('is there in: %j', (remarks, open) => {
    expect(leftOpen(remarks)).toBe(open ?? remarks)
  })

  it.each([
    undefined,
    '',
    'The interface stub and the tests.',
    'Nothing is left open.',
    'LEFT OPEN: none',
    '**Left open:** nothing at all.',
    'The queue leaves out jobs; a circuit that is left open rejects calls.',
    'Leftovers:\n\n- one',
  ])('is not there in: %j', (remarks) => {
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
    expect(shown(short).slice(1).join(' ').replace(/\s+/g, ' ')).toBe(` author says ${short} ${DECIDE}`)
    const more = shown(`${short}\n\nOut of range wins over first.`).slice(1).join(' ').replace(/\s+/g, ' ')
    expect(more).toBe(` author says ${short} (all of it: \`agent report\`) ${DECIDE}`)
    const long = `Left open: ${'capacities below one, '.repeat(60)}`
    const cut = shown(long).slice(1)
    expect(cut.length).toBeLessThanOrEqual(9)
    expect(cut.join(' ').replace(/\s+/g, ' ')).toMatch(
      /(capacities|below|one)… \(all of it: `agent report`\) To decide any of it: /,
    )
    for (const line of cut) expect(displayWidth(line)).toBeLessThanOrEqual(100)
    expect(shown('Left open: \u001b[2Jthe\u202e order')[1]).toMatch(/Left open: the order To decide/)
  })
})
