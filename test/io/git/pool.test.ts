import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWorktrees } from '../../../src/io/git/worktree.ts'
import { executable, makeRepo } from './support.ts'

const FILES = {
  'a.txt': 'one\n',
  'b.txt': 'two\n',
  'run.sh': '#!/bin/sh\n',
  'src/x.ts': 'x\n',
  'src/deep/y.ts': 'y\n',
  'src/deep/z.ts': 'z\n',
  'lib/x.ts': 'other x\n',
  'lib/deep/y.ts': 'other y\n',
  ' odd ü.txt': 'three\n',
}

/** Everything below a folder: kind, rights, contents. `.git` is a place for the box and may be empty or not there. */
function listing(dir: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(dir, below))) {
    const path = below ? `${below}/${name}` : name
    if (path === '.git') continue
    const stat = lstatSync(join(dir, path))
    const mode = (stat.mode & 0o777).toString(8)
    if (stat.isDirectory()) Object.assign(found, { [path]: `folder ${mode}` }, listing(dir, path))
    else if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(dir, path))}`
    else found[path] = `${mode} ${stat.nlink} ${readFileSync(join(dir, path), 'utf8')}`
  }
  return found
}

const place = fc.constantFrom(
  ...Object.keys(FILES),
  'src',
  'lib',
  'src/deep',
  'lib/deep',
  'new',
  'new/n.txt',
  'src/new.ts',
  'link',
)
type Action = [what: string, from: string, to: string]
const action: fc.Arbitrary<Action> = fc.tuple(
  fc.constantFrom('write', 'write back', 'remove', 'move', 'swap', 'link', 'hard link', 'chmod', 'mkdir'),
  place,
  place,
)

/** What a payload might do; what cannot be done is passed over. */
function act(dir: string, [what, from, to]: Action): void {
  const [one, other] = [join(dir, from), join(dir, to)]
  try {
    if (what === 'write') writeFileSync(one, `written ${to}`)
    if (what === 'write back') {
      const { atime, mtime, size } = lstatSync(one)
      writeFileSync(one, 'q'.repeat(size))
      // As if nothing had been.
      utimesSync(one, atime, mtime)
    }
    if (what === 'remove') rmSync(one, { recursive: true })
    if (what === 'move') renameSync(one, other)
    if (what === 'swap') {
      renameSync(one, `${dir}/swap`)
      renameSync(other, one)
      renameSync(`${dir}/swap`, other)
    }
    if (what === 'link') symlinkSync(from, other)
    if (what === 'hard link') linkSync(one, other)
    if (what === 'chmod') chmodSync(one, 0o700)
    if (what === 'mkdir') mkdirSync(one, { recursive: true })
  } catch {}
}

async function threeCommits() {
  const repo = await makeRepo(FILES)
  await executable(join(repo.root, 'run.sh'))
  symlinkSync('a.txt', join(repo.root, 'link'))
  const first = repo.commit()
  await repo.write({ 'src/x.ts': 'changed\n', 'more/new.txt': 'new\n' })
  rmSync(join(repo.root, 'lib'), { recursive: true })
  const second = repo.commit()
  rmSync(join(repo.root, 'link'))
  await repo.write({ 'link/is/a/folder.txt': 'now\n', 'lib/x.ts': 'back\n' })
  const third = repo.commit()
  return { repo, commits: [first, second, third] }
}

describe('a tree that is used again', () => {
  it('is what a new one of its commit is, whatever was done in it before', async () => {
    const { repo, commits } = await threeCommits()
    const worktrees = await createWorktrees(repo, 'again')
    const expected = await Promise.all(
      commits.map(async (commit) => {
        const tree = await worktrees.open(commit)
        return { tree, files: listing(tree.dir) }
      }),
    )
    for (const { tree, files } of expected) {
      expect(files['a.txt']).toBe('644 1 one\n')
      await worktrees.close(tree)
    }
    const dirs = new Set(expected.map(({ tree }) => tree.dir))
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 2 }),
        fc.array(action, { maxLength: 8 }),
        fc.nat({ max: 2 }),
        async (at, actions, next) => {
          const tree = await worktrees.open(commits[at]!)
          expect(listing(tree.dir)).toEqual(expected[at]!.files)
          for (const one of actions) act(tree.dir, one)
          await worktrees.close(tree)
          const again = await worktrees.open(commits[next]!)
          expect(listing(again.dir)).toEqual(expected[next]!.files)
          expect(await worktrees.modified(again)).toEqual([])
          await worktrees.close(again)
          // Else nothing would be shown by it.
          expect(dirs.has(again.dir)).toBe(true)
        },
      ),
      { numRuns: process.env['SPECPROOF_FULL'] === '1' ? 1_000 : 60, examples: [[0, [['swap', 'src', 'lib']], 0]] },
    )
    await worktrees.closeAll()
    expect(existsSync(worktrees.scratch)).toBe(false)
  })

  it('tells every tracked file that was changed, as all files read anew would', async () => {
    const { repo, commits } = await threeCommits()
    const worktrees = await createWorktrees(repo, 'told')
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 5 }), async (actions) => {
        const tree = await worktrees.open(commits[0]!)
        const before = listing(tree.dir)
        for (const one of actions) act(tree.dir, one)
        const after = listing(tree.dir)
        const content = (entry = '') => entry.replace(/^\d+ \d+ /, '')
        const changed = Object.keys(before).filter((path) => {
          if (before[path]!.startsWith('folder')) return false
          return content(before[path]) !== content(after[path])
        })
        expect((await worktrees.modified(tree)).sort()).toEqual(changed.sort())
        await worktrees.close(tree)
      }),
      { numRuns: process.env['SPECPROOF_FULL'] === '1' ? 1_000 : 40 },
    )
    await worktrees.closeAll()
  })

  it('is written by git where attributes or settings change what lies in a file', async () => {
    const { repo, commits } = await threeCommits()
    repo.git('config', 'core.autocrlf', 'true')
    await repo.write({ 'src/.gitattributes': 'x.ts text eol=lf\n' })
    const fourth = repo.commit()
    const worktrees = await createWorktrees(repo, 'filters')
    const first = await worktrees.open(commits[0]!)
    expect(readFileSync(join(first.dir, 'a.txt'), 'utf8')).toBe('one\r\n')
    writeFileSync(join(first.dir, 'a.txt'), 'mine')
    await worktrees.close(first)
    const again = await worktrees.open(commits[1]!)
    expect(again.dir).toBe(first.dir)
    expect(readFileSync(join(again.dir, 'a.txt'), 'utf8')).toBe('one\r\n')
    expect(readFileSync(join(again.dir, 'src/x.ts'), 'utf8')).toBe('changed\r\n')
    expect(await worktrees.modified(again)).toEqual([])
    await worktrees.close(again)
    const attributed = await worktrees.open(fourth)
    expect(attributed.dir).not.toBe(again.dir)
    expect(readFileSync(join(attributed.dir, 'src/x.ts'), 'utf8')).toBe('changed\n')
    await worktrees.closeAll()
  })
})
