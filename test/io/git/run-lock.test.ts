import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import { lockRepository } from '../../../src/io/git/run-lock.ts'
import { holdRepository } from '../../support/hold.ts'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-lock-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

describe('the lock of a repository', () => {
  it('is had by one run at a time, and is gone after it', async () => {
    const dir = await folder()
    const lock = await lockRepository(dir, 'one')
    await expect(lockRepository(dir, 'two')).rejects.toThrow(/another run works .*: one, process \d+\. Wait/)
    await lock.release()
    await (await lockRepository(dir, 'two')).release()
    expect(await readdir(dir)).toEqual([])
  })

  it('is not held by a process that was killed', async () => {
    const dir = await folder()
    const child = await holdRepository(dir, 'theirs')
    await expect(lockRepository(dir, 'mine')).rejects.toThrow(`theirs, process ${child.pid}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await lockRepository(dir, 'mine')).release()
    expect(await readdir(dir)).toEqual([])
  })

  it('is not held by another process with the number of the dead one, nor after a reboot', async () => {
    const dir = await folder()
    const path = join(dir, 'specproof.lock')
    await lockRepository(dir, 'old')
    const own = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    for (const other of [{ start: '1' }, { boot: 'another' }, { pid: 2 ** 22 + 1 }]) {
      await writeFile(path, JSON.stringify({ ...own, ...other }))
      await (await lockRepository(dir, 'new')).release()
    }
    expect(await readdir(dir)).toEqual([])
  })

  it('stays with a run on another machine, of which nobody here can know', async () => {
    const dir = await folder()
    const path = join(dir, 'specproof.lock')
    const there = { pid: 1, host: `not-${hostname()}`, boot: '', start: '', run: 'far' }
    await writeFile(path, JSON.stringify(there))
    const refused = await lockRepository(dir, 'mine').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UserError)
    expect(refused).toMatchObject({ status: 'git', message: expect.stringContaining(`remove ${path}`) })
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(there)
  })

  it('is taken from a dead one by exactly one of many, whatever the dead one left there', async () => {
    const dir = await folder()
    for (const left of [
      '',
      '{',
      JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), boot: '', start: '', run: 'x' }),
    ]) {
      await writeFile(join(dir, 'specproof.lock'), left)
      const taken = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => lockRepository(dir, `run ${n}`)))
      const winners = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      expect(winners).toHaveLength(1)
      await winners[0]!.release()
      expect(await readdir(dir)).toEqual([])
    }
  })

  it('lets go only of what is still its own', async () => {
    const dir = await folder()
    const lock = await lockRepository(dir, 'one')
    await writeFile(join(dir, 'specproof.lock'), 'of somebody else')
    await lock.release()
    expect(await readdir(dir)).toEqual(['specproof.lock'])
  })
})
