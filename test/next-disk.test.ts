import { spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { next } from './support/agent.ts'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

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
