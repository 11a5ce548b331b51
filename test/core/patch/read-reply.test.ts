import { describe, expect, it } from 'vitest'
import { readReply } from '../../../src/core/patch/read-reply.ts'
import { operationsOf, read } from './support.ts'

const BLOCK = ['<<<<<<< SEARCH', 'const a = 1', '=======', 'const a = 2', '>>>>>>> REPLACE']

function edited(path: string, line: number) {
  return { action: 'edit', path, edits: [{ search: 'const a = 1\n', replace: 'const a = 2\n', line }], line }
}

describe('search/replace blocks', () => {
  it('reads the path on the first line inside the fence, and keeps the prose', () => {
    const reply = read('I changed the constant.', '', '```', 'src/a.ts', ...BLOCK, '```', 'Done.')
    expect(operationsOf(reply)).toEqual([edited('src/a.ts', 5)])
    expect(reply).toMatchObject({ prose: 'I changed the constant.\n\nDone.' })
  })

  it.each([
    ['bare', 'src/a.ts'],
    ['with a colon', 'src/a.ts:'],
    ['in backticks', '`src/a.ts`'],
    ['bold in backticks with a colon', '**`src/a.ts`**:'],
    ['bold, colon inside', '**src/a.ts:**'],
    ['as a heading', '### src/a.ts'],
    ['with a label', 'File: `src/a.ts`'],
    ['as a comment', '// src/a.ts'],
    ['as a list item', '1. `src/a.ts`'],
    ['from the current folder', './src/a.ts'],
    ['with a note', '`src/a.ts` (modified)'],
  ])('reads the path on the line before the fence, %s', (_name, line) => {
    expect(operationsOf(read('Here:', '', line, '```ts', ...BLOCK, '```'))).toEqual([edited('src/a.ts', 5)])
  })

  it('reads the path on the line before the marker without any fence, and after the language of the fence', () => {
    expect(operationsOf(read('src/a.ts', ...BLOCK))).toEqual([edited('src/a.ts', 2)])
    expect(operationsOf(read('```ts src/a.ts', ...BLOCK, '```'))).toEqual([edited('src/a.ts', 2)])
  })

  it('knows files without dot and slash by their names, and paths with spaces in quotes', () => {
    expect(operationsOf(read('```', 'Makefile', ...BLOCK, '```'))).toEqual([edited('Makefile', 3)])
    expect(operationsOf(read('`docs/my file.md`:', ...BLOCK))).toEqual([edited('docs/my file.md', 2)])
    expect(read('```', 'Hello', ...BLOCK, '```')).toMatchObject({ kind: 'unreadable' })
  })

  it('joins several blocks for one path, in one fence or in several', () => {
    const second = ['<<<<<<< SEARCH', 'x', '=======', 'y', '>>>>>>> REPLACE']
    const together = operationsOf(read('```', 'src/a.ts', ...BLOCK, '', ...second, '```'))
    const apart = operationsOf(read('```', 'src/a.ts', ...BLOCK, '```', '```', 'src/a.ts', ...second, '```'))
    for (const operations of [together, apart]) {
      expect(operations).toMatchObject([{ action: 'edit', path: 'src/a.ts' }])
      expect(operations[0]).toHaveProperty('edits.length', 2)
    }
  })

  it('reads blocks for several paths in one fence', () => {
    const operations = operationsOf(read('```', 'src/a.ts', ...BLOCK, 'src/b.ts', ...BLOCK, '```'))
    expect(operations.map((operation) => operation.path)).toEqual(['src/a.ts', 'src/b.ts'])
  })

  it('takes an empty SEARCH as a new file', () => {
    const reply = read('```', 'src/new.ts', '<<<<<<< SEARCH', '=======', 'export {}', '>>>>>>> REPLACE', '```')
    expect(operationsOf(reply)).toEqual([{ action: 'create', path: 'src/new.ts', content: 'export {}\n', line: 3 }])
  })

  it.each([
    ['<<<<< SEARCH', '=====', '>>>>> REPLACE'],
    ['<<<<<<<<< SEARCH', '=========', '>>>>>>>>> REPLACE'],
    ['<<<<<<< SEARCH>', '=======', '>>>>>>> REPLACE'],
    ['------- SEARCH', '=======', '+++++++ REPLACE'],
    ['<<<<<<< SEARCH', '========', '>>>>>> REPLACE'],
  ])('knows the markers %s %s %s', (start, middle, end) => {
    const reply = read('```', 'src/a.ts', start, 'const a = 1', middle, 'const a = 2', end, '```')
    expect(operationsOf(reply)).toEqual([edited('src/a.ts', 3)])
  })

  it.each(['```', '````ts', '~~~', '~~~~~~ts'])('knows the fence %s', (fence) => {
    const close = fence.replace(/\w+/, '')
    expect(operationsOf(read(fence, 'src/a.ts', ...BLOCK, close, 'end'))).toEqual([edited('src/a.ts', 3)])
  })

  it('takes fences between the markers as content', () => {
    const content = ['# Use', '', '```sh', 'npm test', '```', '', '~~~', 'out', '~~~']
    const reply = read('```', 'README.md', '<<<<<<< SEARCH', '=======', ...content, '>>>>>>> REPLACE', '```')
    expect(operationsOf(reply)).toMatchObject([{ action: 'create', content: `${content.join('\n')}\n` }])
  })

  it('takes markers of another length as content', () => {
    const content = ['<<<<< SEARCH', 'Title', '=======', '>>>>> REPLACE']
    const long = ['<<<<<<<<< SEARCH', '=========', ...content, '>>>>>>>>> REPLACE']
    expect(operationsOf(read('```', 'doc.md', ...long, '```'))).toMatchObject([{ content: `${content.join('\n')}\n` }])
  })

  it('takes the marks of an unresolved merge in a file as content', () => {
    const search = ['<<<<<<< HEAD', 'a', '>>>>>>> main']
    const reply = read('```', 'a.txt', '<<<<<<< SEARCH', ...search, '=======', 'a', '>>>>>>> REPLACE', '```')
    expect(operationsOf(reply)).toMatchObject([{ edits: [{ search: `${search.join('\n')}\n`, replace: 'a\n' }] }])
  })

  it('takes away the margin of a fence in a list', () => {
    const lines = ['```', 'src/a.ts', ...BLOCK, '```'].map((line) => `   ${line}`)
    expect(operationsOf(read('1. First:', ...lines))).toEqual([edited('src/a.ts', 4)])
  })

  it('reads a reply with CRLF and one with a byte order mark as the same reply', () => {
    const lines = ['```', 'src/a.ts', ...BLOCK, '```']
    expect(operationsOf(readReply(lines.join('\r\n')))).toEqual([edited('src/a.ts', 3)])
    expect(operationsOf(readReply(`\uFEFF${lines.join('\n')}`))).toEqual([edited('src/a.ts', 3)])
  })

  it('does without the last marker where the fence closes and the reply ends', () => {
    expect(operationsOf(read('```', 'src/a.ts', ...BLOCK.slice(0, -1), '```', ''))).toEqual([edited('src/a.ts', 3)])
  })

  it.each([
    ['the reply stops', ['```', 'src/a.ts', ...BLOCK.slice(0, -1)]],
    ['there is no fence', ['src/a.ts', ...BLOCK.slice(0, -1)]],
    ['text follows', ['```', 'src/a.ts', ...BLOCK.slice(0, -1), '```', 'Done.']],
    ['content holds fences', ['```', 'src/a.ts', ...BLOCK.slice(0, -1), '```sh', 'x', '```', '```']],
    ['only a shorter fence follows', ['````', 'src/a.ts', ...BLOCK.slice(0, -1), '```']],
    [
      'a block is begun twice',
      ['```', 'src/a.ts', '<<<<<<< SEARCH', 'a', '<<<<<<< SEARCH', 'a', '=======', 'b', '```'],
    ],
    ['another block follows', ['```', 'src/a.ts', ...BLOCK.slice(0, -1), ...BLOCK, '```']],
  ])('wants the last marker where %s', (_name, lines) => {
    const reply = read(...lines)
    expect(reply).toMatchObject({ kind: 'unreadable' })
    expect(reply).toHaveProperty('problems.0.message', expect.stringContaining('no `>>>>>>> REPLACE` ends it'))
  })

  it.each([
    ['a block without a path', ['```', ...BLOCK, '```'], 2, 'no path'],
    ['a block after prose', ['Now change `src/a.ts` so:', ...BLOCK], 2, 'no path'],
    ['a block without a middle', ['src/a.ts', '<<<<<<< SEARCH', 'a', '>>>>>>> REPLACE'], 2, 'no `=======`'],
    ['two middles', ['a.md', '<<<<<<< SEARCH', 'T', '=======', '=======', 'U', '>>>>>>> REPLACE'], 2, '9 characters'],
    ['too short markers', ['src/a.ts', '<<<< SEARCH', 'a', '====', 'b', '>>>> REPLACE'], 2, 'is no marker'],
    ['small letters', ['src/a.ts', '<<<<<<< search', 'a', '=======', 'b', '>>>>>>> replace'], 2, 'is no marker'],
    ['an end without a start', ['src/a.ts', '>>>>>>> REPLACE'], 2, 'ends no block'],
  ])('reports %s by its line', (_name, lines, line, message) => {
    expect(read(...lines)).toMatchObject({
      kind: 'unreadable',
      problems: expect.arrayContaining([{ line, message: expect.stringContaining(message) }]),
    })
  })

  it('makes the whole reply unreadable by one bad part', () => {
    expect(read('src/a.ts', ...BLOCK, '', 'no path here', ...BLOCK)).toMatchObject({ kind: 'unreadable' })
  })

  it('finds it a problem when a file is created and edited, or created twice', () => {
    const creation = ['<<<<<<< SEARCH', '=======', 'x', '>>>>>>> REPLACE']
    expect(read('src/a.ts', ...creation, ...BLOCK)).toMatchObject({ kind: 'unreadable', problems: [{ line: 6 }] })
    expect(read('src/a.ts', ...creation, ...creation)).toMatchObject({ kind: 'unreadable', problems: [{ line: 6 }] })
  })
})

