import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, open, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa, execaSync } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Box, BoxResult } from '../../../src/io/box/box.ts'
import { detectIdentity, levelOf, withoutRights } from '../../../src/io/box/identity.ts'
import { probeBox } from '../../../src/io/box/probe.ts'
import type { ProbeTargets } from '../../../src/io/box/probe-script.ts'
import { createUnshareBox, prepareTree } from '../../../src/io/box/unshare.ts'
import type { ChildRequest } from './child.ts'
import { CLINGING, processesWith } from './support.ts'

const CHILD = join(import.meta.dirname, 'child.ts')
const isRoot = process.geteuid?.() === 0

let dir: string
let request: ChildRequest

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-box-')))
  const tree = join(dir, 'tree')
  await mkdir(tree)
  await prepareTree(tree)
  request = {
    backend: 'unshare',
    script: 'true',
    tree,
    readOnly: [],
    marker: `marker-${randomBytes(6).toString('hex')}`,
  }
})

afterEach(() => rm(dir, { recursive: true, force: true }))

function resultIn(stdout: string): BoxResult {
  return JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? 'null') as BoxResult
}

const childCommand = () => [process.execPath, CHILD, JSON.stringify(request)] as const

const { failed: noBwrap } = execaSync('bwrap', ['--version'], { reject: false })
if (noBwrap) console.warn('the box of bwrap is not tried: it is not installed')
const backends = noBwrap ? (['unshare'] as const) : (['unshare', 'bwrap'] as const)

describe.each(backends)('the box of %s and the process around it', (backend) => {
  beforeEach(() => {
    request.backend = backend
  })

  it('ends with that process, also when it is killed without warning', async () => {
    request.script = CLINGING
    const [file, ...args] = childCommand()
    const child = execa(file, args, { reject: false, buffer: false })
    await new Promise<void>((done) => child.stdout.on('data', (text) => String(text).includes('started') && done()))
    const inBox = await processesWith(request.marker)

    child.kill('SIGKILL')
    await child

    expect(inBox.length).toBeGreaterThan(3)
    while ((await processesWith(request.marker)).length > 0) await sleep(10)
  })

  it('does not pass on a descriptor that the caller of that process left open', async () => {
    request.script = 'for fd in /proc/$$/fd/*; do echo "$(readlink $fd)"; done'
    const secret = join(dir, 'secret')
    await writeFile(secret, 'secret')
    const file = await open(secret)
    const gap = Array.from({ length: 97 }, () => 'ignore' as const)
    const [program, ...args] = childCommand()

    const { stdout } = await execa(program, args, { stdio: ['ignore', 'pipe', 'inherit', ...gap, file.fd as 9] })
    await file.close()

    const { cause, stdout: shown } = resultIn(String(stdout))
    expect(cause).toBe('exit')
    expect(shown).toContain('/dev/null')
    expect(shown).not.toContain(secret)
  })

  it('protects mounts below a read-only folder, also for a root that is alone in its user namespace', async () => {
    const folder = join(dir, 'folder')
    await mkdir(join(folder, 'sub mount'), { recursive: true })
    request.readOnly = [folder]
    request.script = `echo x > '${folder}/sub mount/file'; echo $?; ls -1 '${folder}/sub mount'`
    const mount = 'mount -t tmpfs tmpfs "$1/sub mount" && : > "$1/sub mount/there" && shift && exec "$@"'

    const { stdout } = await execa('unshare', ['-U', '-r', '-m', 'sh', '-c', mount, 'sh', folder, ...childCommand()])

    expect(resultIn(stdout)).toMatchObject({ cause: 'exit', stdout: '2\nthere\n' })
  })

  it.each([
    ['at all', 'echo 0 > /proc/sys/user/max_user_namespaces && echo 0 > /proc/sys/user/max_mnt_namespaces'],
    ['for the payload', 'echo 1 > /proc/sys/user/max_user_namespaces'],
  ])('says so when namespaces cannot be made %s', async (_, forbid) => {
    const script = ['-c', `${forbid} && exec "$@"`, 'sh', ...childCommand()]

    const { stdout } = await execa('unshare', ['-U', '-r', 'sh', ...script])

    expect(resultIn(stdout)).toMatchObject({ cause: 'box', message: expect.stringMatching(/unshare|bwrap/) })
  })
})

