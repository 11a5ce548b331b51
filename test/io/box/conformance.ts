import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from '../../../src/io/box/box.ts'
import { filterHere } from '../../../src/io/box/syscall-filter.ts'
import { groupsHold, limitsHold } from './conformance-limits.ts'
import { diskHolds, overlays, usesNetwork } from './conformance-storage.ts'
import { CLINGING, LIMITS, newMarker, processesWith, ROOT } from './support.ts'

/** What a box may lack by its nature; each clause that needs it is then skipped, with the reason printed. */
export type Capability =
  /** The tree is at the root of the policy, and mounts can be anywhere. Otherwise the root is the tree's own path. */
  | 'original path'
  /** What is mounted in a folder that is laid over stays there. */
  | 'mounts in overlays'
  /** A file system of its own: an allow-list, sized private scratch folders, a mount table. */
  | 'own file system'
  /** A user, a machine's name and a first process of its own. */
  | 'own user'
  /** A signal that ended the payload is told from an exit. */
  | 'signals'
  /** Folders that are written and thrown away. */
  | 'overlays'
  /** A filter of system calls for what namespaces do not part. */
  | 'filter'
  /** Unix sockets between the payload's own programs. */
  | 'Unix sockets'

/** Why a box lacks something. */
export type Lacks = Partial<Record<Capability, string>>

export interface BoxUnderTest {
  make(): Box
  lacks?: Lacks
  /** Makes a folder writable for the payload. */
  prepareTree(dir: string): Promise<void>
}

export interface Scene {
  /** A folder for this test alone. */
  dir: string
  tree: string
  /** Where the tree appears inside. */
  root: string
  run(script: string, change?: Change): Promise<BoxResult>
}

interface Change {
  policy?: Partial<BoxPolicy>
  limits?: Partial<BoxLimits>
  options?: Parameters<Box['run']>[3]
  /** `$0` of the script. */
  name?: string
}

/** Gives the `it` for a clause that needs a capability. */
export type Needing = (capability: Capability) => (title: string, test: (context: TestContext) => Promise<void>) => void

/** What every box must do. Each backend registers this suite with its own way to make one. */
export function boxConformance(name: string, { make, prepareTree, lacks = {} }: BoxUnderTest): void {
  for (const [capability, why] of Object.entries(lacks)) console.warn(`${name} has no ${capability}: ${why}`)
  const needing: Needing = (capability) => (title, test) => {
    const why = lacks[capability]
    if (why !== undefined) console.warn(`  not tried with ${name}, which has no ${capability}: ${title}`)
    it.skipIf(why !== undefined)(title, test)
  }
  describe(`box: ${name}`, () => {
    let scene: Scene

    beforeEach(async () => {
      const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-box-')))
      const tree = join(dir, 'tree')
      await mkdir(tree)
      await writeFile(join(tree, 'source.txt'), 'from the host')
      await prepareTree(tree)
      const box = make()
      const root = lacks['original path'] === undefined ? ROOT : tree
      const run: Scene['run'] = (script, { policy, limits, options, name: zero } = {}) =>
        box.run(
          ['sh', '-c', script, zero ?? 'sh'],
          { root, tree, readOnly: [], mounts: [], env: {}, ...policy },
          { ...LIMITS, ...limits },
          options ?? {},
        )
      scene = { dir, tree, root, run }
    })

    afterEach(() => rm(scene.dir, { recursive: true, force: true }))

    const current = () => scene
    protects(make, current, needing)
    filters(make, current, needing, lacks)
    passesThrough(current, needing, lacks)
    mounts(current, needing)
    overlays(current, needing)
    usesNetwork(current, needing)
    ends(current)
    limitsHold(current, needing)
    diskHolds(current, needing)
    groupsHold(current)
  })
}

