import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, execaSync } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Box } from '../../../src/io/box/box.ts'
import { createNoneBox } from '../../../src/io/box/none.ts'
import { endThoseIn, parseLsof } from '../../../src/io/box/srt-leftovers.ts'
import { createLinuxSrtBox } from '../../../src/io/box/srt-linux.ts'
import { arrange } from '../../../src/io/box/srt-places.ts'
import { probeOwnPath } from '../../../src/io/box/srt-probe.ts'
import { execWords, wordVariables } from '../../../src/io/box/srt-words.ts'
import { createUnshareBox, prepareTree } from '../../../src/io/box/unshare.ts'
import { hasRuntime, LIMITS, processesWith } from './support.ts'

let dir: string
let tree: string
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-srt-test-')))
  tree = join(dir, 'tree')
  await mkdir(tree)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const policy = (mounts: { from: string; to: string }[]) => ({ root: '/project', tree, readOnly: [], mounts, env: {} })

describe('the runtime', () => {
  it('is not loaded before it is used, and where it is missing the mend is told', async () => {
    const missing = `data:text/javascript,import{registerHooks}from'node:module';registerHooks({resolve(name,context,next){
      if(name.startsWith('@anthropic-ai/sandbox-runtime'))throw new Error('Cannot find package');return next(name,context)}})`
    const src = join(import.meta.dirname, '../../../src/io/box')
    const script = `
      import { allBoxes } from '${src}/choose.ts'
      const box = allBoxes().find(({ name }) => name === 'srt')
      console.log(JSON.stringify(await box.probe('${dir}')))`
    const { stdout } = await execa(process.execPath, ['--import', missing, '--input-type=module', '-e', script])
    const probe = JSON.parse(stdout)

    expect(probe).toMatchObject({ ok: false, reason: expect.stringMatching(/is not installed/) })
    if (!probe.reason.startsWith('bwrap')) expect(probe.advice).toMatch(/^npm install @anthropic-ai\/sandbox-runtime /)
  })
})

const noLinux =
  process.platform !== 'linux' || !hasRuntime() || execaSync('bwrap', ['--version'], { reject: false }).failed
if (noLinux) console.warn('not tried: overlays of srt, for which the runtime or bwrap is not installed')

describe('overlays on Linux', () => {
  it.skipIf(noLinux)('need a copy only where unshare needs one', async () => {
    const large = join(dir, 'large')
    await mkdir(large)
    await writeFile(join(large, 'file'), Buffer.alloc(LIMITS.tmpBytes * 2, 'x'))
    await prepareTree(tree)
    const laidOver = { ...policy([]), overlays: [{ from: large, to: '/large' }] }
    const write = (box: Box) => box.run(['sh', '-c', 'echo y >> /large/new; wc -c < /large/file'], laidOver, LIMITS, {})

    const [srt, unshare] = [await write(createLinuxSrtBox()), await write(createUnshareBox())]

    expect([srt.cause, srt.exitCode, srt.stdout]).toEqual([unshare.cause, unshare.exitCode, unshare.stdout])
  })
})

