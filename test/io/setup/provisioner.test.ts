import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Provided } from '../../../src/io/setup/provisioner.ts'
import { everyFile, scratch } from '../git/support.ts'
import { lockFor, MANIFEST, makeTinyProject, provisionerOf } from './support.ts'

const JS = ['javascript' as const]

/** Host folder that is shown at a path of the repository. */
function shownAt(provided: Provided, place: string): string {
  if (!provided.ok) throw new Error(provided.unready.message)
  const mount = provided.provision.mounts.find(({ to }) => to.endsWith(place))
  if (!mount) throw new Error(`nothing is shown at ${place}`)
  return mount.from
}

const versionIn = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, 'tiny/package.json'), 'utf8')) as { version: string }).version

describe('set-up of the base', () => {
  it('installs from the lockfile without scripts, once, and leaves the checkout as it was', async () => {
    const repo = await makeTinyProject()
    const before = await everyFile(repo.root)
    const first = provisionerOf(repo)
    const folder = shownAt(await first.provisioner.base(repo.head(), JS), '/node_modules')
    expect(versionIn(folder)).toBe('1.0.0')
    expect(readdirSync(join(folder, 'tiny')).sort()).toEqual(['index.js', 'package.json'])
    expect(first.ways()).toEqual(['run'])
    expect(first.events[0]).toMatchObject({ type: 'setup.started', managers: ['npm'], afterPatch: false })
    expect(first.events[1]).toMatchObject({ how: 'run', paths: ['node_modules'], message: null })
    expect(await everyFile(repo.root)).toEqual(before)

    // A change that does not concern dependencies is no other set-up.
    const manifest = JSON.parse(MANIFEST('vendor/tiny-1.tgz')) as object
    await repo.write({ 'package.json': JSON.stringify({ ...manifest, scripts: { test: 'vitest' } }), 'a.txt': 'two' })
    const second = provisionerOf(repo)
    expect(shownAt(await second.provisioner.base(repo.commit(), JS), '/node_modules')).toBe(folder)
    expect(second.ways()).toEqual(['cached'])
  })

  it('is not run where the checkout has what the lockfile asks for, and is where it has something else', async () => {
    const repo = await makeTinyProject()
    const own = join(repo.root, 'node_modules')
    await mkdir(join(own, 'tiny'), { recursive: true })
    const install = (version: string) =>
      writeFile(join(own, 'tiny/package.json'), JSON.stringify({ name: 'tiny', version }))
    await install('1.0.0')
    const fits = provisionerOf(repo)
    const provided = await fits.provisioner.base(repo.head(), JS)
    expect(shownAt(provided, '/node_modules')).toBe(own)
    expect(provided.ok && provided.provision.home).toBe(repo.root)
    expect(fits.events).toMatchObject([
      { type: 'setup.finished', how: 'carried', paths: ['node_modules'], message: null },
    ])

    await install('0.9.0')
    const differs = provisionerOf(repo)
    expect(versionIn(shownAt(await differs.provisioner.base(repo.head(), JS), '/node_modules'))).toBe('1.0.0')
    expect(differs.ways()).toEqual(['run'])
  })

  it("runs the user's own commands at the repository's path, with its environment and network, and keeps what they make", async () => {
    const repo = await makeTinyProject()
    const setup = [
      'mkdir gen && pwd > gen/where',
      'echo "$OWN$CI" > gen/env; readlink /proc/self/ns/net > gen/net; git log --format=%s > gen/log',
    ]
    const run = provisionerOf(repo, {
      setup,
      env: { PATH: process.env['PATH'], HOME: repo.around, OWN: 'mine ', GIT_DIR: '/nowhere' },
    })
    const folder = shownAt(await run.provisioner.base(repo.head(), JS), '/gen')
    const text = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
    expect(text('where')).toBe(repo.root)
    expect(text('env')).toBe('mine true')
    expect(text('log')).toBe('base')
    expect(existsSync(join(repo.root, 'gen'))).toBe(false)
  })

  it('has nothing to do with an empty list of commands', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo, { setup: [] })
    expect(await run.provisioner.base(repo.head(), JS)).toMatchObject({ ok: true, provision: { mounts: [] } })
    expect(run.events).toEqual([])
  })

  it('runs in a folder of its own where the box has no namespaces, and says so', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo, { setup: ['mkdir gen && pwd > gen/where'], place: false })
    const folder = shownAt(await run.provisioner.base(repo.head(), JS), '/gen')
    expect(readFileSync(join(folder, 'where'), 'utf8')).toContain(join(repo.around, 'setup'))
    expect(run.events.at(-1)).toMatchObject({ message: expect.stringContaining('a folder of its own') })
  })

  it('tells a failure with the words of the command, keeps nothing, and tries again the next time', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo, {
      setup: ['echo first', 'echo the disk is on fire >&2; exit 7', 'echo never > gen'],
    })
    const provided = await run.provisioner.base(repo.head(), JS)
    expect(provided).toMatchObject({ ok: false, unready: { status: 'environment' } })
    const message = provided.ok ? '' : provided.unready.message
    expect(message).toContain('ended with exit code 7:\nthe disk is on fire')
    expect(message).toContain('Run it by hand')
    expect(run.ways()).toEqual(['failed'])
    expect(readdirSync(join(repo.around, 'setup'))).toEqual([])
  })

  it('ends all that a command has started, when it is done and when its time is up', async () => {
    const repo = await makeTinyProject()
    const mark = `${repo.around}/alive`
    const daemon = `(setsid sh -c 'for i in $(seq 100); do date > ${mark}; sleep 0.1; done' > /dev/null 2>&1 &) ; sleep 0.3`
    for (const [setup, wallMs] of [
      [[daemon], 60_000],
      [[`${daemon}; sleep 60`], 1_000],
    ] as const) {
      const run = provisionerOf(repo, { setup: [...setup], wallMs })
      const provided = await run.provisioner.base(repo.head(), JS)
      expect(provided.ok).toBe(wallMs === 60_000)
      if (!provided.ok) expect(provided.unready.message).toContain('took longer than 0 minutes')
      const before = readFileSync(mark, 'utf8') + (await runningWith(mark))
      expect(before).toBe(readFileSync(mark, 'utf8'))
    }
  })

  it('is ended by a signal', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo, {
      setup: ['touch "$HOME/begun"; sleep 60'],
      env: { PATH: process.env['PATH'], HOME: repo.around },
    })
    const pending = run.provisioner.base(repo.head(), JS)
    await expect.poll(() => existsSync(join(repo.around, 'begun')), { timeout: 60_000 }).toBe(true)
    run.controller.abort()
    expect(await pending).toMatchObject({ ok: false, unready: { message: expect.stringContaining('was interrupted') } })
    expect(readdirSync(join(repo.around, 'setup'))).toEqual([])
  })

  it('is made once by two runs at the same time, and a lock of a dead process is taken over', async () => {
    const repo = await makeTinyProject()
    const setup = [`echo made >> ${repo.around}/count; sleep 0.5; mkdir gen && echo > gen/it`]
    const runs = [provisionerOf(repo, { setup }), provisionerOf(repo, { setup }), provisionerOf(repo, { setup })]
    const folders = await Promise.all(
      runs.map(async (run) => shownAt(await run.provisioner.base(repo.head(), JS), '/gen')),
    )
    expect(new Set(folders).size).toBe(1)
    expect(readFileSync(join(repo.around, 'count'), 'utf8')).toBe('made\n')
    expect(runs.flatMap((run) => run.ways()).sort()).toEqual(['cached', 'cached', 'run'])

    const store = join(repo.around, 'setup')
    const [key = ''] = readdirSync(store)
    await rm(join(store, key), { recursive: true })
    for (const name of [`${key}.lock`, `${key}.0badcafe.999999999`]) await writeFile(join(store, name), '999999999')
    const later = provisionerOf(repo, { setup })
    await later.provisioner.base(repo.head(), JS)
    expect(later.ways()).toEqual(['run'])
    expect(readdirSync(store)).toEqual([key])
  })
})

