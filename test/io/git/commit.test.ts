import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/core/patch/patch.ts'
import { changesOf } from '../../../src/io/git/changes.ts'
import { makeCommit } from '../../../src/io/git/commit.ts'
import { openTree } from '../../../src/io/git/tree.ts'
import { creates, deletes, edits, everyFile, executable, gitIn, makeRepo } from './support.ts'

const ODD_NAMES = [
  'with space.txt',
  'größe/naïve 日本.txt',
  'quote"d.txt',
  '-dash.txt',
  "it's $HOME.txt",
  'tab\there.txt',
]

describe('a tree', () => {
  it('gives the text of files as they were committed, with byte order mark and line ends', async () => {
    const text = '\uFEFFfirst\r\nsecond\nno end'
    const repo = await makeRepo({ 'a.txt': text, 'empty.txt': '' })
    const tree = await openTree(repo.root, repo.head())
    await repo.write({ 'a.txt': 'changed later' })
    expect(await tree.read('a.txt')).toEqual({ kind: 'text', text })
    expect(await tree.read('empty.txt')).toEqual({ kind: 'text', text: '' })
    expect(await tree.read('nowhere.txt')).toEqual({ kind: 'absent' })
    expect(tree.hash).toBe(repo.git('rev-parse', 'HEAD^{tree}'))
  })

  it('tells apart what is no text: zero bytes, other encodings, links, submodules', async () => {
    const repo = await makeRepo({
      'zero.bin': Buffer.from([65, 0, 66]),
      'latin1.txt': Buffer.from('gr\xf6\xdfe', 'latin1'),
    })
    await symlink('zero.bin', join(repo.root, 'link'))
    const other = join(repo.around, 'other')
    await mkdir(other)
    gitIn(other, 'init', '--quiet')
    gitIn(other, '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '--quiet', '--allow-empty', '-m', 'x')
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'module')
    const tree = await openTree(repo.root, repo.commit())
    expect(await tree.read('zero.bin')).toEqual({ kind: 'binary' })
    expect(await tree.read('latin1.txt')).toEqual({ kind: 'binary' })
    expect(await tree.read('link')).toEqual({ kind: 'link' })
    expect(await tree.read('module')).toEqual({ kind: 'binary' })
  })

  it('knows files with odd names', async () => {
    const repo = await makeRepo(Object.fromEntries(ODD_NAMES.map((name) => [name, `${name}\n`])))
    const tree = await openTree(repo.root, repo.head())
    expect([...tree.paths].sort()).toEqual([...ODD_NAMES].sort())
    for (const name of ODD_NAMES) expect(await tree.read(name)).toEqual({ kind: 'text', text: `${name}\n` })
  })
})

