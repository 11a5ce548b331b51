import { chmod, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askWithin } from '../../../../src/io/box/toolchains/ask.ts'
import {
  detectToolchains,
  hasOverlays,
  pathInto,
  rememberingDetector,
  withoutBox,
} from '../../../../src/io/box/toolchains/index.ts'
import { processesWith } from '../support.ts'
import { openScene, type Scene, SECRET, write } from './support.ts'

const MANIFESTS = ['go.mod', 'pyproject.toml', 'Cargo.toml', 'pom.xml']
let scene: Scene

beforeEach(async () => {
  scene = await openScene({})
})
afterEach(() => scene.close())

/** A program on a PATH of its own. */
async function shim(name: string, script: string): Promise<void> {
  const path = join(scene.dir, 'shims', name)
  await write(scene.dir, { [`shims/${name}`]: `#!/bin/sh\n${script}\n` })
  await chmod(path, 0o755)
}

function detect(paths: string[], more: NodeJS.ProcessEnv = {}, timeLimitMs = 10_000) {
  const env = { PATH: `${scene.dir}/shims`, HOME: scene.home, ...more }
  const place = { root: scene.root, scratch: join(scene.dir, 'scratch'), ask: askWithin(timeLimitMs) }
  return detectToolchains(paths, env, place)
}

describe('a machine that is not in order', () => {
  it('names each tool that is not there', async () => {
    const { found, missing } = await detect(MANIFESTS)

    expect(found).toEqual([])
    expect(missing.map(({ language }) => language)).toEqual(['node', 'go', 'python', 'rust', 'java'])
    expect(missing[1]).toEqual({ language: 'go', why: 'there is no `go` on PATH' })
  })

  it('says what a broken stand-in said', async () => {
    await shim('go', 'echo "shim: version 9.9 is not installed" >&2; exit 127')
    await shim('python3', 'echo nonsense')
    await shim('rustc', 'echo /no/such/place')
    await shim('java', 'exit 0')

    const why = Object.fromEntries((await detect(MANIFESTS)).missing.map((one) => [one.language, one.why]))

    expect(why['go']).toBe(`\`${scene.dir}/shims/go env -json\` failed: shim: version 9.9 is not installed`)
    expect(why['python']).toContain('did not say where it is installed')
    expect(why['rust']).toContain('/no/such/place, which has no bin/rustc')
    expect(why['java']).toContain('did not say where it is installed')
  })

  it('ends a tool that hangs, with what it has started', async () => {
    const marker = `hanging-${SECRET}`
    await shim('go', `/bin/sh -c '/bin/sleep 600; :' ${marker} & wait`)

    const { missing } = await detect(['go.mod'], {}, 300)

    expect(missing).toContainEqual({ language: 'go', why: expect.stringContaining('gave no answer in 0.3 s') })
    await expect.poll(() => processesWith(marker)).toEqual([])
  })

  it('starts no program of the repository', async () => {
    const touched = join(scene.dir, 'touched')
    const own = { 'bin/go': '', 'bin/rustc': '', 'bin/java': '', 'bin/python3': '' }
    for (const name of Object.keys(own)) {
      await write(scene.root, { [name]: `#!/bin/sh\necho ${name} >> ${touched}\n` })
      await chmod(join(scene.root, name), 0o755)
    }

    const { missing } = await detect(MANIFESTS, { PATH: join(scene.root, 'bin') })

    expect(missing.map(({ why }) => why).slice(1)).toEqual(
      ['go', 'python3', 'rustc', 'java'].map((name) => expect.stringContaining(`bin/${name} lies in the repository`)),
    )
    expect(await scene.host(`cat ${touched} || true`)).toBe('')
  })

  it('shows no home and no folder with passwords, whatever a tool says', async () => {
    await scene.plant()
    await mkdir(join(scene.home, 'bin'))
    await shim('go', `echo '{ "GOVERSION": "go1", "GOROOT": "${scene.home}" }'`)

    const { readOnly, missing } = await detect(['go.mod'])

    expect(readOnly).toEqual([])
    expect(missing).toContainEqual({ language: 'go', why: expect.stringContaining(`holds the home ${scene.home}`) })
  })
})

