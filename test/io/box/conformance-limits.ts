import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type CgroupPlace, findCgroupPlaces } from '../../../src/io/box/cgroup.ts'
import type { Needing, Scene } from './conformance.ts'
import { LIMITS } from './support.ts'

const places = await findCgroupPlaces()
const missing = (['memory', 'pids'] as const).filter((name) => !places.some(({ controller }) => controller === name))
if (missing.length > 0) console.warn(`not tried, as no control group can be made for it: ${missing.join(', ')}`)

/** Limits on output, files, scratch folders, processes and processor time. */
export function limitsHold(scene: () => Scene, needing: Needing): void {
  it('stays bounded when something prints 100 MB', async () => {
    let seen = 0
    const onOutput = (text: string) => {
      seen += text.length
    }

    const result = await scene().run('head -c 100000000 /dev/zero | tr "\\0" x', { options: { onOutput } })

    expect(result.cause).toBe('output')
    expect(result.stdout.length).toBe(LIMITS.outputBytes)
    expect(seen).toBe(LIMITS.outputBytes)
  })

  it('counts both streams together and allows exactly the limit', async () => {
    const limits = { outputBytes: 6 }
    expect(await scene().run('printf abc; printf abc >&2', { limits })).toMatchObject({ cause: 'exit', exitCode: 0 })
    expect(await scene().run('printf abcd; printf abc >&2; sleep 600', { limits })).toMatchObject({ cause: 'output' })
  })

  it('limits the size of a file', async () => {
    await scene().run('head -c 5000000 /dev/zero > large')

    expect((await lstat(join(scene().tree, 'large'))).size).toBeLessThanOrEqual(LIMITS.fileBytes)
  })

  needing('own file system')('limits /tmp and HOME together', async () => {
    const fill = 'for i in 1 2 3 4; do head -c 1900000 /dev/zero > /tmp/$i && head -c 1900000 /dev/zero > ~/$i; done'
    const result = await scene().run(`${fill}; du -sbc /tmp ~ | tail -1`)

    expect(result.stderr).toContain('No space left')
    expect(Number(result.stdout.split('\t')[0])).toBeLessThan(LIMITS.tmpBytes + 200_000)
  })

  needing('own file system')(
    'limits the number of files in /tmp, which take memory however small they are',
    async () => {
      const result = await scene().run('cd /tmp && seq 1 30000 | xargs touch', { limits: { tmpBytes: 1_000_000 } })

      expect(result.stderr).toContain('No space left')
    },
  )

  it('limits the processes of this box without counting those of another', async () => {
    const start = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 5 & done; echo all'
    const few = await scene().run(start, { limits: { processes: 10 } })
    expect(few.stdout).not.toContain('all')

    const both = await Promise.all([1, 2].map(() => scene().run(start, { limits: { processes: 20 } })))
    expect(both.map((result) => result.stdout)).toEqual(['all\n', 'all\n'])
  })

  needing('signals')('limits the processor time and says so', async () => {
    const result = await scene().run('while :; do :; done', { limits: { cpuSeconds: 1 } })

    expect(result).toMatchObject({ cause: 'cpu-time', exitCode: null, signal: 'SIGXCPU' })
  })

  needing('signals')(
    'says so when the size of a file ended the program, and not when the program went on',
    async () => {
      const ended = await scene().run('exec head -c 5000000 /dev/zero > large')
      expect(ended).toMatchObject({ cause: 'file-size', exitCode: null, signal: 'SIGXFSZ' })

      expect(await scene().run('head -c 5000000 /dev/zero > large; exit 3')).toMatchObject({
        cause: 'exit',
        exitCode: 3,
      })
    },
  )
}

/** Limits that only control groups can tell apart. */
export function groupsHold(scene: () => Scene): void {
  const has = (name: CgroupPlace['controller']) => places.some(({ controller }) => controller === name)

  it.skipIf(!has('pids'))('says so when there were too many processes, unless the program succeeded', async () => {
    const start = '(for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 5 & done)'
    const limits = { processes: 10 }

    expect(await scene().run(`${start}; exit 3`, { limits })).toMatchObject({ cause: 'processes', exitCode: 3 })
    expect(await scene().run(`${start}; exit 0`, { limits })).toMatchObject({ cause: 'exit', exitCode: 0 })
    expect(await scene().run('sleep 0.1 & wait; exit 3', { limits })).toMatchObject({ cause: 'exit', exitCode: 3 })
  })

  it.skipIf(!has('memory'))('limits memory and says so', async () => {
    const hold = 'exec tail -c 200000000 /dev/zero'

    const result = await scene().run(hold, { limits: { memoryBytes: 50_000_000 } })

    expect(result).toMatchObject({ cause: 'memory', exitCode: null, signal: 'SIGKILL' })
  })

  it('leaves no control group behind', async () => {
    await scene().run('true')

    for (const { parent } of places) {
      const own = (await readdir(parent)).filter((name) => name.startsWith(`specproof-${process.pid}-`))
      expect(own).toEqual([])
    }
  })
}