/** Runs the payload on the host, as an unprivileged user when we are root: what the probe must not accept. */
function nakedBox(node: string, started: (marker: string) => void): Box {
  const drop = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : ['env', '--']
  return {
    name: 'none',
    probe: async () => ({ ok: true, level: 'none', checks: [] }),
    run: async (argv, policy) => {
      started((JSON.parse(argv.at(-1)!) as ProbeTargets).marker)
      const command = [...drop.slice(1), node, ...argv.slice(1)]
      const { stdout, stderr, exitCode } = await execa(drop[0]!, command, { cwd: policy.tree, reject: false })
      const end = { exitCode: exitCode ?? null, signal: null, cause: 'exit' as const, message: null }
      return { ...end, stdout, stderr, durationMs: 1 }
    },
  }
}

const failingBox: Box = {
  name: 'unshare',
  probe: async () => ({ ok: true, level: 'none', checks: [] }),
  run: async () => {
    const nothing = { exitCode: null, signal: null, stdout: '', stderr: '', durationMs: 0 }
    return { ...nothing, cause: 'box', message: 'unshare failed' }
  },
}

describe('the probe', () => {
  it('sees through a box that is none', async () => {
    const repository = join(dir, 'repository')
    await mkdir(join(repository, '.git'), { recursive: true })
    await mkdir(join(repository, '.agent'))
    await writeFile(join(repository, '.git/config'), '[core]\n')
    // The payload is another user and has to reach all of it.
    const node = join(dir, 'node')
    await copyFile(await realpath(process.execPath), node)
    await execa('chmod', ['-R', 'a+rwX', dir])

    let marker = ''
    const box = nakedBox(node, (text) => {
      marker = text
    })

    const probe = await probeBox(box, repository, async () => 'none')
    for (const pid of await processesWith(marker)) process.kill(-pid, 'SIGKILL')

    expect(probe.ok).toBe(false)
    const broken = probe.checks.filter((check) => !check.held).map((check) => check.name)
    expect(broken).toEqual(
      expect.arrayContaining([
        'no secret from .agent',
        'no .git/config',
        'no capabilities',
        "no connection to the host's loopback",
        'no abstract Unix socket of the host',
        "no write in the repository's folder",
        'no child survives',
        'no listener was reached',
      ]),
    )
    expect(await readdir(repository)).toEqual(expect.arrayContaining(['.agent', '.git']))
    expect(await readdir(join(repository, '.agent'))).toEqual([])
  })

  it('reports a box that cannot be made, with advice', async () => {
    const probe = await probeBox(failingBox, dir, async () => 'none')

    expect(probe).toMatchObject({ ok: false, reason: 'unshare failed' })
    expect(probe.ok ? '' : probe.advice).toMatch(/--isolation none$/)
  })

  it('reports a repository that it cannot try things in', async () => {
    expect(await createUnshareBox().probe(join(dir, 'missing'))).toMatchObject({ ok: false })
  })
})

describe('the identity of the payload', () => {
  it('is another user when root makes the box, with or without a user namespace of its own', async () => {
    const identity = await detectIdentity()
    const line = (nested: boolean) => withoutRights({ ...identity, nested }, ['--core=0'], ['cat', '/proc/self/status'])

    for (const nested of isRoot ? [true, false] : [true]) {
      const [file, ...args] = line(nested)
      const { stdout } = await execa(file!, args)
      expect(stdout).toMatch(/^Uid:\s+65534\s/m)
      expect(stdout).toMatch(/^CapBnd:\s+0{16}$/m)
      expect(stdout).toMatch(/^NoNewPrivs:\s+1$/m)
    }
    expect(levelOf('unshare', identity)).toMatch(/^unshare: /)
  })
})