describe('words in variables', () => {
  it('come out as they went in', async () => {
    const odd = ['a b', '', `'"$(touch x)\`\\`, '\n', '*', '-n', 'ü']
    const show = ['node', '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...odd]
    const env = { PATH: process.env.PATH, ...wordVariables(show.with(0, process.execPath)) }
    const { stdout } = await execa('sh', ['-c', execWords()], { env, extendEnv: false, cwd: dir })

    expect(JSON.parse(stdout)).toEqual(odd)
  })
})

describe('mounts where nothing can be mounted', () => {
  it('are links for the time of the run, and what was there comes back', async () => {
    await mkdir(join(tree, '.git'))
    await writeFile(join(tree, '.git/kept'), 'kept')
    await mkdir(join(dir, 'other'))
    await writeFile(join(dir, 'other/shown'), 'shown')
    const mounts = ['/project/.git', '/project/deep/place'].map((to) => ({ from: join(dir, 'other'), to }))

    const { links, visible, undo } = await arrange(policy(mounts), tree)

    expect(await readFile(join(tree, '.git/shown'), 'utf8')).toBe('shown')
    expect(await readdir(join(tree, 'deep/place'))).toEqual(['shown'])
    expect(links.sort()).toEqual([join(tree, '.git'), join(tree, 'deep/place')])
    expect(visible).toContain(join(dir, 'other'))
    await undo()
    expect(await readdir(tree)).toEqual(['.git'])
    expect(await readdir(join(tree, '.git'))).toEqual(['kept'])
    expect((await readdir(dir)).sort()).toEqual(['other', 'tree'])
  })

  it('are not put, and not taken away, through a link that leads out of the tree', async () => {
    const outside = join(dir, 'outside')
    await mkdir(outside)
    await symlink(outside, join(tree, 'out'))
    await expect(arrange(policy([{ from: dir, to: '/project/out/x' }]), tree)).rejects.toThrow('symbolic link')
    expect(await readdir(outside)).toEqual([])

    await writeFile(join(dir, 'file'), 'mounted')
    const { undo } = await arrange(policy([{ from: join(dir, 'file'), to: '/project/in/file' }]), tree)
    // What a payload could do: the same link lies at the same place, but outside.
    await symlink(join(dir, 'file'), join(outside, 'file'))
    await rename(join(tree, 'in'), join(tree, 'away'))
    await symlink(outside, join(tree, 'in'))
    await undo()

    expect(await readdir(outside)).toEqual(['file'])
  })

  it('are refused where they cannot be shown', async () => {
    const elsewhere = { from: dir, to: '/elsewhere' }
    await expect(arrange(policy([elsewhere]), tree)).rejects.toThrow('cannot show')
    await expect(arrange({ ...policy([]), overlays: [elsewhere] }, tree)).rejects.toThrow('overlays')
    await expect(arrange({ ...policy([]), readOnly: ['/no/such'] }, tree)).rejects.toThrow('/no/such')
  })
})

const { failed: noLsof } = execaSync('lsof', ['-v'], { reject: false })
if (noLsof) console.warn('what leaves its group is not looked for: lsof is not installed')

describe('processes that left their group', () => {
  it.skipIf(noLsof)('are ended when they work in one of the folders, and no others', async () => {
    const start = (cwd: string) => spawn('sleep', ['600'], { cwd, detached: true, stdio: 'ignore' })
    const [inside, outside] = [start(tree), start(dir)]
    try {
      await Promise.all([once(inside, 'spawn'), once(outside, 'spawn')])
      const ended = once(inside, 'exit')
      await endThoseIn([tree])

      expect(await ended).toEqual([null, 'SIGKILL'])
      expect(outside.exitCode ?? outside.signalCode).toBeNull()
    } finally {
      inside.kill('SIGKILL')
      outside.kill('SIGKILL')
    }
  })

  it('are read from what lsof prints', () => {
    expect(parseLsof('p12\nfcwd\nn/a b\np13\nfcwd\nn/\n')).toEqual([
      { pid: 12, folder: '/a b' },
      { pid: 13, folder: '/' },
    ])
    expect(parseLsof('')).toEqual([])
  })
})

describe('the probe of the rules for files', () => {
  it('finds everything open where nothing is isolated, and leaves nothing behind', async () => {
    const repository = join(dir, 'repository')
    await mkdir(join(repository, '.git'), { recursive: true })
    await writeFile(join(repository, '.git/config'), '[core]\n')

    const home = process.env.HOME
    process.env.HOME = dir
    const probe = await probeOwnPath(createNoneBox(), repository)
    process.env.HOME = home
    for (const pid of await processesWith('specproof-probe-')) process.kill(pid, 'SIGKILL')

    const open = probe.checks.filter(({ held }) => !held).map(({ name }) => name)
    expect(probe.ok).toBe(false)
    expect(open).toEqual(
      expect.arrayContaining([
        'no secret from .agent',
        'no .git/config',
        'nothing of your home',
        'no temporary files of others',
        "no connection to the host's loopback",
        'no Unix socket of the host',
        'nothing was written outside',
        'no child survives',
        'no listener was reached',
      ]),
    )
    expect(await readdir(repository)).toEqual(['.git'])
    expect((await readdir(dir)).sort()).toEqual(['repository', 'tree'])
  })
})
