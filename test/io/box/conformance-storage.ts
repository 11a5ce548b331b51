import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Needing, Scene } from './conformance.ts'
import { LIMITS, newMarker, processesWith, ROOT } from './support.ts'

/** What is written to an overlay is thrown away. */
export function overlays(scene: () => Scene, needing: Needing): void {
  const it = needing('overlays')

  /** A folder that belongs to the caller, root's if root made it. */
  async function base(): Promise<string> {
    const from = join(scene().dir, 'base, with: odd')
    await mkdir(join(from, 'sub/deep'), { recursive: true })
    await writeFile(join(from, 'kept'), 'kept')
    await writeFile(join(from, 'sub/changed'), 'original')
    await writeFile(join(from, 'sub/deep/removed'), 'there')
    await chmod(join(from, 'sub/changed'), 0o644)
    await symlink('kept', join(from, 'link'))
    return from
  }

  async function contents(dir: string): Promise<string[]> {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return Promise.all(files.sort().map(async (path) => `${path.slice(dir.length)}: ${await readFile(path, 'utf8')}`))
  }

  it('lets an overlay be written, and throws it away: its base and the next run see the original', async () => {
    const from = await base()
    const before = await contents(from)
    const policy = { overlays: [{ from, to: `${ROOT}/cache of it` }] }
    const script = `
set -e
cd 'cache of it'
cat link sub/changed
echo more >> sub/changed
rm -r sub/deep
mkdir sub/deep
echo new > sub/deep/new
mv sub moved
echo top > top
rm kept
cat moved/changed
find . -type f | sort`

    const first = await scene().run(script, { policy })
    const second = await scene().run(script, { policy })

    const found = './moved/changed\n./moved/deep/new\n./top\n'
    expect(first).toMatchObject({ exitCode: 0, stdout: `keptoriginaloriginalmore\n${found}`, stderr: '' })
    expect(second.stdout).toBe(first.stdout)
    expect(await contents(from)).toEqual(before)
    expect(await readdir(scene().tree)).toEqual(['source.txt'])
  })

  it('limits what is written to overlays together with /tmp', async () => {
    const policy = { overlays: [{ from: await base(), to: '/overlay' }] }
    const fill =
      'for i in 1 2 3 4; do head -c 1900000 /dev/zero > /tmp/$i && head -c 1900000 /dev/zero > /overlay/$i; done'

    const result = await scene().run(`${fill}; du -sbc /tmp /overlay | tail -1`, { policy })

    expect(result.stderr).toContain('No space left')
    expect(Number(result.stdout.split('\t')[0])).toBeLessThan(LIMITS.tmpBytes + 200_000)
  })

  it('overlays a single file', async () => {
    const from = join(await base(), 'kept')
    const result = await scene().run('echo x >> /etc-file; cat /etc-file', {
      policy: { overlays: [{ from, to: '/etc-file' }] },
    })

    expect(result).toMatchObject({ exitCode: 0, stdout: 'keptx\n' })
    expect(await readFile(from, 'utf8')).toBe('kept')
  })

  it('overlays what is larger than may be written, or says that it cannot', async () => {
    const from = await base()
    await writeFile(join(from, 'large'), Buffer.alloc(LIMITS.tmpBytes * 2, 'x'))
    const policy = { overlays: [{ from, to: '/overlay' }] }

    const result = await scene().run('echo new > /overlay/new && wc -c < /overlay/large', { policy })

    const copied = result.cause === 'box'
    if (copied) expect(result.message).toContain('a copy of it does not fit')
    else expect(result).toMatchObject({ exitCode: 0, stdout: `${LIMITS.tmpBytes * 2}\n` })
  })

  it('hides what lies beneath an overlay', async () => {
    const policy = { overlays: [{ from: await base(), to: '/overlay' }] }
    const result = await scene().run('find /.box -mindepth 1; touch /.box/x', { policy })

    expect(result).toMatchObject({ exitCode: 1, stdout: '' })
  })

  const itWithin = needing('mounts in overlays')
  itWithin('keeps read-only what is mounted in an overlay, and beneath it nothing of the base is seen', async () => {
    const { dir, run } = scene()
    const from = await base()
    await mkdir(join(dir, 'mounted'))
    for (const name of ['mounted/inner', 'file']) await writeFile(join(dir, name), name)
    const mounts = [
      { from: join(dir, 'mounted'), to: '/overlay/sub' },
      { from: join(dir, 'file'), to: '/overlay/kept' },
      { from: join(dir, 'file'), to: '/overlay/sub/inner' },
    ]
    const policy = { overlays: [{ from, to: '/overlay' }], mounts }
    const script = `cd /overlay; echo new > new; cat new kept sub/inner; ls -R sub
for to in kept sub/inner sub/more; do { echo x >> $to; } 2> /dev/null && echo "wrote $to"; done; mv sub other 2> /dev/null || echo stays`

    expect(await run(script, { policy })).toMatchObject({ stdout: 'new\nfilefilesub:\ninner\nstays\n' })
    expect(await readdir(from)).not.toContain('new')
    expect(await readFile(join(dir, 'mounted/inner'), 'utf8')).toBe('mounted/inner')
  })

  itWithin('says what cannot be mounted in an overlay', async () => {
    const { dir, run } = scene()
    const from = await base()
    const overlays = [{ from, to: '/overlay' }]
    const wrong = [
      { overlays, mounts: [{ from: dir, to: '/overlay/is not there' }] },
      { overlays: [...overlays, { from: dir, to: '/overlay/sub' }] },
    ]

    for (const [index, message] of ['/overlay/is not there', '/overlay/sub'].entries())
      expect(await run('true', { policy: wrong[index]! })).toMatchObject({
        cause: 'box',
        message: expect.stringContaining(message),
      })
  })
}

