import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedTree, entriesAt, type TreeChange, treeOf } from '../../../src/io/git/write-tree.ts'
import { makeRepo, type Repo } from './support.ts'

const PATHS = ['a', 'b.txt', 'a/x', 'a/y', 'a/x/z', 'a.b', 'b/q/r/s', 'b/q', 'größe/日 本"\t.txt', '-dash']

/** The same by git's own index, which knows folders and files in each other's way. */
function byIndex(repo: Repo, tree: string, changes: readonly TreeChange[]): string {
  const env = { ...process.env, GIT_INDEX_FILE: join(repo.around, 'index') }
  const git = (args: string[], input = '') =>
    execFileSync('git', args, { cwd: repo.root, env, input, encoding: 'utf8' }).trim()
  try {
    git(['read-tree', tree])
    for (const { path, entry } of changes) {
      const line = entry ? `${entry.mode} ${entry.hash}\t${path}\0` : `0 ${'0'.repeat(40)}\t${path}\0`
      git(['update-index', '-z', '--index-info'], line)
    }
    return git(['write-tree'])
  } finally {
    rmSync(env.GIT_INDEX_FILE, { force: true })
  }
}

describe('a tree that comes of another one', () => {
  it('is the one that git makes of the same changes', async () => {
    const repo = await makeRepo({ 'one.txt': '1', 'two.txt': '2' })
    const top = await treeOf(repo.root, repo.head())
    const blobs = ['one.txt', 'two.txt'].map((path) => repo.git('rev-parse', `HEAD:${path}`))
    const entry = fc.option(fc.record({ mode: fc.constantFrom('100644', '100755'), hash: fc.constantFrom(...blobs) }), {
      freq: 3,
    })
    const changes = fc.array(fc.record({ path: fc.constantFrom(...PATHS), entry }), { maxLength: 6 })
    let before = top
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const made = await changedTree(repo.root, before, list)
        expect(made).toBe(byIndex(repo, before, list))
        const last = list.at(-1)
        if (last) expect((await entriesAt(repo.root, made, [last.path])).get(last.path) ?? null).toEqual(last.entry)
        // Each round goes on with what the one before has left, now and then with nothing.
        before = made
      }),
      { numRuns: 12 },
    )
    const all = repo.git('ls-tree', '-r', '--name-only', '-z', before).split('\0').filter(Boolean)
    const none = await changedTree(
      repo.root,
      before,
      all.map((path) => ({ path, entry: null })),
    )
    expect(none).toBe(repo.git('hash-object', '-t', 'tree', '/dev/null'))
  })

  it('never holds what git keeps for itself', async () => {
    const repo = await makeRepo({ 'one.txt': '1' })
    const [hash, top] = [repo.git('rev-parse', 'HEAD:one.txt'), await treeOf(repo.root, repo.head())]
    await expect(changedTree(repo.root, repo.head(), [])).rejects.toThrow('this object is no tree')
    for (const path of ['.git/config', 'a/.GIT/x', 'a/../b', 'a//b', './a', ''])
      await expect(changedTree(repo.root, top, [{ path, entry: { mode: '100644', hash } }])).rejects.toThrow(
        /no commit can hold/,
      )
  })
})
