import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/core/patch/patch.ts'
import { makeCommit } from '../../../src/io/git/commit.ts'
import { dropBranch, keepOnBranch, land, waitingCommits } from '../../../src/io/git/land.ts'
import { readHead } from '../../../src/io/git/repository.ts'
import { creates, edits, everyFile, makeRepo, type Repo } from './support.ts'

const BRANCH = 'specproof/queue--1'

async function verified(repo: Repo, changes: FileChange[] = [edits('a.txt', 'ONE\n'), creates('b.txt', 'new\n')]) {
  const start = await readHead(repo.root)
  const { commit } = await makeCommit(repo.root, { parent: start.commit, changes, message: 'Verified\n\nTask: 1\n' })
  return { start, commit }
}

const text = (repo: Repo, path: string) => readFile(join(repo.root, path), 'utf8')

/** All that is the user's. The branch that keeps the commit and its log are ours; ORIG_HEAD every merge writes. */
async function usersFiles(repo: Repo) {
  const files = await everyFile(repo.root)
  const ours = /specproof|\.git\/ORIG_HEAD$/
  return Object.fromEntries(Object.entries(files).filter(([path]) => !ours.test(path)))
}

async function expectWaiting(repo: Repo, commit: string, start: Awaited<ReturnType<typeof readHead>>, reason: RegExp) {
  const before = await usersFiles(repo)
  const result = await land(repo.root, commit, start, BRANCH)
  expect(result).toMatchObject({ landed: false, branch: BRANCH, reason: expect.stringMatching(reason) })
  expect(repo.git('rev-parse', BRANCH)).toBe(commit)
  expect(await usersFiles(repo)).toEqual(before)
}

describe('landing', () => {
  it('moves branch, index and files while HEAD is where it was', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    expect(await land(repo.root, commit, start, BRANCH)).toEqual({ landed: true, ref: 'refs/heads/main' })
    expect(await readHead(repo.root)).toEqual({ branch: 'refs/heads/main', commit })
    expect(await text(repo, 'a.txt')).toBe('ONE\n')
    expect(await text(repo, 'b.txt')).toBe('new\n')
    expect(repo.git('status', '--porcelain')).toBe('')
    expect(await waitingCommits(repo.root)).toEqual([])
  })

  it('carries along what the user has changed, staged and written elsewhere', async () => {
    const repo = await makeRepo({ 'a.txt': 'one\n', 'mine.txt': 'mine\n', 'staged.txt': 's\n' })
    const { start, commit } = await verified(repo)
    await repo.write({ 'mine.txt': 'changed\n', 'staged.txt': 'S\n', 'untracked.txt': 'u\n' })
    repo.git('add', 'staged.txt')
    expect(await land(repo.root, commit, start, BRANCH)).toMatchObject({ landed: true })
    expect(repo.git('status', '--porcelain').split('\n')).toEqual([' M mine.txt', 'M  staged.txt', '?? untracked.txt'])
    expect(await text(repo, 'mine.txt')).toBe('changed\n')
  })

  it('waits when a changed file is in the way', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    await repo.write({ 'a.txt': 'precious\n' })
    await expectWaiting(repo, commit, start, /a\.txt/)
  })

  it('waits when an untracked file is in the way', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    await repo.write({ 'b.txt': 'precious\n' })
    await expectWaiting(repo, commit, start, /b\.txt/)
  })

  it('waits when an ignored file is in the way', async () => {
    const repo = await makeRepo({ 'a.txt': 'one\n', '.gitignore': 'b.txt\n' })
    const { start, commit } = await verified(repo)
    await repo.write({ 'b.txt': 'precious\n' })
    await expectWaiting(repo, commit, start, /b\.txt/)
  })

  it('waits when the user has gone to another branch, also one at the same commit', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    repo.git('switch', '--quiet', '--create', 'other')
    await expectWaiting(repo, commit, start, /was on main and is now on other/)
    expect(repo.git('rev-parse', 'main', 'other')).toBe(`${start.commit}\n${start.commit}`)
  })

  it('waits when the branch has moved', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    await repo.write({ 'c.txt': 'c' })
    repo.commit()
    await expectWaiting(repo, commit, start, /main moved from/)
  })

  it('waits when HEAD is detached, from the start or since', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    repo.git('switch', '--quiet', '--detach')
    await expectWaiting(repo, commit, start, /is now detached/)
    expect(await readHead(repo.root)).toEqual({ branch: null, commit: start.commit })
    await expectWaiting(repo, commit, { branch: null, commit: start.commit }, /detached/)
  })

  it('waits while another git holds the index', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    await writeFile(join(repo.root, '.git', 'index.lock'), '')
    await expectWaiting(repo, commit, start, /index\.lock/)
  })

  const SETTINGS = [
    { 'merge.autoStash': 'true' },
    { 'merge.ff': 'false' },
    { 'merge.ff': 'only' },
    { 'pull.rebase': 'true', 'rebase.autoStash': 'true' },
    { 'branch.main.mergeOptions': '--no-ff' },
    { 'branch.main.mergeOptions': '--squash' },
    { 'branch.main.mergeOptions': '--no-commit --autostash' },
    { 'commit.gpgSign': 'true' },
  ]
  it.each(SETTINGS)('moves the branch whatever the user has set: %o', async (settings) => {
    const repo = await makeRepo({ 'a.txt': 'one\n', 'mine.txt': 'mine\n' })
    for (const [name, value] of Object.entries(settings)) repo.git('config', name, value)
    const { start, commit } = await verified(repo)
    await repo.write({ 'mine.txt': 'changed\n' })
    expect(await land(repo.root, commit, start, BRANCH)).toEqual({ landed: true, ref: 'refs/heads/main' })
    expect(repo.head()).toBe(commit)
    expect(repo.git('status', '--porcelain')).toBe(' M mine.txt')
  })

  it.each(SETTINGS)('leaves a changed file in the way alone whatever the user has set: %o', async (settings) => {
    const repo = await makeRepo()
    for (const [name, value] of Object.entries(settings)) repo.git('config', name, value)
    const { start, commit } = await verified(repo)
    await repo.write({ 'a.txt': 'precious\n' })
    await expectWaiting(repo, commit, start, /a\.txt/)
    expect(repo.git('stash', 'list')).toBe('')
  })

  it('runs no hook of the repository', async () => {
    const repo = await makeRepo()
    const hooks = join(repo.root, 'hooks')
    await mkdir(hooks)
    for (const name of [
      'post-merge',
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'pre-merge-commit',
    ]) {
      await writeFile(join(hooks, name), `#!/bin/sh\necho ${name} >> ${repo.around}/ran\nexit 1\n`)
      await chmod(join(hooks, name), 0o755)
    }
    repo.commit()
    repo.git('config', 'core.hooksPath', hooks)
    const { start, commit } = await verified(repo)
    expect(await land(repo.root, commit, start, BRANCH)).toMatchObject({ landed: true })
    expect(await keepOnBranch(repo.root, commit, BRANCH)).toBe(BRANCH)
    await dropBranch(repo.root, BRANCH, commit)
    await expect(stat(join(repo.around, 'ran'))).rejects.toThrow('ENOENT')
  })
})

