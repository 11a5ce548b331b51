import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { tryGit } from '../../../src/io/git/git.ts'
import { openAtHead, openRepository, readHead, requireIdentity, uncommitted } from '../../../src/io/git/repository.ts'
import { gitIn, makeRepo, scratch } from './support.ts'

describe('opening a repository', () => {
  it('finds it from a folder below', async () => {
    const repo = await makeRepo({ 'deep/er/a.txt': 'a' })
    const { root, commonDir } = repo
    expect(await openRepository(join(root, 'deep', 'er'))).toEqual({ root, commonDir })
    expect(commonDir).toBe(join(root, '.git'))
  })

  it('takes a linked worktree of the user as the checkout, with the common folder of all', async () => {
    const repo = await makeRepo()
    const linked = join(repo.around, 'linked')
    repo.git('worktree', 'add', '--quiet', '-b', 'side', linked)
    expect(await openRepository(linked)).toEqual({ root: linked, commonDir: repo.commonDir })
    expect(await readHead(linked)).toEqual({ branch: 'refs/heads/side', commit: repo.head() })
  })

  it('goes by the folder, not by variables that point elsewhere', async () => {
    const repo = await makeRepo()
    const other = join(repo.around, 'other')
    gitIn(repo.around, 'init', '--quiet', 'other')
    for (const [name, value] of Object.entries({ GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other }))
      vi.stubEnv(name, value)
    const { root, commonDir } = repo
    expect(await openRepository(root)).toEqual({ root, commonDir })
    expect((await readHead(root)).branch).toBe('refs/heads/main')
  })

  it('says what is missing: a folder, a repository, a checkout, a commit', async () => {
    const around = await scratch()
    const told = (message: RegExp) => ({ name: 'UserError', message: expect.stringMatching(message) })
    await expect(openRepository(join(around, 'nowhere'))).rejects.toMatchObject(told(/no folder/))
    await expect(openRepository(around)).rejects.toMatchObject(told(/not inside a git repository/))
    gitIn(around, 'init', '--quiet', '--bare', 'bare.git')
    await expect(openRepository(join(around, 'bare.git'))).rejects.toMatchObject(told(/bare repository/))
    gitIn(around, 'init', '--quiet', 'empty')
    const { root } = await openRepository(join(around, 'empty'))
    await expect(readHead(root)).rejects.toMatchObject({ ...told(/no commit yet/), status: 'git' })
  })

  it('tells with one process where HEAD stands, and nothing where that takes a second look', async () => {
    const repo = await makeRepo()
    const repository = { root: repo.root, commonDir: repo.commonDir }
    const commit = repo.head()
    expect(await openAtHead(repo.root)).toEqual({ repository, head: { branch: 'refs/heads/main', commit } })
    repo.git('checkout', '--quiet', '--detach')
    expect(await openAtHead(repo.root)).toEqual({ repository, head: { branch: null, commit } })
    repo.git('checkout', '--quiet', 'main')
    repo.git('update-ref', 'refs/heads/HEAD', commit)
    expect(await openAtHead(repo.root)).toEqual({ repository, head: null })
    expect(await readHead(repo.root)).toEqual({ branch: 'refs/heads/main', commit })
    gitIn(repo.around, 'init', '--quiet', 'empty')
    expect((await openAtHead(join(repo.around, 'empty'))).head).toBeNull()
  })

  it('asks who commits before there is anything to commit', async () => {
    const repo = await makeRepo()
    await requireIdentity(repo.root)
    repo.git('config', '--unset', 'user.name')
    repo.git('config', '--unset', 'user.email')
    repo.git('config', 'user.useConfigOnly', 'true')
    await expect(requireIdentity(repo.root)).rejects.toMatchObject({ status: 'git' })
    vi.stubEnv('GIT_AUTHOR_NAME', 'Ada')
    vi.stubEnv('GIT_AUTHOR_EMAIL', 'ada@example.invalid')
    await expect(requireIdentity(repo.root)).rejects.toMatchObject({ status: 'git' })
  })
})

it.each([
  ['user.name', '<>'],
  ['user.name', ''],
  ['user.email', ''],
  ['author.name', '<>'],
  ['committer.email', ''],
])('agrees with git on who commits where %s is %j', async (key, value) => {
  const repo = await makeRepo()
  repo.git('config', 'user.useConfigOnly', 'true')
  repo.git('config', key, value)
  const asked = ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map((one) => tryGit(repo.root, ['var', one]))
  const known = (await Promise.all(asked)).every(({ ok }) => ok)
  const found = requireIdentity(repo.root).then(
    () => true,
    () => false,
  )
  expect(await found).toBe(known)
})

describe('what is not committed', () => {
  const SPEC = { 'specs/q/tasks.md': 't', 'specs/q/old name.md': 'o', 'specs/q/gone.md': 'g', 'src/a.ts': 'a' }

  it('is every path under the folders that differs, by whatever way', async () => {
    const repo = await makeRepo(SPEC)
    expect(await uncommitted(repo.root, ['specs/q'])).toEqual([])
    await repo.write({ 'specs/q/tasks.md': 'T', 'specs/q/deep/new ü.md': 'n', 'src/a.ts': 'A' })
    await rename(join(repo.root, 'specs/q/old name.md'), join(repo.root, 'specs/q/renamed.md'))
    repo.git('add', 'specs/q/renamed.md', 'specs/q/old name.md')
    await rm(join(repo.root, 'specs/q/gone.md'))
    const expected = ['deep/new ü.md', 'gone.md', 'old name.md', 'renamed.md', 'tasks.md']
    expect((await uncommitted(repo.root, ['specs/q'])).sort()).toEqual(expected.map((name) => `specs/q/${name}`))
    expect(await uncommitted(repo.root, ['src', 'not/there'])).toEqual(['src/a.ts'])
  })

  it('is found whatever the user lets git show, and by the name of a folder, not by a pattern', async () => {
    const repo = await makeRepo({ 'specs/[q]/tasks.md': 't', 'specs/q/tasks.md': 't' })
    repo.git('config', 'status.showUntrackedFiles', 'no')
    repo.git('config', 'status.renames', 'copies')
    await writeFile(join(repo.root, 'specs/[q]/new.md'), '')
    await writeFile(join(repo.root, 'specs/q/other.md'), '')
    expect(await uncommitted(repo.root, ['specs/[q]'])).toEqual(['specs/[q]/new.md'])
  })

  it('is told without writing to the index', async () => {
    const repo = await makeRepo(SPEC)
    await mkdir(join(repo.root, '.git', 'index.lock'))
    await repo.write({ 'specs/q/tasks.md': 'T' })
    expect(await uncommitted(repo.root, ['specs'])).toEqual(['specs/q/tasks.md'])
  })
})
