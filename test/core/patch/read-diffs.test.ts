import { describe, expect, it } from 'vitest'
import { apply, onlyText, operationsOf, read, refusals } from './support.ts'

describe('*** Begin Patch', () => {
  it('adds, deletes, updates and moves', () => {
    const operations = operationsOf(
      read(
        '*** Begin Patch',
        '*** Add File: src/new.ts',
        '+export const a = 1',
        '+',
        '*** Delete File: src/old.ts',
        '*** Update File: src/a.ts',
        '@@ class A',
        ' one',
        '-two',
        '+2',
        '*** Update File: src/b.ts',
        '*** Move to: src/c.ts',
        '@@',
        '-x',
        '+y',
        '*** End Patch',
      ),
    )
    expect(operations).toEqual([
      { action: 'create', path: 'src/new.ts', content: 'export const a = 1\n\n', line: 2 },
      { action: 'delete', path: 'src/old.ts', line: 5 },
      {
        action: 'edit',
        path: 'src/a.ts',
        edits: [{ search: 'one\ntwo\n', replace: 'one\n2\n', line: 8, after: ['class A'] }],
        line: 6,
      },
      {
        action: 'move',
        path: 'src/b.ts',
        to: 'src/c.ts',
        edits: [{ search: 'x\n', replace: 'y\n', line: 14 }],
        line: 11,
      },
    ])
  })

  it('reads a move alone, blank context lines, several chunks and the mark of the end, in a fence or not', () => {
    const lines = [
      '*** Begin Patch',
      '*** Update File: a.ts',
      ' one',
      '',
      '-two',
      '+2',
      '@@',
      '-z',
      '+Z',
      '*** End of File',
      '*** End Patch',
    ]
    for (const reply of [read(...lines), read('```diff', ...lines, '```')]) {
      expect(operationsOf(reply)).toMatchObject([
        {
          action: 'edit',
          edits: [
            { search: 'one\n\ntwo\n', replace: 'one\n\n2\n' },
            { search: 'z\n', replace: 'Z\n' },
          ],
        },
      ])
    }
    const moved = read('*** Begin Patch', '*** Update File: a.ts', '*** Move to: b.ts', '*** End Patch')
    expect(operationsOf(moved)).toMatchObject([{ action: 'move', path: 'a.ts', to: 'b.ts', edits: [] }])
  })

  it('uses an anchor for its own chunk only', () => {
    const lines = [
      '*** Begin Patch',
      '*** Update File: a.ts',
      '@@ class A',
      '@@ run',
      '-x',
      '+y',
      '@@',
      '-z',
      '+w',
      '*** End Patch',
    ]
    const [operation] = operationsOf(read(...lines))
    expect(operation).toHaveProperty('edits.0.after', ['class A', 'run'])
    expect(operation).not.toHaveProperty('edits.1.after')
  })

  it('uses an anchor to tell equal places apart, and refuses them without one', async () => {
    const base = 'class A {\n  run() {\n    stop()\n  }\n}\nclass B {\n  run() {\n    stop()\n  }\n}\n'
    const patch = (anchor: string) =>
      operationsOf(
        read('*** Begin Patch', '*** Update File: a.ts', anchor, '-    stop()', '+    go()', '*** End Patch'),
      )
    expect(onlyText(await apply({ 'a.ts': base }, ...patch('@@ class B {')))).toBe(
      base.replace(/stop\(\)(?=[^s]*$)/, 'go()'),
    )
    expect(onlyText(await apply({ 'a.ts': base }, ...patch('@@ class A {')))).toBe(base.replace('stop()', 'go()'))
    const whole = [
      '*** Begin Patch',
      '*** Update File: a.ts',
      '@@ class B {',
      '-    stop()',
      '   }',
      ' }',
      '*** End Patch',
    ]
    expect(onlyText(await apply({ 'a.ts': base }, ...operationsOf(read(...whole))))).toBe(
      base.replace(/ {4}stop\(\)\n(?=[^s]*$)/, ''),
    )
    expect(refusals(await apply({ 'a.ts': base }, ...patch('@@')))).toMatchObject([{ code: 'ambiguous' }])
    expect(refusals(await apply({ 'a.ts': base }, ...patch('@@   run() {')))).toMatchObject([{ code: 'ambiguous' }])
  })

  it.each([
    ['no end', ['*** Begin Patch', '*** Delete File: a.ts'], 1, 'no `*** End Patch`'],
    ['no begin', ['*** Delete File: a.ts'], 1, 'outside a patch'],
    ['an unknown section', ['*** Begin Patch', 'hello', '*** End Patch'], 2, 'expected'],
    ['an added line without +', ['*** Begin Patch', '*** Add File: a.ts', 'x', '*** End Patch'], 3, 'begins with +'],
    [
      'a changed line without sign',
      ['*** Begin Patch', '*** Update File: a.ts', '-x', 'y', '*** End Patch'],
      4,
      'begins with a space',
    ],
    [
      'an addition without context',
      ['*** Begin Patch', '*** Update File: a.ts', '@@', '+y', '*** End Patch'],
      4,
      'unchanged line',
    ],
    ['an update of nothing', ['*** Begin Patch', '*** Update File: a.ts', ' y', '*** End Patch'], 2, 'no lines with'],
  ])('reports %s', (_name, lines, line, message) => {
    const problems = expect.arrayContaining([{ line, message: expect.stringContaining(message) }])
    expect(read(...lines)).toMatchObject({ kind: 'unreadable', problems })
  })
})

