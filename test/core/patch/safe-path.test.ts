import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parentsOf, pathProblem } from '../../../src/core/patch/safe-path.ts'

describe('safe paths', () => {
  it.each([
    'a',
    'src/a.ts',
    '.github/x.yml',
    '.gitignore',
    'a b/c d.ts',
    'app/[id]/(x)/ü.ts',
    'src/..a',
    'x.git/a',
    '.gitx',
  ])('accepts %s', (text) => {
    expect(pathProblem(text)).toBeNull()
  })

  it.each([
    ['', '/a', '//a', 'a//b', 'a/', './a', 'a/./b', '..', '../a', 'a/../b', 'a/..'],
    ['C:/a', 'c:a', 'a\\b', '..\\a', '\\\\host\\a'],
    [
      '.git',
      '.git/config',
      'a/.git/hooks/x',
      '.GIT/x',
      'a/.Git',
      'git~1',
      'GIT~1/x',
      '.git::$INDEX_ALLOCATION/x',
      '．git/x',
    ],
    ['.agent', '.agent/x', 'a/.AGENT/x', '.g\u200Cit/x', '.git\uFEFF/x'],
    ['a\u0000b', 'a\nb', 'a\u007F', 'a\u202Eb', 'a\u2028b', '\uD800'],
    ['a.', 'a /b', 'a./b', '.git ', '.git.', '... '],
  ])('refuses %j and the like', (...paths) => {
    for (const text of paths) expect(pathProblem(text), JSON.stringify(text)).not.toBeNull()
  })

  it('never accepts a path that leaves the root or enters .git, on any system', () => {
    const piece = fc.constantFrom(
      'a',
      '..',
      '.',
      '.git',
      '.GIT',
      'git~1',
      '/',
      '\\',
      'C:',
      ' ',
      '\u0000',
      '~',
      'x.ts',
      ':',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        if (pathProblem(candidate) !== null) return
        for (const system of [path.posix, path.win32]) {
          const root = system === path.posix ? '/root/tree' : 'C:\\root\\tree'
          const relative = system.relative(root, system.resolve(root, candidate))
          expect(relative).not.toBe('')
          expect(relative.split(/[\\/]/)[0]).not.toBe('..')
          expect(system.isAbsolute(relative)).toBe(false)
          expect(relative.toLowerCase().split(/[\\/]/)).not.toContain('.git')
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('knows the folders above a path', () => {
    expect(parentsOf('a/b/c')).toEqual(['a', 'a/b'])
    expect(parentsOf('a')).toEqual([])
  })
})