describe('a commit from data', () => {
  it('holds the changes, has the parent and the message, and leaves every other file as it was', async () => {
    const repo = await makeRepo({ 'a.txt': 'one\n', 'b/c.txt': 'two\n', 'gone.txt': 'x' })
    const changes = [edits('a.txt', 'ONE\n'), creates('new/d.txt', 'd'), deletes('gone.txt')]
    const made = await makeCommit(repo.root, { parent: repo.head(), changes, message: 'Subject\n\nBody: ü\n' })
    const tree = await openTree(repo.root, made.commit)
    expect(tree.paths).toEqual(['a.txt', 'b/c.txt', 'new/d.txt'])
    expect(await tree.read('a.txt')).toEqual({ kind: 'text', text: 'ONE\n' })
    expect(tree.hash).toBe(made.tree)
    expect(repo.git('log', '-1', '--format=%P%n%B', made.commit)).toBe(`${repo.head()}\nSubject\n\nBody: ü\n`)
  })

  it('touches no ref, no index and no file, also with changes staged and files modified', async () => {
    const repo = await makeRepo({ 'a.txt': 'one\n', 'b.txt': 'two\n' })
    await repo.write({ 'a.txt': 'staged\n' })
    repo.git('add', 'a.txt')
    await repo.write({ 'b.txt': 'modified\n', 'c.txt': 'untracked\n' })
    const before = await everyFile(repo.root)
    const made = await makeCommit(repo.root, { parent: repo.head(), changes: [edits('b.txt', 'x')], message: 'm' })
    expect(await everyFile(repo.root)).toEqual(before)
    expect(repo.git('ls-tree', '-r', '--name-only', made.commit)).toBe('a.txt\nb.txt')
    expect(repo.git('show', `${made.commit}:a.txt`)).toBe('one')
  })

  it('writes bytes as they are, whatever line ends and filters the user has set', async () => {
    const repo = await makeRepo({ '.gitattributes': '* text=auto eol=crlf\n' })
    repo.git('config', 'core.autocrlf', 'true')
    const text = '\uFEFFa\r\nb\nc'
    const { commit } = await makeCommit(repo.root, {
      parent: repo.head(),
      changes: [creates('t.txt', text)],
      message: 'm',
    })
    expect(await (await openTree(repo.root, commit)).read('t.txt')).toEqual({ kind: 'text', text })
  })

  it('keeps the executable bit of a file that is edited or moved', async () => {
    const repo = await makeRepo({ 'run.sh': 'a', 'old.sh': 'b', 'plain.txt': 'c' })
    await executable(join(repo.root, 'run.sh'))
    await executable(join(repo.root, 'old.sh'))
    const parent = repo.commit()
    const changes: FileChange[] = [
      edits('run.sh', 'A'),
      { path: 'old.sh', action: 'move', content: null, blocks: [] },
      { path: 'bin/new.sh', action: 'move', content: 'b', blocks: [] },
      { path: 'plain.txt', action: 'move', content: null, blocks: [] },
      { path: 'moved.txt', action: 'move', content: 'c', blocks: [] },
    ]
    const { commit } = await makeCommit(repo.root, { parent, changes, message: 'm' })
    expect(repo.git('ls-tree', '-r', '--format=%(objectmode) %(path)', commit).split('\n')).toEqual([
      '100755 bin/new.sh',
      '100644 moved.txt',
      '100755 run.sh',
    ])
  })

  it('takes odd names, and gives the same changes back', async () => {
    const repo = await makeRepo({ 'edit me.txt': 'a', 'delete ü.txt': 'b' })
    const changes = [
      ...ODD_NAMES.map((name) => creates(name, `${name}\n`)),
      edits('edit me.txt', 'A'),
      deletes('delete ü.txt'),
    ]
    const { commit } = await makeCommit(repo.root, { parent: repo.head(), changes, message: 'm' })
    const back = await changesOf(repo.root, commit)
    const byPath = (list: FileChange[]) => [...list].sort((a, b) => (a.path < b.path ? -1 : 1))
    expect(byPath(back)).toEqual(byPath(changes))
  })

  it('is the same tree for the same changes, in whatever order', async () => {
    const repo = await makeRepo()
    const changes = [creates('x/b', '1'), creates('x.c', '2'), deletes('a.txt')]
    const parent = repo.head()
    const one = await makeCommit(repo.root, { parent, changes, message: 'm' })
    const two = await makeCommit(repo.root, { parent, changes: [...changes].reverse(), message: 'n' })
    expect(two.tree).toBe(one.tree)
  })

  it('works in a repository whose hashes are SHA-256', async () => {
    const repo = await makeRepo()
    const other = join(repo.around, 'sha256')
    gitIn(repo.around, 'init', '--quiet', '--object-format=sha256', 'sha256')
    const set = ['-c', 'user.name=A', '-c', 'user.email=a@b.c']
    gitIn(other, 'config', 'user.name', 'A')
    gitIn(other, 'config', 'user.email', 'a@b.c')
    gitIn(other, ...set, 'commit', '--quiet', '--allow-empty', '-m', 'x')
    const first = await makeCommit(other, {
      parent: gitIn(other, 'rev-parse', 'HEAD'),
      changes: [creates('a', 'a')],
      message: 'm',
    })
    const second = await makeCommit(other, { parent: first.commit, changes: [deletes('a')], message: 'm' })
    expect((await openTree(other, second.commit)).paths).toEqual([])
  })
})

describe('what a commit changed', () => {
  it('is told against its first parent, without links and binary files', async () => {
    const repo = await makeRepo({ 'a.txt': 'a', 'old.txt': 'b' })
    await symlink('a.txt', join(repo.root, 'link'))
    await repo.write({ 'data.bin': Buffer.from([0, 1]), 'new.txt': 'n' })
    repo.git('rm', '--quiet', 'old.txt')
    expect(await changesOf(repo.root, repo.commit())).toEqual([creates('new.txt', 'n'), deletes('old.txt')])
  })
})