describe('fenced whole files', () => {
  it.each([
    ['path= after the language', ['```ts path=src/x.ts', 'a', '```']],
    ['a quoted title', ['```ts title="src/x.ts"', 'a', '```']],
    ['path after the language and a colon', ['```ts:src/x.ts', 'a', '```']],
    ['path alone', ['```src/x.ts', 'a', '```']],
    ['path on the line before', ['**src/x.ts**', '```ts', 'a', '```']],
    ['path as a heading with a blank line', ['### `src/x.ts`', '', '```ts', 'a', '```']],
    ['path in a comment on top', ['```ts', '// src/x.ts', 'a', '```']],
    ['path in a comment of markup', ['```html', '<!-- src/x.ts -->', 'a', '```']],
  ])('reads %s', (_name, lines) => {
    expect(operationsOf(read(...lines))).toMatchObject([{ action: 'replace', path: 'src/x.ts', content: 'a\n' }])
  })

  it.each([
    ['no path', ['Example:', '```ts', 'const a = 1', '```']],
    ['a bare path inside that is neither comment nor marker', ['```', 'src/x.ts', 'const a = 1', '```']],
    ['a version as heading', ['### 3.3', '```ts', 'const a = 1', '```']],
    ['a language that is also a file name', ['```makefile', 'all:', '```']],
    ['a sentence before it', ['See src/x.ts for this:', '```ts', 'const a = 1', '```']],
  ])('takes a fence with %s as prose', (_name, lines) => {
    expect(read(...lines)).toMatchObject({
      kind: 'unreadable',
      problems: [{ message: expect.stringContaining('names no path') }],
    })
  })

  it('takes a commented fence as an illustration where the same file is patched', () => {
    const operations = operationsOf(read('```ts', '// src/a.ts', 'part', '```', 'src/a.ts', ...BLOCK))
    expect(operations).toEqual([edited('src/a.ts', 6)])
  })

  it.each([
    ['holds a fence of the same length', ['```md path=README.md', '```sh', 'x', '```', '```']],
    ['holds one and is no Markdown', ['```ts path=src/doc.ts', '```sh', 'x', '```']],
    ['is followed by a fence without a path', ['```md path=README.md', 'Use:', '```', 'x', '```', '```']],
    ['is not closed', ['```md path=README.md', 'Use:']],
  ])('refuses a whole file whose end is uncertain: it %s', (_name, lines) => {
    expect(read(...lines)).toMatchObject({ kind: 'unreadable', problems: [{ line: 1 }] })
  })

  it('reads a file with fences in a longer fence', () => {
    const operations = operationsOf(read('````md path=README.md', '```sh', 'x', '```', '````'))
    expect(operations).toMatchObject([{ content: '```sh\nx\n```\n' }])
  })
})

