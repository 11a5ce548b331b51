import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, statfs, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { next } from './support/agent.ts'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { makeRepository, openTestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const FULL = process.env['SPECPROOF_FULL'] === '1'
const mount = (...args: string[]) => spawnSync('mount', args).status === 0

describe('a disk that is full or cannot be written', () => {
  it('ends a run before money is spent, and the next one goes on where it stopped', async ({ skip }) => {
    const repository = await makeRepository()
    const disk = join(repository.dir, '.agent')
    await mkdir(disk)
    if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk)) skip('no file system can be mounted here')
    onTestFinished(() => void spawnSync('umount', ['--lazy', disk]))
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    await writeFile(join(disk, 'fill'), Buffer.alloc(40_000))

    const full = await next(repository, model)
    expect(full.result, full.result.message).toMatchObject({ status: 'environment', exitCode: 10 })
    expect(full.result.message).toContain('no space left on device')
    expect(model.asked('implementer')).toEqual([])
    await rm(join(disk, 'fill'))

    expect(mount('-o', 'remount,ro', disk)).toBe(true)
    const readOnly = await next(repository, model)
    expect(readOnly.result, readOnly.result.message).toMatchObject({ status: 'environment', exitCode: 10 })
    expect(readOnly.result.message).toContain('read-only file system')

    expect(mount('-o', 'remount,rw,size=10m', disk)).toBe(true)
    const done = await next(repository, model)
    expect(done.result, done.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(model.server.requests).toHaveLength(2)
  })
})

/** Kilobytes that are left when a run begins, from none to nearly enough; a run takes about 700. */
const LEFT = FULL ? [0, 16, 32, 64, 96, 128, 192, 256, 320, 384, 448, 512, 576, 640, 704] : [0, 96, 256, 448]

describe('a disk with little room, for repository, trees and journal alike', () => {
  it('ends each run with 10 wherever it runs full, loses nothing, and the run after it goes on', async ({ skip }) => {
    const disk = await mkdtemp(join(tmpdir(), 'specproof-disk-'))
    onTestFinished(() => rm(disk, { recursive: true, force: true }))
    if (!mount('-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk)) skip('no file system can be mounted here')
    onTestFinished(() => void spawnSync('umount', ['--lazy', disk]))
    vi.stubEnv('TMPDIR', disk)
    onTestFinished(() => void vi.unstubAllEnvs())
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR, AUTHOR], implementer: [RIGHT, RIGHT] })
    const [base, told] = [await repository.git('rev-parse', 'HEAD'), [] as string[]]
    const fill = join(disk, 'fill')
    for (const left of LEFT) {
      await rm(fill, { force: true })
      const { bavail, bsize } = await statfs(disk)
      await writeFile(fill, Buffer.alloc(Math.max(0, bavail * bsize - left * 1024)))
      const run = await next(repository, model)
      told.push(`${left}: ${run.result.status} ${run.result.message.split('\n')[0]}`)
      if (run.code === 0) break
      expect([run.code, run.result.message], told.join('\n')).toEqual([10, expect.stringMatching(/no space|disk/i)])
      // What a person would look at is as it was: no half file, no branch that is not whole, no lock.
      expect(await repository.git('rev-parse', 'HEAD')).toBe(base)
      expect(await repository.git('status', '--porcelain')).toBe('')
    }
    await rm(fill, { force: true })
    const done = await next(repository, model)
    expect(['verified', 'nothing'], told.join('\n')).toContain(done.result.status)
    expect(await repository.git('rev-list', '--count', 'HEAD')).toBe('2')
    expect(await repository.git('fsck', '--full')).not.toMatch(/missing|broken|corrupt/)
    if (process.env['SHOW']) console.log(told.join('\n'), model.server.requests.length)
    // A question whose answer could not be kept may be asked once more.
    expect(model.server.requests.length, told.join('\n')).toBeLessThanOrEqual(3)
  })
})

it('does not begin a landing for which the checkout has no room, and lands when it has', async ({ skip }) => {
  const repository = await makeRepository()
  const disk = join(repository.around, 'disk')
  await mkdir(disk)
  if (!mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk)) skip('no file system can be mounted here')
  onTestFinished(() => void spawnSync('umount', ['--lazy', disk]))
  // The checkout alone; its objects, the trees of a run and the journal lie elsewhere.
  const around = await makeRepository({ committed: false })
  await rm(join(repository.dir, '.git'), { recursive: true })
  await cp(repository.dir, join(disk, 'project'), { recursive: true, verbatimSymlinks: true })
  const git = join(around.around, 'objects')
  const small = openTestRepository(join(disk, 'project'), around.around)
  await small.git('init', '--quiet', '--initial-branch=main', '--separate-git-dir', git)
  await small.git('config', 'user.name', 'Ada')
  await small.git('config', 'user.email', 'ada@example.invalid')
  await mkdir(join(around.around, 'journal'))
  await symlink(join(around.around, 'journal'), join(disk, 'project', '.agent'))
  await small.commit({ '.gitignore': 'node_modules/\n.agent\n*.ignored\n' })
  const { bavail, bsize } = await statfs(disk)
  await writeFile(join(disk, 'fill'), Buffer.alloc(bavail * bsize - 16_384))
  const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
  const full = await next(small, model)
  expect([full.code, full.result.message]).toEqual([10, expect.stringMatching(/could not land: no space left/)])
  expect(await small.git('status', '--porcelain')).toBe('')
  await rm(join(disk, 'fill'))
  const done = await next(small, model)
  expect([done.code, await small.git('rev-list', '--count', 'HEAD')], done.result.message).toEqual([0, '2'])
  expect(model.server.requests).toHaveLength(2)
})