describe('version managers', () => {
  it('follows a stand-in to the Python that it runs, and names both ends of a link', async () => {
    const real = (await scene.host('python3 -I -c "import sys; print(sys.base_prefix)"')).trim()
    if (real === '/usr') return console.warn('not tried: Python is a system one here')
    await symlink(real, join(scene.dir, 'python-3'))
    await write(scene.root, { '.venv/pyvenv.cfg': `home = ${scene.dir}/python-3/bin\nversion = 3\n` })

    const { readOnly, mounts, path, env } = await detect(['pyproject.toml'])

    expect(readOnly.toSorted()).toEqual([real, join(scene.dir, 'python-3')].toSorted())
    expect(mounts).toContainEqual({ from: join(scene.root, '.venv'), to: join(scene.root, '.venv') })
    expect(path.split(':').slice(0, 2)).toEqual([join(scene.root, '.venv/bin'), join(scene.dir, 'python-3/bin')])
    expect(env['VIRTUAL_ENV']).toBe(join(scene.root, '.venv'))
  })

  it('takes the environment that set-up made, and not the one of the checkout or the active one', async () => {
    const home = (await scene.host('python3 -I -c "import sys; print(sys.base_prefix)"')).trim()
    const [made, at] = [join(scene.dir, 'made'), join(scene.root, '.venv')]
    for (const folder of [made, at]) await write(folder, { 'pyvenv.cfg': `home = ${home}/bin\n` })
    await write(scene.root, { '.venv/pip.conf': '' })
    await write(made, { '.netrc': '' })
    const env = { HOME: scene.home, VIRTUAL_ENV: at }
    const place = { root: scene.root, scratch: join(scene.dir, 'scratch'), installed: [{ from: made, to: at }] }

    const { mounts, path, found } = await detectToolchains(['package.json'], env, place)

    expect(found).toMatchObject([{ language: 'python', where: at }])
    expect(mounts[0]).toEqual({ from: made, to: at })
    // What is hidden is what lies there in the box.
    expect(mounts.slice(1).map(({ to }) => to)).toEqual([join(at, '.netrc')])
    expect(path.split(':')[0]).toBe(join(at, 'bin'))
  })

  it('chooses in the folder of the manifest', async () => {
    await mkdir(join(scene.root, 'services/api'), { recursive: true })
    await shim('go', 'pwd >&2; exit 1')

    expect((await detect(['services/api/go.mod'])).missing).toContainEqual({
      language: 'go',
      why: expect.stringContaining(join(scene.root, 'services/api')),
    })
  })
})

it('asks once for the same manifests', async () => {
  await shim('go', `echo asked >> ${scene.dir}/asked; exit 1`)
  const env = { PATH: `${scene.dir}/shims:/usr/bin:/bin`, HOME: scene.home }
  const known = rememberingDetector({ root: scene.root, scratch: join(scene.dir, 'scratch') }, env)

  await Promise.all([known(['go.mod', 'a.go']), known(['go.mod', 'b.go'])])
  expect(await scene.host(`cat ${scene.dir}/asked`)).toBe('asked')
  await known(['go.mod', 'tools/go.mod'])
  expect(await scene.host(`cat ${scene.dir}/asked`)).toBe('asked\nasked')
})

it('leaves of the mounts only those below the root where there is no box', async () => {
  const mounts = [
    { from: '/a', to: '/project/.venv' },
    { from: '/b', to: '/home/box/.m2/settings.xml' },
  ]
  const overlays = [{ from: '/c', to: '/c' }]
  const all = { readOnly: ['/d'], mounts, overlays, path: '/bin', env: {}, found: [], missing: [] }

  expect(withoutBox(all, '/project')).toEqual({ ...all, mounts: [mounts[0]], overlays: [] })
})

it('asks for overlays only of a kernel that has them for everybody', () => {
  expect(['6.6.0', '6.18.44-x', '7.0-rc1'].map(hasOverlays)).toEqual([true, true, true])
  expect(['6.5.9', '5.15.0-generic', 'unknown'].map(hasOverlays)).toEqual([false, false, false])
})

it('finds what of PATH lies in shown folders', () => {
  expect(pathInto(['/opt/tool'], '/usr/bin:/opt/tool/bin:/opt/toolbox/bin:relative:/opt/tool')).toEqual([
    '/opt/tool/bin',
    '/opt/tool',
  ])
})
