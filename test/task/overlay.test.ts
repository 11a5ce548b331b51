import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../src/core/patch/patch.ts'
import { mergeChanges, pathsOf, readerOf } from '../../src/task/overlay.ts'
import type { Tree } from '../../src/world.ts'

/** A tree as data. */
function treeOf(files: Record<string, string>): Tree {
  return {
    commit: 'c',
    hash: 'h',
    paths: Object.keys(files).sort(),
    ignored: async () => [],
    read: async (path) => (path in files ? { kind: 'text', text: files[path]! } : { kind: 'absent' }),
  }
}

const change = (path: string, content: string | null, action: FileChange['action'] = 'edit'): FileChange => ({
  path,
  action: content === null ? 'delete' : action,
  content,
  blocks: [],
})

const PATHS = ['a.ts', 'b.ts', 'c.ts']
const path = fc.constantFrom(...PATHS, 'new.ts')
const changes = fc.array(
  fc
    .tuple(path, fc.option(fc.string()), fc.constantFrom('edit' as const, 'create' as const))
    .map((it) => change(...it)),
  { maxLength: 6 },
)

describe('a tree with changes on top', () => {
  const tree = treeOf(Object.fromEntries(PATHS.map((name) => [name, `old ${name}`])))

  it('reads as if they had been made, one list after the other', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (first, second) => {
        const expected = new Map(PATHS.map((name) => [name, `old ${name}`]))
        for (const { path, content } of [...first, ...second]) {
          if (content === null) expected.delete(path)
          else expected.set(path, content)
        }
        const merged = mergeChanges(first, second)
        const read = readerOf(tree, merged)
        for (const name of [...PATHS, 'new.ts']) {
          const text = expected.get(name)
          expect(await read(name)).toEqual(text === undefined ? { kind: 'absent' } : { kind: 'text', text })
        }
        expect(pathsOf(tree, merged)).toEqual([...expected.keys()].sort())
        expect(new Set(merged.map((one) => one.path)).size).toBe(merged.length)
      }),
    )
  })

  it('keeps a creation a creation when it is changed later', () => {
    const merged = mergeChanges([change('new.ts', 'stub', 'create')], [change('new.ts', 'real', 'replace')])
    expect(merged).toEqual([change('new.ts', 'real', 'create')])
    expect(mergeChanges([change('a.ts', 'x')], [change('a.ts', null)])).toEqual([change('a.ts', null)])
  })
})