/** Command lines that hold a text. */
async function runningWith(text: string): Promise<string> {
  const found = readdirSync('/proc').filter((id) => /^\d+$/.test(id) && Number(id) !== process.pid)
  return found
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })
    .join()
}

describe('after a permitted change', () => {
  it('provides the new lockfile by products of its own, without scripts, and the base keeps its own', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo)
    const base = repo.head()
    const old = shownAt(await run.provisioner.base(base, JS), '/node_modules')
    await repo.write({
      'package.json': MANIFEST('vendor/tiny-2.tgz'),
      'package-lock.json': lockFor('vendor/tiny-2.tgz', '2.0.0'),
    })
    const patched = repo.commit()
    const folder = shownAt(await run.provisioner.patched(patched), '/node_modules')
    expect(versionIn(folder)).toBe('2.0.0')
    expect(readdirSync(join(folder, 'tiny')).sort()).toEqual(['index.js', 'package.json'])
    expect(run.provisioner.of(base)?.mounts[0]?.from).toBe(old)
    expect(run.provisioner.of(patched)?.mounts[0]?.from).toBe(folder)
    expect(run.events.at(-1)).toMatchObject({ how: 'run', afterPatch: true })
    await run.provisioner.patched(patched)
    expect(run.ways()).toEqual(['run', 'run'])

    // Once it has landed, it is there already.
    const landed = provisionerOf(repo)
    expect(shownAt(await landed.provisioner.base(patched, JS), '/node_modules')).toBe(folder)
    expect(landed.ways()).toEqual(['cached'])
  })

  it('does nothing for a patch that changes no dependency, and takes scripts off recognised commands', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo, { setup: ['npm ci --ignore-scripts --no-audit'] })
    const old = shownAt(await run.provisioner.base(repo.head(), JS), '/node_modules')
    await repo.write({ 'src/a.js': 'export {}' })
    expect(shownAt(await run.provisioner.patched(repo.commit()), '/node_modules')).toBe(old)
    expect(run.ways()).toEqual(['run'])
  })

  it("is the model's to mend when the manager says that the files do not agree", async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo)
    await run.provisioner.base(repo.head(), JS)
    await repo.write({ 'package.json': MANIFEST('vendor/tiny-2.tgz') })
    const provided = await run.provisioner.patched(repo.commit())
    expect(provided).toMatchObject({ ok: false, unready: { status: 'patch' } })
    expect(provided.ok ? '' : provided.unready.message).toMatch(/package\.json and package-lock\.json.*in sync/)
  })

  it("is not the model's fault when the registry cannot be reached", async () => {
    const repo = await makeTinyProject()
    const env = {
      ...process.env,
      npm_config_cache: join(repo.around, 'npm'),
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
    }
    const run = provisionerOf(repo, { env })
    await run.provisioner.base(repo.head(), JS)
    const manifest = { name: 'target', private: true, dependencies: { 'is-number': '7.0.0' } }
    const entry = { version: '7.0.0', resolved: 'https://registry.npmjs.org/is-number/-/is-number-7.0.0.tgz' }
    const packages = { '': { name: 'target', dependencies: manifest.dependencies }, 'node_modules/is-number': entry }
    await repo.write({
      'package.json': JSON.stringify(manifest),
      'package-lock.json': JSON.stringify({ name: 'target', lockfileVersion: 3, requires: true, packages }),
    })
    const provided = await run.provisioner.patched(repo.commit())
    expect(provided).toMatchObject({ ok: false, unready: { status: 'environment' } })
    expect(provided.ok ? '' : provided.unready.message).toContain('ECONNREFUSED')
  })

  it('stops for a person where commands of the user might run what the patch chose', async () => {
    const repo = await makeTinyProject()
    const run = provisionerOf(repo, { setup: ['true package-lock.json'] })
    await run.provisioner.base(repo.head(), JS)
    await repo.write({ 'package-lock.json': lockFor('vendor/tiny-2.tgz', '2.0.0') })
    const provided = await run.provisioner.patched(repo.commit())
    expect(provided).toMatchObject({ ok: false, unready: { status: 'blocked' } })
    expect(provided.ok ? '' : provided.unready.message).toContain('`true package-lock.json` under `setup:`')
  })
})

