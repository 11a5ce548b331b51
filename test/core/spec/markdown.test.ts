import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { RootContent } from 'mdast'
import { describe, expect, it } from 'vitest'
import { chunksOf } from '../../../src/core/spec/chunks.ts'
import { parseMarkdown } from '../../../src/core/spec/library.ts'
import { linesOf, readMarkdown } from '../../../src/core/spec/markdown.ts'
import { plainBlocks } from '../../../src/core/spec/plain-blocks.ts'
import { outline } from './outline.ts'
import { referenceTree } from './reference.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/specs')
const texts = readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))

/** What Markdown's own rules turn on, so that chance builds blocks that nearly are something else. */
const PIECES = [
  ...[
    '- [ ] ',
    '- [x] 1.1 ',
    '- ',
    '* ',
    '+ ',
    '1. ',
    '2. ',
    '2) ',
    '10. ',
    '-\n',
    '1.',
    '- - -\n',
    '* * *\n',
    '***\n',
  ],
  ...['## ', '# ', '#', '---\n', '===\n', '=', '> ', '| a | b |\n| --- | --- |\n', '[x]: y\n', '[^1]: z\n'],
  ...[
    '```\n',
    '```js\n',
    '~~~\n',
    '``',
    '`',
    '`code`',
    '<!--',
    '-->',
    '<div>',
    '<Foo>',
    '</x>',
    '<script>',
    '</script>',
  ],
  ...['**', '*', '_', '~~', '[', ']', '](x)', '![', '\\', '&amp;', '&', '<', 'a < b', '!'],
  ...[
    '_Requirements: 1.1_',
    '**Goal**: x',
    '(**b**)',
    '_a_',
    '*b*',
    '**c**d',
    'e_',
    '_f',
    'snake_case',
    'http://x.y/a_b',
  ],
  ...['\n', '\n\n', '\n\n\n', ' ', '  ', '   ', '    ', '      ', '\t', '  \n', '\\\n', '\r\n', '\u00a0', '\u3000'],
  ...['word', 'WHEN a THE b SHALL c', '：', '。', '要件'],
]
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((parts) => parts.join(''))
const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(3000), fc.nat(8), fc.constantFrom('', ...PIECES)), { maxLength: 6 }),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [at, cut, put]) => {
      const place = at % (now.length + 1)
      return now.slice(0, place) + put + now.slice(place + cut)
    }, text),
  )

function expectSame(text: string): void {
  const doc = readMarkdown('a.md', text)
  expect(outline(doc)).toEqual(
    outline({ ...doc, root: { type: 'root', children: parseMarkdown(doc) as RootContent[] } }),
  )
}