function protects(make: () => Box, scene: () => Scene, needing: Needing): void {
  it('holds against every try of its own probe and leaves no trace in the repository', async () => {
    const repository = join(scene().dir, 'repository')
    await mkdir(join(repository, '.git'), { recursive: true })
    await writeFile(join(repository, '.git/config'), '[core]\n')

    const probe = await make().probe(repository)

    expect(probe.checks.filter((check) => !check.held)).toEqual([])
    expect(probe).toMatchObject({ ok: true })
    expect(probe.checks.length).toBeGreaterThan(12)
    expect(await readdir(repository)).toEqual(['.git'])
  })

  it('keeps what already was in .agent when it probes', async () => {
    const repository = join(scene().dir, 'repository')
    await mkdir(join(repository, '.agent'), { recursive: true })
    await writeFile(join(repository, '.agent/kept'), 'kept')

    expect(await make().probe(repository)).toMatchObject({ ok: true })

    expect(await readdir(join(repository, '.agent'))).toEqual(['kept'])
  })

  needing('own file system')('shows an allow-list instead of the host', async () => {
    const result = await scene().run('ls -1 /; ls -d /etc/shadow /etc/ssh /run /var /sys /home/* /root')

    const listed = result.stdout.split('\n')
    expect(listed).toEqual(expect.arrayContaining(['usr', 'tmp', 'proc', 'project']))
    for (const gone of ['run', 'var', 'root', 'sys', '/etc/shadow', '/etc/ssh']) expect(listed).not.toContain(gone)
    expect(listed.filter((path) => path.startsWith('/home/'))).toEqual(['/home/box'])
  })

  needing('own user')(
    'gives the payload an unprivileged user and no capability that a further user namespace could use',
    async () => {
      const result = await scene().run(
        'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; ' +
          'unshare -Urm sh -c "umount /usr || umount /proc || mount -o remount,bind,rw /" && echo escaped',
      )

      expect(result.stdout).toMatch(/^65534\n/)
      expect(result.stdout).toMatch(/NoNewPrivs:\s*1/)
      expect(result.stdout).toMatch(/CapEff:\s*0{16}\nCapBnd:\s*0{16}/)
      expect(result.stdout).not.toContain('escaped')
    },
  )

  it('does not let the payload into the process that made the box', async () => {
    const tries = ['ls /proc/1/root/', 'cat /proc/1/environ', 'readlink /proc/1/fd/3', 'echo status 0 > /proc/1/fd/3']
    const script = tries.map((attempt) => `(${attempt}) && echo possible`).join('\n')
    const signals = 'kill -TERM 1; kill -STOP 1; kill -KILL 1; kill -KILL $PPID; exit 7'

    expect(await scene().run(`${script}\n${signals}`)).toMatchObject({ cause: 'exit', exitCode: 7, stdout: '' })
  })

  needing('own file system')('mounts nothing that can be written except the tree and the scratch folders', async () => {
    const result = await scene().run('cat /proc/self/mountinfo')

    const writable = result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .filter((fields) => fields[5]!.startsWith('rw'))
      .map((fields) => fields[4]!.replaceAll('\\040', ' '))
    expect(writable.sort()).toEqual(['/dev/shm', '/home/box', '/proc', ROOT, '/tmp'].sort())
  })

  it('leaves the mounts of the host as they were', async () => {
    const before = await readFile('/proc/self/mountinfo', 'utf8')

    await scene().run('true')

    expect(await readFile('/proc/self/mountinfo', 'utf8')).toBe(before)
  })
}

function filters(make: () => Box, scene: () => Scene, needing: Needing, lacks: Lacks): void {
  const perl = existsSync('/usr/bin/perl')
  if (!perl) console.warn('the filter of system calls is not tried: there is no Perl to make them')
  needing('filter')('refuses system calls that no namespace parts', async (context) => {
    if (!perl || filterHere() === null) return context.skip('nobody can make them, or the kernel has no filter')
    const [keyctl, ring] = process.arch === 'x64' ? [250, 425] : [219, 425]
    const script = [
      `my $room = "\\0" x 120`,
      `print syscall(${keyctl}, 0, -3, 0) < 0 ? "keys $!\\n" : "keys\\n"`,
      `print syscall(${ring}, 4, $room) < 0 ? "ring $!\\n" : "ring\\n"`,
      `for (40, 38, 1, 2) { print socket(my $s, $_, 2 - ($_ == 40), 0) ? "$_\\n" : "$_ $!\\n" }`,
    ]
    const probe = await make().probe(scene().dir)
    if (probe.ok && probe.level.includes('not filtered')) return context.skip('nothing sets a filter here')

    const { stdout } = await scene().run(`/usr/bin/perl -e '${script.join('; ')}'`)

    const none = 'Address family not supported by protocol'
    const local = lacks['Unix sockets'] === undefined ? '1' : '1 Operation not permitted'
    const refused = ['keys Operation not permitted', 'ring Operation not permitted', `40 ${none}`, `38 ${none}`]
    expect(stdout.trim().split('\n')).toEqual([...refused, local, '2'])
  })
}

