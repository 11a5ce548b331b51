import { execFileSync, spawn } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { makeBoxGit } from '../../../src/io/git/box-git.ts'
import { cacheFolder } from '../../../src/io/git/cache-folder.ts'
import { createWorktrees, removeOrphans } from '../../../src/io/git/worktree.ts'
import { everyFile, gitIn, makeRepo, type Repo, scratch } from './support.ts'

const FILES = { 'a.txt': 'one\n', 'deep/b.txt': 'two\n', ' odd ü.txt': 'three\n' }

function worktreesOf(repo: Repo): string[] {
  const list = repo.git('worktree', 'list', '--porcelain').split('\n')
  return list.filter((line) => line.startsWith('worktree ')).map((line) => line.slice('worktree '.length))
}

/** A run that was killed: its process is gone, its trees are there. */
async function leftBehind(repo: Repo, pid: number, trees = 1): Promise<string> {
  const scratch = join(cacheFolder(repo), `20260101T000000-abc.${pid}`)
  await mkdir(scratch, { recursive: true })
  for (let n = 1; n <= trees; n++)
    repo.git('worktree', 'add', '--quiet', '--detach', join(scratch, `tree-${n}`), 'HEAD')
  await mkdir(join(scratch, 'box-git'))
  return scratch
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The process id of something that has ended. */
function deadPid(): number {
  return Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
}

describe('worktrees', () => {
  it('hold the files of their commit, outside the repository, without a way back to it', async () => {
    const repo = await makeRepo(FILES)
    const worktrees = await createWorktrees(repo, 'run')
    const tree = await worktrees.open(repo.head())
    expect(tree.dir.startsWith(repo.root)).toBe(false)
    expect(Object.keys(await everyFile(tree.dir)).sort()).toEqual(Object.keys(FILES).sort())
    expect(await readFile(join(tree.dir, 'a.txt'), 'utf8')).toBe('one\n')
    expect(await readdir(join(tree.dir, '.git'))).toEqual([])
    await worktrees.closeAll()
  })

  it('hold all files also where the user checks out some only', async () => {
    const repo = await makeRepo(FILES)
    repo.git('sparse-checkout', 'set', '--no-cone', '/a.txt')
    const worktrees = await createWorktrees(repo, 'run')
    const tree = await worktrees.open(repo.head())
    expect(Object.keys(await everyFile(tree.dir)).sort()).toEqual(Object.keys(FILES).sort())
    expect(await worktrees.modified(tree)).toEqual([])
    await worktrees.closeAll()
    expect(repo.git('sparse-checkout', 'list')).toBe('/a.txt')
  })

  it('leave nothing behind, one by one and all together', async () => {
    const repo = await makeRepo(FILES)
    const before = await everyFile(repo.root)
    const worktrees = await createWorktrees(repo, 'run')
    const first = await worktrees.open(repo.head())
    const second = await worktrees.open(repo.head())
    await writeFile(join(first.dir, 'made.txt'), 'x')
    await worktrees.close(first)
    expect(await exists(second.dir)).toBe(true)
    // The repository does not know of them.
    expect(worktreesOf(repo)).toEqual([repo.root])
    await worktrees.closeAll()
    expect(worktreesOf(repo)).toEqual([repo.root])
    expect(await exists(cacheFolder(repo))).toBe(false)
    expect(await everyFile(repo.root)).toEqual(before)
  })

  it('run no hook of the repository', async () => {
    const repo = await makeRepo(FILES)
    await writeFile(join(repo.root, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${repo.around}/ran\n`)
    await chmod(join(repo.root, '.git/hooks/post-checkout'), 0o755)
    const worktrees = await createWorktrees(repo, 'run')
    await worktrees.open(repo.head())
    await worktrees.closeAll()
    expect(await exists(join(repo.around, 'ran'))).toBe(false)
  })

  it('go without what a link in them points to', async () => {
    const repo = await makeRepo(FILES)
    const outside = join(repo.around, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'precious.txt'), 'x')
    const worktrees = await createWorktrees(repo, 'run')
    const tree = await worktrees.open(repo.head())
    await symlink(outside, join(tree.dir, 'link'))
    await rm(join(tree.dir, 'deep'), { recursive: true })
    await symlink(outside, join(tree.dir, 'deep'))
    await worktrees.closeAll()
    expect(await readdir(outside)).toEqual(['precious.txt'])
  })

  it('go also where the payload took the permissions away', async () => {
    const repo = await makeRepo(FILES)
    const outside = join(repo.around, 'outside')
    await mkdir(outside, { mode: 0o500 })
    const worktrees = await createWorktrees(repo, 'run')
    const tree = await worktrees.open(repo.head())
    await symlink(outside, join(tree.dir, 'deep', 'link'))
    await chmod(join(tree.dir, 'deep'), 0o000)
    await chmod(tree.dir, 0o500)
    await asPlainUser(() => worktrees.closeAll(), repo.around)
    expect(worktreesOf(repo)).toEqual([repo.root])
    expect((await stat(outside)).mode & 0o777).toBe(0o500)
  })
})

/** Root may do everything, so as root the rest of `use` is done as nobody, to whom the folder is given first. */
async function asPlainUser(use: () => Promise<void>, folder: string): Promise<void> {
  const root = process.geteuid?.() === 0
  if (root) execFileSync('chown', ['-R', '-h', '65534:65534', folder])
  if (root) process.seteuid!(65534)
  try {
    await use()
  } finally {
    if (root) process.seteuid!(0)
    if (root) execFileSync('chown', ['-R', '-h', '0:0', folder])
  }
}

describe('what a killed run left behind', () => {
  it('is removed, and counted by its trees', async () => {
    const repo = await makeRepo(FILES)
    await leftBehind(repo, deadPid(), 2)
    expect(await removeOrphans(repo)).toBe(2)
    expect(worktreesOf(repo)).toEqual([repo.root])
    expect(await readdir(cacheFolder(repo))).toEqual([])
    expect(await removeOrphans(repo)).toBe(0)
  })

  it('stays while its process lives', async () => {
    const repo = await makeRepo(FILES)
    const child = spawn('sleep', ['100'], { stdio: 'ignore' })
    onTestFinished(() => void child.kill())
    const scratch = await leftBehind(repo, child.pid!)
    const own = await leftBehind(repo, process.pid)
    expect(await removeOrphans(repo)).toBe(0)
    const trees = [repo.root, join(scratch, 'tree-1'), join(own, 'tree-1')]
    expect(worktreesOf(repo).sort()).toEqual(trees.sort())
  })

  it('of another repository is left alone', async () => {
    const repo = await makeRepo(FILES)
    const other = join(repo.around, 'other', 'project')
    await mkdir(join(repo.around, 'other'))
    gitIn(repo.around, 'clone', '--quiet', repo.root, other)
    const scratch = await leftBehind(repo, deadPid())
    expect(await removeOrphans({ root: other, commonDir: join(other, '.git') })).toBe(0)
    expect(await exists(scratch)).toBe(true)
  })

  it('is nothing where there never was a run', async () => {
    const repo = await makeRepo(FILES)
    vi.stubEnv('XDG_CACHE_HOME', join(repo.around, 'nowhere'))
    expect(await removeOrphans(repo)).toBe(0)
  })
})

describe('tracked files that were changed while checks ran', () => {
  it('are named: changed, deleted, replaced by a link; new ones and ownership do not count', async () => {
    const repo = await makeRepo({ ...FILES, 'link-me.txt': 'l', 'same.txt': 's' })
    const worktrees = await createWorktrees(repo, 'run')
    const tree = await worktrees.open(repo.head())
    const { dir } = tree
    expect(await worktrees.modified(tree)).toEqual([])
    if (process.geteuid?.() === 0) execFileSync('chown', ['-R', '-h', '65534:65534', dir])
    await chmod(join(dir, 'same.txt'), 0o777)
    await writeFile(join(dir, 'same.txt'), 's')
    await writeFile(join(dir, 'report.html'), 'new')
    expect(await worktrees.modified(tree)).toEqual([])
    await writeFile(join(dir, ' odd ü.txt'), 'changed')
    await rm(join(dir, 'a.txt'))
    await rm(join(dir, 'link-me.txt'))
    await symlink('/etc/hostname', join(dir, 'link-me.txt'))
    expect((await worktrees.modified(tree)).sort()).toEqual([' odd ü.txt', 'a.txt', 'link-me.txt'])
    await worktrees.closeAll()
  })
})

describe('the .git that the payload sees', () => {
  it('holds one commit with the files, and nothing that leads back', async () => {
    const repo = await makeRepo(FILES)
    await repo.write({ 'secret.txt': 'in history only' })
    repo.commit('a secret message')
    repo.git('rm', '--quiet', 'secret.txt')
    repo.git('commit', '--quiet', '--message', 'without it')
    repo.git('remote', 'add', 'origin', 'https://user:password@example.invalid/x.git')
    repo.git('config', 'user.token', 'secret')
    const before = await everyFile(repo.root)
    const dir = await makeBoxGit(repo.root, repo.head(), repo.around)
    const inBox = (...args: string[]) => gitIn(repo.around, `--git-dir=${dir}`, ...args)
    expect(inBox('rev-list', '--all', '--count')).toBe('1')
    expect(inBox('rev-parse', 'HEAD^{tree}')).toBe(repo.git('rev-parse', 'HEAD^{tree}'))
    expect(inBox('symbolic-ref', 'HEAD')).toBe('refs/heads/main')
    expect(inBox('log', '--format=%an %ae %cn %ce %B')).not.toMatch(/Ada|ada@|secret/)
    expect(inBox('remote')).toBe('')
    expect(inBox('ls-files').split('\n')).toHaveLength(Object.keys(FILES).length)
    expect(inBox('cat-file', '--batch-all-objects', '--batch-check').split('\n')).toHaveLength(6)
    const files = await everyFile(dir)
    for (const path of Object.keys(files).filter((name) => !name.startsWith('objects/')))
      expect(await readFile(join(dir, path), 'utf8')).not.toMatch(/password|secret|Ada|project/)
    expect(await everyFile(repo.root)).toEqual(before)
  })

  it('has the hashes of the repository', async () => {
    const around = await scratch()
    gitIn(around, 'init', '--quiet', '--object-format=sha256', 'long')
    const root = join(around, 'long')
    gitIn(root, '-c', 'user.name=a', '-c', 'user.email=b@c', 'commit', '--quiet', '--allow-empty', '--message', 'base')
    const dir = await makeBoxGit(root, gitIn(root, 'rev-parse', 'HEAD'), around)
    expect(gitIn(around, `--git-dir=${dir}`, 'rev-parse', 'HEAD')).toHaveLength(64)
  })

  it('is made anew for the next base of the same run', async () => {
    const repo = await makeRepo(FILES)
    await makeBoxGit(repo.root, repo.head(), repo.around)
    await repo.write({ 'c.txt': 'c' })
    const next = repo.commit()
    const dir = await makeBoxGit(repo.root, next, repo.around)
    expect(gitIn(repo.around, `--git-dir=${dir}`, 'rev-list', '--all', '--count')).toBe('1')
    expect(gitIn(repo.around, `--git-dir=${dir}`, 'rev-parse', 'HEAD^{tree}')).toBe(
      repo.git('rev-parse', 'HEAD^{tree}'),
    )
  })

  it('does not depend on what the user has set', async () => {
    const repo = await makeRepo(FILES)
    await mkdir(join(repo.around, 'template', 'hooks'), { recursive: true })
    await writeFile(join(repo.around, 'template', 'hooks', 'post-checkout'), '')
    gitIn(repo.around, 'config', '--global', 'init.templateDir', join(repo.around, 'template'))
    gitIn(repo.around, 'config', '--global', 'init.defaultBranch', 'trunk')
    gitIn(repo.around, 'config', '--global', 'protocol.allow', 'never')
    gitIn(repo.around, 'config', '--global', 'uploadpack.hideRefs', 'refs')
    const dir = await makeBoxGit(repo.root, repo.head(), repo.around)
    expect(gitIn(repo.around, `--git-dir=${dir}`, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
    expect(await exists(join(dir, 'hooks'))).toBe(false)
  })
})
