import { describe, expect, it } from 'vitest'
import { fittingPart, joinPatches } from '../../src/task/join-patches.ts'
import { apply, create, edit, onlyText } from '../core/patch/support.ts'

describe('what fits of a refused answer', () => {
  it('is kept and joined with the next one', async () => {
    const files = { a: 'one\ntwo\nthree\n' }
    const first = { operations: [edit('a', ['one\n', '1\n'], ['zwei\n', '2\n'])] }
    const refused = await apply(files, ...first.operations)
    if (refused.ok) throw new Error('applied')
    expect(refused.fits).toEqual([{ path: 'a', block: 1 }])
    const kept = fittingPart(first, refused.fits)
    const joined = joinPatches(kept, { operations: [edit('a', ['two\n', '2\n'])] })
    expect(onlyText(await apply(files, ...joined.operations))).toBe('1\n2\nthree\n')
  })

  it('gives way to whatever the next answer does to the same lines or file', () => {
    const kept = [edit('a', ['one\n', '1\n']), edit('b', ['x\n', 'y\n']), create('c', 'c\n')]
    const whole = { action: 'replace', path: 'b', content: 'z\n', line: 1 } as const
    const { operations } = joinPatches(kept, { operations: [edit('a', ['one\n', 'uno\n']), whole] })
    expect(operations).toEqual([edit('a', ['one\n', 'uno\n']), whole, create('c', 'c\n')])
  })

  it('holds whole files, deletions and moves only where all of them fits', () => {
    const move = {
      action: 'move',
      path: 'a',
      to: 'b',
      edits: [
        { search: 'x', replace: 'y', line: 1 },
        { search: 'v', replace: 'w', line: 2 },
      ],
      line: 1,
    } as const
    const patch = { operations: [create('n', 'n\n'), { ...move, edits: [...move.edits] }] }
    expect(fittingPart(patch, [{ path: 'n', block: null }])).toEqual([create('n', 'n\n')])
    expect(fittingPart(patch, [{ path: 'a', block: 1 }])).toEqual([])
  })
})