function passesThrough(scene: () => Scene, needing: Needing, lacks: Lacks): void {
  it('passes the exit code and both streams through', async () => {
    const seen: string[] = []
    const result = await scene().run('echo out; echo err >&2; exit 42', {
      options: { onOutput: (text) => seen.push(text) },
    })

    expect(result).toMatchObject({ exitCode: 42, signal: null, cause: 'exit', stdout: 'out\n', stderr: 'err\n' })
    expect(seen.sort()).toEqual(['err\n', 'out\n'])
  })

  needing('signals')('tells a signal from an exit with the number that shells use for it', async () => {
    expect(await scene().run('kill -KILL $$')).toMatchObject({ exitCode: null, signal: 'SIGKILL', stderr: '' })
    expect(await scene().run('exit 137')).toMatchObject({ exitCode: 137, signal: null })
  })

  it('gives the input, and an empty one otherwise', async () => {
    expect(await scene().run('cat', { options: { input: 'grüße\n' } })).toMatchObject({ stdout: 'grüße\n' })
    expect(await scene().run('cat')).toMatchObject({ stdout: '', exitCode: 0 })
    const unread = await scene().run('true', { options: { input: 'x'.repeat(1_000_000) } })
    expect(unread).toMatchObject({ exitCode: 0, cause: 'exit' })
  })

  it('takes arguments and variables as they are', async () => {
    const odd = `$(touch /tmp/x) '"; \\ \n*`
    const result = await scene().run('printf %s "$ODD"; printf %s "$0"', { policy: { env: { ODD: odd } }, name: odd })

    expect(result.stdout).toBe(odd + odd)
  })

  it('has only the environment of the policy, with HOME and PATH', async () => {
    process.env.SPECPROOF_TEST_SECRET = 'secret'
    const result = await scene().run('tr "\\0" "\\n" < /proc/self/environ', { policy: { env: { ONLY: 'this' } } })
    delete process.env.SPECPROOF_TEST_SECRET

    const names = result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    // There is no private /tmp that everybody would use.
    const scratch = lacks['own file system'] === undefined ? [] : ['TMPDIR']
    expect(names.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name!)).sort()).toEqual([
      ...['HOME', 'ONLY', 'PATH'],
      ...scratch,
    ])
    const own = await scene().run('echo $PATH:$HOME', { policy: { env: { PATH: '/usr/bin', HOME: '/tmp' } } })
    expect(own.stdout).toBe('/usr/bin:/tmp\n')
  })

  needing('own user')('starts in the root, with a name and a umask of its own', async () => {
    expect(await scene().run('pwd; uname -n; umask')).toMatchObject({ stdout: `${ROOT}\nbox\n0022\n` })
  })

  it('reports a program that does not exist as the shell does', async () => {
    expect(await scene().run('exec no-such-program')).toMatchObject({ exitCode: 127, cause: 'exit' })
  })
}