describe('reading in pieces', () => {
  it('finds what the library finds in the whole file: in every fixture', () => {
    for (const text of texts) expectSame(text)
  })

  it('... and in whatever chance makes of them', () => {
    fc.assert(fc.property(fc.oneof(soup, mutated), expectSame), { numRuns: 1_000 })
  })

  it('agrees with another library in every fixture, and on what other dialects of Markdown read otherwise', () => {
    const cases = [
      '| a | b |\n| - | - | \n| c |  | d |\n---\ntext',
      '| a |\n|---|\n| b \\| c |\n\n> | d |\n> |---|\n> | `e` |',
      '- a\n2. b\n-\n',
      '1. a\n   b\n2. c\n3) d',
      '- a\n\n      code\n\n      more\n- b\n',
      '-\n  a\n\n-\n- b',
      '> a\nb\n> - c\n>   d\n\n> e',
      '* * *\n* **\n- -\n***a*** **b_c_** _d_e_',
      '[a](b) [US1] [c][d] ![e](f "g") [h]( <i> ) *[j*](k) [l [m](n)](o) [p](',
      '~~a~~ ~b~ ~~~c~~~ ~d~~ 1~2 ~3',
      '`` a ` b `` ` c ` `d\n  e` \\`f` &amp; &#38; &#x26; &nix; &copy;',
      '<http://a.b> <b>c</b> a < b <!-- d --> <a\nb="c">',
      'a  \nb\\\nc\n   d',
      'Title\n=====\n\nb\nc\n---\n\n# d #\n\n#e\n####### f',
      '```js\na\n```\n~~~\n```\n~~~\n    code\n\ttabbed',
      '<div>\n*a*\n</div>\n\n<!-- b\n\nc -->\n<Foo>\nd',
      '\u3000a\u00a0\n*b*\u3000',
      '- [ ] 1. a\n\t- [x] 1.1 b\n\t\t- _Requirements: 1_\n',
    ]
    const others = [...texts, ...cases, ...cases.map((one) => one.replaceAll('\n', '\r\n'))].filter((text) => {
      const doc = readMarkdown('a.md', text)
      return !isDeepStrictEqual(outline(doc), outline({ ...doc, root: referenceTree(doc) }))
    })
    expect(others).toEqual([])
  })

  it('differs from it in the few places that docs/spec-format.md warns of, and not beside them', () => {
    const alike = (text: string) => {
      const doc = readMarkdown('a.md', text)
      return isDeepStrictEqual(outline(doc), outline({ ...doc, root: referenceTree(doc) }))
    }
    const table = '| b |\n| - |'
    const apart = ['1. a\n   14. b', `- a\n${table}`, '> a\n> | b |\n| - |', 'a | b\n| c | d |\n| - | - |']
    expect(apart.filter(alike)).toEqual([])
    const beside = [
      '1. a\n\n   14. b',
      `- a\n  ${table.replace('\n', '\n  ')}`,
      `a\n${table}`,
      'a | b\n\n| c | d |\n| - | - |',
    ]
    expect(beside.filter((text) => !alike(text))).toEqual([])
  })

  it('does not need the library for what nearly every task looks like', () => {
    const lines = [
      '- [ ] 1. Build `src/a.ts` and **more** of it',
      '  - [ ]* 1.1 Write property test for snake_case',
      '    - _Requirements: 1.1, 1.2_',
      '    - **Validates: Requirements 1.1-1.3**',
      '    goes on (with *words*)',
      '',
      '### Requirement 1: 要件',
      '',
      '1. WHEN a, THE b SHALL c',
      '2. WHEN a, THE b SHALL c',
    ]
    const starts = lines.map((_, index) => lines.slice(0, index).join('\n').length + (index > 0 ? 1 : 0))
    expect(
      plainBlocks({ body: lines.join('\n'), lines, starts, odd: false }, 0, lines.length)?.map(({ type }) => type),
    ).toEqual(['list', 'heading', 'list'])
    expect(plainBlocks({ body: '| a |', lines: ['| a |'], starts: [0], odd: false }, 0, 1)).toBeNull()
  })

  it('cuts before headings and bullets, never in a fence, a comment or where one may be open', () => {
    const cuts = (text: string) => chunksOf({ body: text, lines: text.split('\n') }).map(({ from }) => from)
    expect(cuts('# a\n\n- b\n  - c\n- d\ntext\n## e')).toEqual([0, 2, 4, 6])
    expect(cuts('```\n- a\n```\n- b')).toEqual([0, 3])
    expect(cuts('- a\n  ```\n  # b\n  ```\n- c')).toEqual([0, 4])
    expect(cuts('- a\n  ```\n- b\n```\n- c')).toEqual([0])
    expect(cuts('<!--\n- a\n-->\n- b')).toEqual([0, 3])
    expect(cuts('<Tag>\n\n- b')).toEqual([0, 2])
    expect(cuts('<script>\n- a\n</script>\n\n- b')).toEqual([0])
  })

  it('takes brackets with a colon for text, not for a definition', () => {
    const doc = readMarkdown('a.md', '[US1]: a story\n\n- [^1]: a note\n')
    const texts = doc.root.children.map((node) => (node.type === 'paragraph' ? linesOf(doc, node)[0]?.text : node.type))
    expect(texts).toEqual(['[US1]: a story', 'list'])
  })
})
