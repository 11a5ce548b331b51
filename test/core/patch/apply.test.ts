import { describe, expect, it } from 'vitest'
import type { Operation } from '../../../src/core/patch/patch.ts'
import { apply, create, edit, onlyText, refusals } from './support.ts'

const LINK = { kind: 'link' } as const
const BINARY = { kind: 'binary' } as const

async function rungOf(base: string, search: string, replace: string) {
  const result = await apply({ a: base }, edit('a', [search, replace]))
  return result.ok ? [result.changes[0]?.blocks[0]?.rung, result.changes[0]?.content] : refusals(result)[0]?.code
}

describe('the ladder', () => {
  it('replaces lines that stand there exactly', async () => {
    expect(await rungOf('one\ntwo\nthree\n', 'two\n', '2\n')).toEqual(['exact', 'one\n2\nthree\n'])
    expect(await rungOf('one\r\ntwo\r\n', 'two\r\n', '2\r\n')).toEqual(['exact', 'one\r\n2\r\n'])
  })

  it('forgives line endings and keeps those of the file, mixed ones too', async () => {
    expect(await rungOf('one\r\ntwo\r\nthree\r\n', 'one\ntwo\n', 'one\n2\nnew\n')).toEqual([
      'line-endings',
      'one\r\n2\r\nnew\r\nthree\r\n',
    ])
    expect(await rungOf('a\r\nb\nc\r\nd\n', 'a\nb\nc\nd\n', 'a\nB\nc\nD\n')).toEqual([
      'line-endings',
      'a\r\nB\nc\r\nD\n',
    ])
    const grown = 'a\nx\ny\nc\r\nd\n'
    expect(await rungOf('a\nb\nc\r\nd\n', 'a\nb\nc\nd\n', 'a\nx\ny\nc\nd\n')).toEqual(['line-endings', grown])
    expect(await rungOf('x\r\ny\r\nb\nc', 'b\nc\n', 'b\nc\nd\n')).toEqual(['exact', 'x\r\ny\r\nb\nc\nd'])
    expect(await rungOf('one\r\ntwo\r\n', 'two', 'two\nthree')).toEqual(['exact', 'one\r\ntwo\r\nthree\r\n'])
  })

  it('forgives trailing space and leaves it on lines that stay', async () => {
    expect(await rungOf('one  \ntwo\t\nthree\n', 'one\ntwo\nthree\n', 'one\n2\nthree\n')).toEqual([
      'trailing-space',
      'one  \n2\nthree\n',
    ])
  })

  it('forgives a uniform shift of indentation and shifts the replacement alike', async () => {
    expect(await rungOf('f {\n    a()\n\n      b()\n}\n', 'a()\n\n  b()\n', 'a()\n\n  b()\n  c()\n')).toEqual([
      'indent',
      'f {\n    a()\n\n      b()\n      c()\n}\n',
    ])
    expect(await rungOf('a()\n  b()\n', '    a()\n      b()\n', '    a()\n    c()\n')).toEqual(['indent', 'a()\nc()\n'])
    expect(await rungOf('  a()\n', 'a()\n', 'b()\n\nc()\n')).toEqual(['indent', '  b()\n\n  c()\n'])
    expect(await rungOf('\ta()\n', 'a()\n', 'b()\n')).toEqual(['indent', '\tb()\n'])
  })

  it('refuses a shift that is not uniform, or that the replacement cannot follow', async () => {
    expect(await rungOf('    a()\n  b()\nx\n', 'a()\nb()\n', 'c()\n')).toBe('no-match')
    expect(await rungOf('a()\nx\n', '  a()\n', ' c()\n')).toBe('no-match')
  })

  it('forgives no blank lines, also where SEARCH is the whole file', async () => {
    expect(await rungOf('\none\ntwo\n\n', 'one\ntwo\n', 'new\n')).toEqual(['exact', '\nnew\n\n'])
    expect(await rungOf('one\ntwo\n', '\none\ntwo\n\n', 'new\n')).toBe('no-match')
  })

  it('counts overlapping matches', async () => {
    expect(await rungOf('x\nx\nx\n', 'x\nx\n', 'y\n')).toBe('ambiguous')
  })

  it('stops at the first rung that matches at all, even where a later one could decide', async () => {
    expect(await rungOf('x\nx\n  y\n', 'x\n', 'z\n')).toBe('ambiguous')
    expect(await rungOf('x\nx \n', 'x\n', 'z\n')).toEqual(['exact', 'z\nx \n'])
    expect(await rungOf('x\nx\r\n', 'x\n', 'z\n')).toBe('ambiguous')
  })

  it('matches whole lines only, and no similar ones', async () => {
    expect(await rungOf('const total = 10\nx\n', 'const total = 1\n', 'const total = 2\n')).toBe('no-match')
    expect(await rungOf('say("hi")\nx\n', 'say(“hi”)\n', 'y\n')).toBe('no-match')
  })

  it('never lets dots stand for other lines', async () => {
    const base = 'f() {\n  a()\n  b()\n}\n'
    expect(await rungOf(base, 'f() {\n  ...\n}\n', 'g()\n')).toBe('no-match')
    expect(await rungOf(base, '  a()\n', '  a()\n  // ... existing code ...\n')).toBe('elision')
    expect(await rungOf('a\n// ...\nb\n', 'a\n', 'c\n// ...\n')).toBe('elision')
    expect(await rungOf('a\n// ...\nb\n', 'a\n// ...\n', 'c\n// ...\n')).toEqual(['exact', 'c\n// ...\nb\n'])
    expect(await rungOf(base, '  a()\n', '  a()\n...\n')).toBe('elision')
    expect(await rungOf('def f():\n    pass\n', '    pass\n', '    ...\n    return 1\n')).toBe('elision')
    expect(await rungOf('def f():\n    pass\n', 'def f():\n    pass\n', 'def f():\n    ...\n')).toEqual([
      'exact',
      'def f():\n    ...\n',
    ])
  })
})