describe('words instead of a patch', () => {
  it('collects what is needed', () => {
    expect(
      read('I lack two files.', 'NEED src/a.ts', 'NEED: `src/b.ts`, src/c.ts', 'NEED where is Clock defined'),
    ).toEqual({
      kind: 'need',
      wants: ['src/a.ts', 'src/b.ts', 'src/c.ts', 'where is Clock defined'],
    })
  })

  it('gives the reason of a block and of what cannot be tested', () => {
    expect(read('BLOCKED: 3.1 and 3.2', 'contradict each other', '', 'Bye')).toEqual({
      kind: 'blocked',
      reason: '3.1 and 3.2 contradict each other',
    })
    expect(read('BLOCKED no database')).toEqual({ kind: 'blocked', reason: 'no database' })
    expect(read('UNTESTABLE: it is prose')).toEqual({ kind: 'untestable', reason: 'it is prose' })
  })

  it('lets a patch win over any word', () => {
    expect(read('NEED src/b.ts', 'src/a.ts', ...BLOCK)).toMatchObject({ kind: 'patch' })
  })

  it.each([['I am BLOCKED: no'], ['blocked: no'], ['BLOCKEDNESS is'], ['NEEDED src/a.ts'], ['']])(
    'expects a patch or a word at the start of a line: %j',
    (text) => {
      expect(readReply(text)).toMatchObject({
        kind: 'unreadable',
        problems: [{ message: expect.stringContaining('SEARCH') }],
      })
    },
  )

  it('wants a reason', () => {
    expect(read('BLOCKED:')).toMatchObject({ kind: 'unreadable', problems: [{ line: 1 }] })
  })
})