function mounts(scene: () => Scene, needing: Needing): void {
  needing('own file system')(
    'shows the tree at the root and keeps what is written there, and nothing else',
    async () => {
      const { tree, run } = scene()
      const write = 'cat source.txt; mkdir -p a/b && echo new > a/b/c; echo lost | tee /tmp/lost ~/lost /dev/shm/lost'

      expect(await run(write)).toMatchObject({ exitCode: 0, stdout: 'from the hostlost\n' })

      expect(await readFile(join(tree, 'a/b/c'), 'utf8')).toBe('new\n')
      expect(await run('ls /tmp ~ /dev/shm')).toMatchObject({ stdout: '/dev/shm:\n\n/home/box:\n\n/tmp:\n' })
      expect(existsSync('/tmp/lost')).toBe(false)
    },
  )

  it('shows nothing in the tree but what is there, and adds nothing', async () => {
    const { tree, run } = scene()

    expect(await run('ls -A')).toMatchObject({ stdout: 'source.txt\n' })
    expect(await readdir(tree)).toEqual(['source.txt'])
  })

  it('mounts folders and files inside the root read-only and takes the mount points away again', async () => {
    const { dir, tree, root, run } = scene()
    const modules = join(dir, 'modules')
    await mkdir(join(modules, 'package'), { recursive: true })
    await writeFile(join(dir, 'file'), 'one file')
    const mounts = [
      { from: modules, to: `${root}/deep/node_modules` },
      { from: join(dir, 'file'), to: `${root}/node.file` },
    ]

    const result = await run('ls deep/node_modules; cat node.file; touch deep/node_modules/x || echo x > node.file', {
      policy: { mounts },
    })

    expect(result).toMatchObject({ stdout: 'package\none file', exitCode: 2 })
    expect(await readdir(tree)).toEqual(['source.txt'])
    expect(await readdir(modules)).toEqual(['package'])
  })

  it('shows read-only paths wherever they lie: below /tmp, below each other, around the root', async () => {
    const { dir, run } = scene()
    const outer = join(dir, 'outer with space')
    const inner = join(outer, 'packages/inner')
    await mkdir(join(inner, 'lib'), { recursive: true })
    await writeFile(join(outer, 'top'), 'top ')
    await writeFile(join(inner, 'lib/code'), 'code ')
    const script = `cat '${outer}/top' '${inner}/lib/code' source.txt; echo w > written; touch '${outer}/x' || touch '${inner}/lib/x'`

    const result = await run(script, { policy: { root: inner, readOnly: [join(inner, 'lib'), outer, '/usr'] } })

    expect(result).toMatchObject({ cause: 'exit', stdout: 'top code from the host', exitCode: 1 })
    expect(existsSync(join(scene().tree, 'written'))).toBe(true)
  })

  needing('original path')('shows read-only paths in a root that covers a system folder', async () => {
    const names = await readdir('/usr/share', { withFileTypes: true })
    const shown = `/usr/share/${names.find((entry) => entry.isDirectory())!.name}`

    const result = await scene().run('ls -d *', { policy: { root: '/usr/share', readOnly: [shown, '/usr/bin'] } })

    expect(result.stdout.trim().split('\n').sort()).toEqual([basename(shown), 'source.txt'].sort())
  })

  needing('own file system')('keeps a read-only folder read-only where it covers a scratch folder', async () => {
    const { dir, run } = scene()
    const [tmp, home] = [join(dir, 'tmp'), join(dir, 'home')]
    await mkdir(tmp)
    await mkdir(join(home, 'box'), { recursive: true })
    for (const folder of [tmp, join(home, 'box')]) await chmod(folder, 0o777)
    const mounts = [
      { from: tmp, to: '/tmp' },
      { from: home, to: '/home' },
    ]

    const result = await run('echo x > /tmp/x; echo x > /home/box/x; ls /tmp /home/box', { policy: { mounts } })

    expect(result).toMatchObject({ cause: 'exit', stdout: '/home/box:\n\n/tmp:\n' })
    expect([await readdir(tmp), await readdir(join(home, 'box'))]).toEqual([[], []])
  })

  it('does not follow a symbolic link that the tree has at a mount point', async () => {
    const { dir, tree, root, run } = scene()
    const outside = join(dir, 'outside')
    await mkdir(outside)
    await symlink(outside, join(tree, 'link'))

    const result = await run('true', { policy: { mounts: [{ from: dir, to: `${root}/link/below` }] } })

    expect(result).toMatchObject({ cause: 'box', message: expect.stringContaining('symbolic link') })
    expect(await readdir(outside)).toEqual([])
  })

  it('says what cannot be mounted', async () => {
    const missing = await scene().run('true', { policy: { readOnly: ['/no/such/folder'] } })
    expect(missing).toMatchObject({ cause: 'box', message: expect.stringContaining('/no/such/folder') })
  })

  needing('own file system')('runs two boxes side by side without one seeing the other', async () => {
    const { tree, run } = scene()
    const meet = (own: string, other: string) =>
      run(`echo ${own} > /tmp/mine; : > ${own}; until [ -e ${other} ]; do sleep 0.01; done; cat /tmp/mine; ls /tmp`)

    const [one, two] = await Promise.all([meet('one', 'two'), meet('two', 'one')])

    expect([one.stdout, two.stdout]).toEqual(['one\nmine\n', 'two\nmine\n'])
    expect((await readdir(tree)).sort()).toEqual(['one', 'source.txt', 'two'])
  })
}

function ends(scene: () => Scene): void {
  it.each([
    ['exit', 'sleep 0.1; exit 3', {}],
    ['wall-clock', CLINGING, { wallMs: 4_000 }],
    ['output', `${CLINGING.replace(/sleep 600\n$/, '')} yes`, { outputBytes: 10_000 }],
  ] as const)('leaves no process behind after its end by %s', async (cause, script, limits) => {
    const marker = newMarker()
    const start = cause === 'exit' ? `${CLINGING.replace(/sleep 600\n$/, '')} ${script}` : script

    const result = await scene().run(start, { limits, name: marker })

    expect(result).toMatchObject({ cause })
    expect(result.stdout).toMatch(/^started\n/)
    expect(await processesWith(marker)).toEqual([])
  })

  it('ends at once when it is cancelled, with everything it started', async () => {
    const marker = newMarker()
    const controller = new AbortController()
    const options = { signal: controller.signal, onOutput: () => controller.abort() }

    const result = await scene().run(CLINGING, { options, name: marker })

    expect(result).toMatchObject({ cause: 'cancelled', exitCode: null, stdout: 'started\n' })
    expect(await processesWith(marker)).toEqual([])
  })

  it('does not run the payload when it was cancelled before', async () => {
    const result = await scene().run('touch ran', { options: { signal: AbortSignal.abort() } })

    expect(result).toMatchObject({ cause: 'cancelled' })
    expect(await lstat(join(scene().tree, 'ran')).catch(() => null)).toBeNull()
  })
}