/** The network of the host, for set-up. */
export function usesNetwork(scene: () => Scene, needing: Needing): void {
  it("connects to the host's loopback when it has the host's network, and only then", async () => {
    let reached = 0
    const server = createServer((socket) => {
      reached++
      socket.end('hello')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const connect = `bash -c 'exec 8<> /dev/tcp/127.0.0.1/${port} && timeout 5 cat <&8'`

    const without = await scene().run(connect)
    const reachedBefore = reached
    const result = await scene().run(connect, { policy: { network: 'host' } })
    await new Promise((done) => server.close(done))

    expect([without.stdout, reachedBefore]).toEqual(['', 0])
    expect(result).toMatchObject({ cause: 'exit', exitCode: 0, stdout: 'hello' })
  })

  needing('own file system')(
    'resolves names as the host does when it has its network, and shows nothing else of it',
    async () => {
      const policy = { network: 'host' } as const
      const shown = await scene().run('cat /etc/resolv.conf /etc/hosts', { policy })
      const read = (path: string) => readFile(path, 'utf8').catch(() => '')

      expect(shown.stdout).toBe((await read('/etc/resolv.conf')) + (await read('/etc/hosts')))
      const kept = await scene().run(
        'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; ls -d /etc/shadow /run /var /root; touch /etc/hosts /usr/x; uname -n',
        { policy },
      )
      expect(kept.stdout).toMatch(/^65534\nCapEff:\s*0{16}\nCapBnd:\s*0{16}\nNoNewPrivs:\s*1\nbox\n$/)
    },
  )
}

/** What a tree may grow by, and scratch folders that are full. */
export function diskHolds(scene: () => Scene, needing: Needing): void {
  const many = (megabytes: number) =>
    `i=0; while [ $i -lt ${megabytes} ]; do head -c 1000000 /dev/zero > $i; i=$((i + 1)); done`
  const limits = { diskBytes: 20_000_000, wallMs: 60_000 }

  it('ends a run whose tree grows by more than it may, however small each file is', async () => {
    const marker = newMarker()
    const result = await scene().run(`${many(60)}; sleep 600`, { limits, name: marker })

    expect(result).toMatchObject({ cause: 'disk', exitCode: null })
    expect(await processesWith(marker)).toEqual([])
  })

  it('tells at the end of a run that was too quick', async () => {
    expect(
      await scene().run('head -c 1000000 /dev/zero > a; for i in 1 2 3 4 5 6; do cp a $i; done', {
        limits: { diskBytes: 3_000_000 },
      }),
    ).toMatchObject({ cause: 'disk' })
    expect(
      await scene().run('rm *; head -c 1000000 /dev/zero > a', { limits: { diskBytes: 3_000_000 } }),
    ).toMatchObject({ cause: 'exit', exitCode: 0 })
  })

  it('finds files that were removed and are still open', async () => {
    const script = `exec 8> hidden; rm hidden; while head -c 200000 /dev/zero >&8; do :; done; sleep 600`

    expect(
      await scene().run(script, { limits: { ...limits, diskBytes: 5_000_000, fileBytes: 40_000_000 } }),
    ).toMatchObject({ cause: 'disk' })
  })

  it('counts files as well as bytes', async () => {
    const script = 'seq 1 6000 | xargs touch; sleep 600'

    expect(await scene().run(script, { limits: { ...limits, diskBytes: 4_000_000 } })).toMatchObject({ cause: 'disk' })
  })

  it('does not blame a run for what somebody else writes', async () => {
    const { dir, tree, run } = scene()
    const options = {
      onOutput: () =>
        void writeFile(join(dir, 'of another'), Buffer.alloc(60_000_000, 'x')).then(() =>
          writeFile(join(tree, 'go'), ''),
        ),
    }
    const script =
      'echo started; until [ -e go ]; do sleep 0.05; done; sleep 0.3; head -c 100000 /dev/zero > little; exit 3'

    const result = await run(script, { limits, options })

    expect(result).toMatchObject({ cause: 'exit', exitCode: 3 })
  })

  it('is not taken in by what somebody else removes meanwhile', async () => {
    const { dir, tree, run } = scene()
    const other = join(dir, 'of another')
    await writeFile(other, Buffer.alloc(60_000_000, 'x'))
    const onOutput = () => void rm(other, { force: true }).then(() => writeFile(join(tree, 'go'), ''))
    const wait = 'echo started; until [ -e go ]; do sleep 0.05; done'
    const script = `${wait}; head -c 1000000 /dev/zero > a; for i in 1 2 3 4 5 6; do cp a $i; done`

    expect(await run(script, { limits: { diskBytes: 3_000_000 }, options: { onOutput } })).toMatchObject({
      cause: 'disk',
    })
  })

  needing('own file system')(
    'says so when a program fails after /tmp or its home was full, and not when it goes on',
    async () => {
      const fill = 'for i in 1 2 3 4 5 6; do head -c 1900000 /dev/zero > ~/$i || break; done'

      expect(await scene().run(`${fill} 2> /dev/null; exit 3`)).toMatchObject({ cause: 'disk', exitCode: 3 })
      expect(await scene().run(`${fill} 2> /dev/null; exit 0`)).toMatchObject({ cause: 'exit', exitCode: 0 })
      expect(await scene().run('head -c 1000000 /dev/zero > ~/a; exit 3')).toMatchObject({ cause: 'exit', exitCode: 3 })
    },
  )
}
