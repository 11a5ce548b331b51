import { describe, expect, it } from 'vitest'
import { hostileTexts } from '../../../bench/hostile.ts'
import { LONGEST } from '../../../src/core/spec/grammar.ts'
import { type Doc, readMarkdown } from '../../../src/core/spec/markdown.ts'
import { parseSpec } from '../../../src/core/spec/parse.ts'
import { source } from './fixture.ts'

/** Time in which a reader whose time grows with the square of the text would not come to its end. */
const PATIENCE = 60_000

function read(text: string): string[] {
  const spec = parseSpec(source({ tasks: text, requirements: text, design: text }))
  return spec.diagnostics.flatMap(({ code }) => (code === 'unreadable' ? [code] : []))
}

describe('a spec that was written to be expensive', () => {
  it.each(Object.entries(hostileTexts(60_000)))('%s', { timeout: PATIENCE }, (_, text) => {
    expect(read(text)).toEqual([])
  })

  it('a line of ten megabytes', { timeout: PATIENCE }, () => {
    expect(read(`- [ ] 1. ${'*a* [b](c) <'.repeat(900_000)}`)).toEqual([])
  })

  it('keeps what stands around it', () => {
    const spec = parseSpec(source({ tasks: `- [ ] 1. a\n\n${'> '.repeat(5_000)}b\n\n- [x] 2. c\n` }))
    expect(spec.tasks.map(({ id, status }) => [id, status])).toEqual([
      ['1', 'open'],
      ['2', 'done'],
    ])
  })
})

describe('the limits of what is read', () => {
  const typesOf = ({ root }: Doc) => {
    const found: string[] = []
    const open = [...root.children] as { type: string; children?: never[] }[]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      found.push(node.type)
      open.push(...(node.children ?? []))
    }
    return found
  }

  it('two hundred blocks in each other', () => {
    const quotes = (depth: number) =>
      typesOf(readMarkdown('a.md', `${'> '.repeat(depth)}# b\n`)).filter((type) => type === 'blockquote').length
    expect([quotes(190), quotes(1_000)]).toEqual([190, 200])
  })

  it('marks in a paragraph, up to its length and their number', () => {
    const marked = (words: string) => typesOf(readMarkdown('a.md', `*a* ~b~ ${words}`)).includes('emphasis')
    expect(marked('c'.repeat(LONGEST - 10))).toBe(true)
    expect(marked('c'.repeat(LONGEST))).toBe(false)
    expect(marked(`${'c '.repeat(LONGEST / 4)}\n`.repeat(3))).toBe(false)
    expect([marked('d *e* '.repeat(400)), marked('d *e* '.repeat(600))]).toEqual([true, false])
  })
})