describe('unified diffs', () => {
  it('finds hunks by their text, whatever their line numbers say', async () => {
    const operations = operationsOf(
      read(
        '```diff',
        'diff --git a/src/a.ts b/src/a.ts',
        '--- a/src/a.ts',
        '+++ b/src/a.ts',
        '@@ -900,2 +7,2 @@ function f()',
        ' one',
        '-two',
        '+2',
        '@@ -1 +1 @@',
        '-four',
        '\\ No newline at end of file',
        '+4',
        '```',
      ),
    )
    expect(onlyText(await apply({ 'src/a.ts': 'one\ntwo\nthree\nfour\n' }, ...operations))).toBe('one\n2\nthree\n4\n')
  })

  it('creates, deletes, moves, and takes several files in one fence', () => {
    const operations = operationsOf(
      read(
        '--- /dev/null',
        '+++ b/new.ts',
        '@@ -0,0 +1,2 @@',
        '+a',
        '+b',
        '--- a/old.ts',
        '+++ /dev/null',
        '@@ -1 +0,0 @@',
        '-x',
        '--- a/from.ts',
        '+++ b/to.ts',
        '@@ -1 +1 @@',
        '-x',
        '+y',
      ),
    )
    expect(operations).toMatchObject([
      { action: 'create', path: 'new.ts', content: 'a\nb\n' },
      { action: 'delete', path: 'old.ts' },
      { action: 'move', path: 'from.ts', to: 'to.ts', edits: [{ search: 'x\n', replace: 'y\n' }] },
    ])
  })

  it('keeps removed and added lines that look like headers', () => {
    const reply = read(
      '```diff',
      '--- a/a.sql',
      '+++ b/a.sql',
      '@@ -1,2 +1,2 @@',
      ' keep',
      '--- note',
      '+-- other',
      '```',
    )
    expect(operationsOf(reply)).toMatchObject([{ edits: [{ search: 'keep\n-- note\n', replace: 'keep\n-- other\n' }] }])
  })

  it.each([
    ['no hunk', ['```diff', '--- a/a.ts', '+++ b/a.ts', '```'], 2, 'no hunk'],
    [
      'a pure rename',
      ['diff --git a/a b/b', 'similarity index 100%', 'rename from a', 'rename to b'],
      2,
      'cannot be read',
    ],
    [
      'an addition without context',
      ['```diff', '--- a/a.ts', '+++ b/a.ts', '@@ -3,0 +4 @@', '+x', '```'],
      5,
      'unchanged line',
    ],
  ])('reports %s', (_name, lines, line, message) => {
    const problems = [{ line, message: expect.stringContaining(message) }]
    expect(read(...lines)).toMatchObject({ kind: 'unreadable', problems })
  })
})