describe('as a plain user', () => {
  const isRoot = process.geteuid?.() === 0
  it.skipIf(!isRoot)('set-up sees the tree at the same place, as that user', async () => {
    const around = await scratch()
    for (const name of ['tree', 'at']) await mkdir(join(around, name))
    execFileSync('chmod', ['-R', '777', around])
    const module = join(import.meta.dirname, '../../../src/io/setup/run-setup.ts')
    const command = 'pwd > where; id -u > who; touch made'
    const request = {
      command,
      tree: join(around, 'tree'),
      at: join(around, 'at'),
      env: { PATH: '/usr/bin:/bin' },
      wallMs: 20_000,
    }
    const script = `import { runSetup } from ${JSON.stringify(module)}
      const end = await runSetup({ ...${JSON.stringify(request)}, signal: new AbortController().signal })
      console.log(JSON.stringify(end))`
    const user = ['--reuid=65533', '--regid=65533', '--clear-groups', '--']
    const answer = execFileSync('setpriv', [...user, process.execPath, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(JSON.parse(answer)).toMatchObject({ ok: true })
    expect(readFileSync(join(around, 'tree/where'), 'utf8')).toBe(`${join(around, 'at')}\n`)
    expect(readFileSync(join(around, 'tree/who'), 'utf8')).toBe('65533\n')
    expect(readdirSync(join(around, 'at'))).toEqual([])
  })
})

describe('set-up of a package in a repository', () => {
  it('is what a lockfile of its own asks for, or its own commands, and starts in its folder', async () => {
    const repo = await makeTinyProject()
    await repo.write({
      'packages/api/package.json': MANIFEST('vendor/tiny-1.tgz'),
      'packages/api/package-lock.json': lockFor('vendor/tiny-1.tgz', '1.0.0'),
      'packages/api/vendor/tiny-1.tgz': readFileSync(join(repo.root, 'vendor/tiny-1.tgz')),
    })
    const projects = [{ dir: 'packages/api' }, { dir: 'packages/web', setup: ['pwd > made.ignored; exit 0'] }]
    await repo.write({ 'packages/web/a.txt': 'web', '.gitignore': 'node_modules/\n*.ignored\n' })
    const run = provisionerOf(repo, { projects })
    const provided = await run.provisioner.base(repo.commit(), JS)
    expect(versionIn(shownAt(provided, '/packages/api/node_modules'))).toBe('1.0.0')
    expect(readFileSync(shownAt(provided, '/packages/web/made.ignored'), 'utf8').trim()).toBe(
      join(repo.root, 'packages/web'),
    )
    expect(run.events.flatMap((event) => (event.type === 'setup.started' ? event.commands : []))).toEqual([
      expect.stringMatching(/^npm ci/),
      expect.stringMatching(/^cd packages\/api && npm ci/),
      'cd packages/web && ( pwd > made.ignored; exit 0 )',
    ])
  })
})