describe('what stays', () => {
  it('keeps a byte order mark and the absence of a final newline', async () => {
    expect(onlyText(await apply({ a: '\uFEFFone\ntwo' }, edit('a', ['one\n', '1\n'])))).toBe('\uFEFF1\ntwo')
    expect(onlyText(await apply({ a: 'one\ntwo' }, edit('a', ['two\n', '2\n3\n'])))).toBe('one\n2\n3')
    expect(onlyText(await apply({ a: 'one\r\ntwo' }, edit('a', ['two\n', '2\n3\n'])))).toBe('one\r\n2\r\n3')
  })

  it('keeps them when the whole file is replaced', async () => {
    const whole = { action: 'replace', path: 'a', content: 'one\nTWO\nthree\n', line: 1 } as const
    expect(onlyText(await apply({ a: '\uFEFFone\r\ntwo' }, whole))).toBe('\uFEFFone\r\nTWO\r\nthree')
    expect(onlyText(await apply({ a: '' }, whole))).toBe('one\nTWO\nthree\n')
    expect(onlyText(await apply({}, whole))).toBe('one\nTWO\nthree\n')
  })

  it('leaves all other bytes alone, odd ones too', async () => {
    const base = 'tab\t \nnul \u0000\nlone \r return\nüñí\u2028sep\nlast'
    expect(onlyText(await apply({ a: base }, edit('a', ['üñí\u2028sep\n', 'x\n'])))).toBe(
      base.replace('üñí\u2028sep', 'x'),
    )
  })
})

describe('several blocks and files', () => {
  it('finds every block in the base text, in any order', async () => {
    const blocks: [string, string][] = [
      ['c\n', 'a\n'],
      ['a\n', 'b\n'],
      ['b\n', 'c\n'],
    ]
    expect(onlyText(await apply({ f: 'a\nb\nc\n' }, edit('f', ...blocks)))).toBe('b\nc\na\n')
  })

  it('refuses overlapping blocks and names the lines', async () => {
    const result = await apply({ f: 'a\nb\nc\n' }, edit('f', ['a\nb\n', 'x\n'], ['b\nc\n', 'y\n']))
    expect(refusals(result)).toMatchObject([
      { code: 'overlap', block: 2, message: expect.stringContaining('lines 2 to 2') },
    ])
  })

  it('changes nothing at all when one block is refused, and reports every refusal', async () => {
    const result = await apply(
      { f: 'a\n', g: 'b\n' },
      edit('f', ['a\n', 'x\n']),
      edit('g', ['q\n', 'y\n'], ['r\n', 'z\n']),
    )
    expect(refusals(result).map(({ path, block, code }) => [path, block, code])).toEqual([
      ['g', 1, 'no-match'],
      ['g', 2, 'no-match'],
    ])
  })

  it('leaves out blocks and files that change nothing, unless nothing else remains', async () => {
    const some = await apply(
      { f: 'a\na\nb\n', g: 'c\n' },
      edit('f', ['a\n', 'a\n'], ['b\n', 'x\n']),
      edit('g', ['c\n', 'c\n']),
    )
    expect(some).toMatchObject({
      ok: true,
      changes: [{ path: 'f', content: 'a\na\nx\n', blocks: [{ rung: 'exact' }] }],
    })
    expect(refusals(await apply({ g: 'c\n' }, edit('g', ['c\n', 'c\n'])))).toMatchObject([
      { code: 'no-change', path: 'g' },
    ])
    expect(refusals(await apply({}))).toMatchObject([{ code: 'no-change' }])
  })

  it('deletes and moves', async () => {
    const move: Operation = {
      action: 'move',
      path: 'a',
      to: 'b/c',
      edits: [{ search: 'x', replace: 'y', line: 1 }],
      line: 1,
    }
    const result = await apply({ a: 'x\n', d: 'z' }, move, { action: 'delete', path: 'd', line: 1 })
    expect(result).toMatchObject({
      ok: true,
      changes: [
        { path: 'a', action: 'move', content: null },
        { path: 'b/c', action: 'move', content: 'y\n' },
        { path: 'd', action: 'delete', content: null },
      ],
    })
  })
})

