import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findCgroupPlaces, makeRunGroup } from '../../../src/io/box/cgroup.ts'
import { toResult } from '../../../src/io/box/result.ts'
import type { Outcome } from '../../../src/io/box/supervise.ts'
import { LIMITS } from './support.ts'

const places = await findCgroupPlaces()
const pids = places.filter(({ controller }) => controller === 'pids')
const ELSEWHERE = ['unshare', '-p', '-f', '-m', '--propagation', 'private', '--mount-proc', '--kill-child']
const forbidden = spawnSync(ELSEWHERE[0]!, [...ELSEWHERE.slice(1), 'true']).status !== 0
if (pids.length === 0) console.warn('no control group of processes can be made here: not tried')

it('makes no group where none can be made', async () => {
  expect(await makeRunGroup([], LIMITS)).toBeNull()
})

it('makes no group of memory without a limit for it', async () => {
  const place = { controller: 'memory', version: 1, parent: '/no/such' } as const

  expect(await makeRunGroup([place], LIMITS)).toBeNull()
  await expect(makeRunGroup([place], { ...LIMITS, memoryBytes: 1 })).rejects.toThrow('/no/such')
})

it('lets a thread enter by itself where it can: a whole process waits for a grace period of the kernel', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'specproof-cgroup-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const entrancesOf = async (version: 1 | 2) => {
    const group = (await makeRunGroup([{ controller: 'pids', version, parent }], LIMITS))!
    return group.entrances.map((path) => basename(path))
  }

  expect(await entrancesOf(1)).toEqual(['tasks'])
  expect(await entrancesOf(2)).toEqual(['cgroup.procs'])
})

describe.skipIf(pids.length === 0)('a control group of processes', () => {
  it('holds what enters it, and is gone after its removal', async () => {
    const group = (await makeRunGroup(pids, LIMITS))!
    onTestFinished(() => group.remove())
    const [file, ...args] = group.enter(['cat', '/proc/self/cgroup'])

    const { stdout } = await execa(file!, args)
    const name = /:pids:\/(specproof-\S+)$/m.exec(stdout)?.[1]
    expect(await readdir(pids[0]!.parent)).toContain(name)
    expect(group.struck()).toEqual({ memory: false, processes: false })

    await group.remove()
    expect(await readdir(pids[0]!.parent)).not.toContain(name)
  })

  it('is removed when a process that made it is gone without a word', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'specproof-cgroup-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const source = JSON.stringify(join(import.meta.dirname, '../../../src/io/box/cgroup.ts'))
    const code = `const { makeRunGroup } = await import(${source}); await makeRunGroup(${JSON.stringify(pids)}, { processes: 5 }); console.log(process.pid); process.exit(0)`
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', code], { cwd: dir })
    const left = async () =>
      (await readdir(pids[0]!.parent)).filter(
        (name) => name.startsWith('specproof-') && name.includes(`-${stdout.trim()}-`),
      )
    expect(await left()).toHaveLength(1)

    await findCgroupPlaces()

    expect(await left()).toEqual([])
  })

  it.skipIf(forbidden)('is not removed by one who cannot see the processes of its maker', async () => {
    const group = (await makeRunGroup(pids, LIMITS))!
    onTestFinished(() => group.remove())
    const source = JSON.stringify(join(import.meta.dirname, '../../../src/io/box/cgroup.ts'))
    const code = `const { findCgroupPlaces } = await import(${source}); console.log(JSON.stringify(await findCgroupPlaces()))`
    const [file, ...args] = [...ELSEWHERE, process.execPath, '--input-type=module', '-e', code]

    const { stdout } = await execa(file!, args)
    expect(JSON.parse(stdout)).toEqual(places)
    for (const entrance of group.entrances) expect(existsSync(entrance)).toBe(true)
  })
})

describe('the cause of an end', () => {
  const outcome: Outcome = {
    ...{ stopped: null, exitCode: 0, signal: null, stdout: '', stderr: '', spawnError: null, durationMs: 1 },
    report: 'ready\nstatus 1\n',
  }

  it.each([
    ['a failure after memory ran out', outcome.report, { memory: true, processes: false }, 'memory'],
    ['a failure after both', outcome.report, { memory: true, processes: true }, 'memory'],
    ['a success nevertheless', 'ready\nstatus 0\n', { memory: true, processes: true }, 'exit'],
    ['a box that lost its first process', 'ready\n', { memory: true, processes: false }, 'memory'],
    ['nothing special', outcome.report, { memory: false, processes: false }, 'exit'],
  ])('of %s', (_, report, struck, cause) => {
    expect(toResult({ ...outcome, report }, struck).cause).toBe(cause)
  })

  it('is what ended it from outside before all others', () => {
    expect(toResult({ ...outcome, stopped: 'wall-clock' }, { memory: true, processes: true }).cause).toBe('wall-clock')
  })
})