describe('a commit that waits', () => {
  it('never replaces another one on its branch', async () => {
    const repo = await makeRepo()
    const { commit } = await verified(repo)
    const other = await verified(repo, [edits('a.txt', 'other\n')])
    expect(await keepOnBranch(repo.root, commit, BRANCH)).toBe(BRANCH)
    expect(await keepOnBranch(repo.root, other.commit, BRANCH)).toBe(`${BRANCH}-2`)
    expect(await keepOnBranch(repo.root, commit, BRANCH)).toBe(BRANCH)
    expect(await keepOnBranch(repo.root, other.commit, BRANCH)).toBe(`${BRANCH}-2`)
    expect(repo.git('rev-parse', BRANCH, `${BRANCH}-2`)).toBe(`${commit}\n${other.commit}`)
  })

  it('is listed with parent and message until it is part of HEAD', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    await keepOnBranch(repo.root, commit, BRANCH)
    repo.git('branch', 'unrelated', commit)
    const message = 'Verified\n\nTask: 1\n'
    expect(await waitingCommits(repo.root)).toEqual([{ branch: BRANCH, commit, parent: start.commit, message }])
    repo.git('merge', '--quiet', '--ff-only', commit)
    expect(await waitingCommits(repo.root)).toEqual([])
  })

  it('is listed by its branch, also when a tag has the same name', async () => {
    const repo = await makeRepo()
    const { commit } = await verified(repo)
    await keepOnBranch(repo.root, commit, BRANCH)
    repo.git('tag', BRANCH)
    expect(await waitingCommits(repo.root)).toMatchObject([{ branch: BRANCH, commit }])
  })

  it('goes with its branch, unless the branch holds another commit by now', async () => {
    const repo = await makeRepo()
    const { start, commit } = await verified(repo)
    await keepOnBranch(repo.root, commit, BRANCH)
    await dropBranch(repo.root, BRANCH, start.commit)
    expect(repo.git('rev-parse', BRANCH)).toBe(commit)
    await dropBranch(repo.root, BRANCH, commit)
    expect(await waitingCommits(repo.root)).toEqual([])
    expect(() => repo.git('rev-parse', '--verify', BRANCH)).toThrow()
  })

  it('names the commit when no branch can hold it, as where one is called `specproof`', async () => {
    const repo = await makeRepo()
    const { commit } = await verified(repo)
    repo.git('branch', 'specproof')
    const told = { name: 'UserError', status: 'git', message: expect.stringContaining(commit) }
    await expect(keepOnBranch(repo.root, commit, BRANCH)).rejects.toMatchObject(told)
  })
})
