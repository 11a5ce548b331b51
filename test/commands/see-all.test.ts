import { expect, it } from 'vitest'
import { designLines } from '../../src/commands/design.ts'
import { specText } from '../../src/commands/show.ts'
import { sliceOf } from '../../src/core/spec/slice.ts'
import { readFromWords } from '../../src/ui/read-from.ts'
import { spec } from '../core/spec/fixture.ts'

const SEE_ALL = 'agent show q | less'
const NAMES = Array.from({ length: 12 }, (_, at) => `Part ${at}`)
const many = () => spec({ design: NAMES.map((name) => `## ${name}\n\nWords.\n`).join('\n') })

it('sections of the design: a screen has the first and how to see all, a pipe has them all', () => {
  const lines = (seeAll: string | null) => designLines(many(), sliceOf(many(), '2'), seeAll).join('\n')
  expect(lines(null)).toContain(NAMES.join('; '))
  expect(lines(SEE_ALL)).toMatch(/; Part 7 and 4 more \(`agent show q \| less` names all\)$/)
})

it('files that are not committed: the same', () => {
  expect(readFromWords('HEAD', NAMES, null)[0]).toContain(NAMES.join(', '))
  expect(readFromWords('HEAD', NAMES, SEE_ALL)[0]).toContain('Part 5 and 6 more (`agent show q | less` names all)')
})

it('a spec: a pipe has whole lines, a screen says where they are cut', () => {
  const long = `answer ${'with each letter '.repeat(20)}and its length`
  const wide = spec({ tasks: `- [ ] 1. ${long}\n` })
  expect(specText(wide, null)).toContain(long)
  expect(specText(wide, SEE_ALL)).not.toContain(long)
  expect(specText(wide, SEE_ALL)).toContain('Lines are cut at 140 columns: `agent show q | less` shows them whole.')
  const short = spec({ requirements: '', design: '', tasks: '- [ ] 1. a\n' })
  expect(specText(short, SEE_ALL)).not.toContain('cut')
})