describe('refusals', () => {
  const move: Operation = { action: 'move', path: 'a', to: 'b', edits: [], line: 1 }
  it.each([
    ['a new file where one exists', { a: 'x' }, [create('a', 'y')], 'exists'],
    ['a new file that exists just so', { a: 'x' }, [create('a', 'x')], 'already-applied'],
    ['a move onto a file', { a: 'x', b: 'y' }, [move], 'exists'],
    ['an edit with an empty SEARCH', { a: 'x' }, [edit('a', ['', 'y'])], 'exists'],
    ['an edit of no file', {}, [edit('a', ['x', 'y'])], 'missing'],
    ['a deletion of no file', {}, [{ action: 'delete', path: 'a', line: 1 } as const], 'missing'],
    ['a binary file', { a: BINARY }, [edit('a', ['x', 'y'])], 'not-text'],
    ['a symbolic link', { a: LINK }, [create('a', 'y')], 'not-text'],
    ['a path through a link', { a: LINK }, [create('a/b/c', 'y')], 'unsafe-path'],
    ['a path through a link further down', { 'a/b': LINK }, [create('a/b/c/d', 'y')], 'unsafe-path'],
    ['a path through a file', { a: 'x' }, [create('a/b', 'y')], 'unsafe-path'],
    ['a move out of the tree', { a: 'x' }, [{ ...move, to: '../b' }], 'unsafe-path'],
    ['a move through a link', { a: 'x', b: LINK }, [{ ...move, to: 'b/c' }], 'unsafe-path'],
    ['two things at once', {}, [create('a', 'x'), create('a', 'y')], 'overlap'],
    ['a file that is also a folder', {}, [create('a', 'x'), create('a/b', 'y')], 'overlap'],
    ['a path out of the tree', {}, [create('../a', 'x')], 'unsafe-path'],
  ])('refuses %s', async (_name, files, operations, code) => {
    expect(refusals(await apply(files, ...operations))).toMatchObject([{ code }])
  })

  it('shows the nearest text with numbers, and what differs first', async () => {
    const base = Array.from({ length: 40 }, (_, k) => `call(${k}, 'some argument')`).join('\n')
    const search = "call(20, 'some argument')\ncall(21, 'another argument')\n"
    const [refusal] = refusals(await apply({ a: base }, edit('a', [search, 'x'])))
    expect(refusal?.nearest).toContain("22 | call(21, 'some argument')")
    expect(refusal?.nearest?.split('\n').length).toBeLessThanOrEqual(15)
    expect(refusal?.message).toContain('Line 2 of SEARCH')
    expect(refusal?.message).toContain('line 22 of the file')
  })

  it('names the symbolic link on the way to a file', async () => {
    const [refusal] = refusals(await apply({ a: LINK }, create('a/b', 'y')))
    expect(refusal?.message).toContain('`a` is a symbolic link')
  })

  it('shows nothing where nothing is near', async () => {
    const [refusal] = refusals(await apply({ a: 'the queue is empty\n' }, edit('a', ['throw new TypeError(1)', 'x'])))
    expect(refusal).toMatchObject({ code: 'no-match', nearest: null })
  })

  it('says that the change is there already', async () => {
    const [refusal] = refusals(await apply({ a: 'new line\nother\n' }, edit('a', ['old line\n', 'new line\n'])))
    expect(refusal?.message).toContain('already')
  })

  it('names the lines of an ambiguous block', async () => {
    const [refusal] = refusals(await apply({ a: 'x\ny\nx\n' }, edit('a', ['x\n', 'z\n'])))
    expect(refusal).toMatchObject({ code: 'ambiguous', block: 1, message: expect.stringContaining('lines 1, 3') })
  })

  it('refuses a whole file with a comment in place of code', async () => {
    const whole = { action: 'replace', path: 'a', content: 'x\n// ... rest of the file\n', line: 1 } as const
    expect(refusals(await apply({ a: 'a\nb\n' }, whole))).toMatchObject([{ code: 'elision' }])
  })
})
