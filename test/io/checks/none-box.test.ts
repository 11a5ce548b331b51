import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BoxLimits, BoxPolicy } from '../../../src/io/box/box.ts'
import { createNoneBox } from '../../../src/io/box/none.ts'
import { scratch, write } from './target.ts'

const LIMITS: BoxLimits = {
  wallMs: 60_000,
  outputBytes: 1_000_000,
  fileBytes: 1e9,
  tmpBytes: 1e9,
  processes: 100,
  cpuSeconds: 60,
}

async function policyOf(more: Partial<BoxPolicy> = {}): Promise<BoxPolicy> {
  return { root: '/inside', tree: await scratch(), readOnly: [], mounts: [], env: { PATH: '/usr/bin:/bin' }, ...more }
}

const sh = async (script: string, policy?: BoxPolicy, limits = {}, options = {}) =>
  createNoneBox().run(['sh', '-c', script], policy ?? (await policyOf()), { ...LIMITS, ...limits }, options)

describe('the box without isolation', () => {
  it('runs in the tree, with its input and nothing of our environment', async () => {
    const policy = await policyOf({ env: { PATH: '/usr/bin:/bin', MINE: 'yes' } })
    const result = await sh('pwd; cat; env; echo oops >&2; exit 3', policy, {}, { input: 'words\n' })
    expect(result).toMatchObject({ exitCode: 3, cause: 'exit', stderr: 'oops\n' })
    expect(result.stdout).toContain(`${policy.tree}\nwords\n`)
    const names = result.stdout.split('\n').flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? [])
    expect(names.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name)).toSorted()).toEqual([
      'HOME',
      'MINE',
      'PATH',
      'TMPDIR',
    ])
  })

  it('links mounts below the root into the tree and takes them away again', async () => {
    const from = await scratch()
    await write(from, { 'file.txt': 'shown' })
    const policy = await policyOf({ mounts: [{ from, to: '/inside/deep/place' }] })
    expect((await sh('cat deep/place/file.txt', policy)).stdout).toBe('shown')
    expect(await readdir(policy.tree)).toEqual([])
  })

  it('refuses what it could not show', async () => {
    const policy = await policyOf({ mounts: [{ from: await scratch(), to: '/not/there' }] })
    expect(await sh('true', policy)).toMatchObject({ cause: 'box', message: expect.stringContaining('/not/there') })
  })

  it('says when the program cannot be started', async () => {
    const result = await createNoneBox().run(['no-such-program'], await policyOf(), LIMITS, {})
    expect(result.cause).toBe('box')
    expect(result.message).toContain('no-such-program')
  })

  it('ends the whole group at the wall clock, and when cancelled', async () => {
    const late = await sh('sleep 100 & sleep 100', undefined, { wallMs: 200 })
    expect(late).toMatchObject({ cause: 'wall-clock', signal: 'SIGKILL' })
    const controller = new AbortController()
    const options = { signal: controller.signal, onOutput: () => controller.abort() }
    expect(await sh('echo ready; sleep 100', undefined, {}, options)).toMatchObject({ cause: 'cancelled' })
  })

  it('does not wait for a process that left the group and keeps the pipes open', async () => {
    const policy = await policyOf()
    const result = await sh(`setsid sh -c 'echo $$ > pid; exec sleep 300' & sleep 0.2; echo done`, policy)
    process.kill(Number(await readFile(join(policy.tree, 'pid'), 'utf8')), 'SIGKILL')
    expect(result).toMatchObject({ cause: 'exit', exitCode: 0, stdout: 'done\n' })
  })

  it('ends a flood at the limit of both streams together', async () => {
    const result = await sh('yes & yes >&2', undefined, { outputBytes: 10_000 })
    expect(result.cause).toBe('output')
    expect(result.stdout.length + result.stderr.length).toBe(10_000)
  })

  it('leaves nothing behind in the tree', async () => {
    const policy = await policyOf()
    await sh(`test -d "$HOME" && echo x > "$HOME/x" && test "$HOME" = "$TMPDIR"`, policy)
    expect(await readdir(join(policy.tree))).toEqual([])
  })
})
