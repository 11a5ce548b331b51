import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeToolchain } from '../../../src/io/box/toolchain.ts'
import { createUnshareBox, prepareTree } from '../../../src/io/box/unshare.ts'
import { LIMITS } from './support.ts'

let dir: string

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-toolchain-')))
})

afterEach(() => rm(dir, { recursive: true, force: true }))

/** A real Node at `path`, without the cost of a copy where links are possible. */
async function nodeAt(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await copyFile(await realpath(process.execPath), path)
  await chmod(path, 0o755)
  return path
}

/** What `script` prints in a box that has this toolchain. */
async function runWith(path: string, script: string): Promise<string> {
  const toolchain = await nodeToolchain(path)
  const tree = join(dir, 'tree')
  await mkdir(tree, { recursive: true })
  await prepareTree(tree)
  const policy = { root: '/project', tree, readOnly: toolchain.readOnly, mounts: [], env: { PATH: toolchain.path } }
  const result = await createUnshareBox().run(['sh', '-c', script], policy, LIMITS, {})
  expect(result.stderr).toBe('')
  return result.stdout.trim()
}

it('shows only the package of a Node that npm installed, behind its link in .bin', async () => {
  const node = await nodeAt(join(dir, 'project/node_modules/node/bin/node'))
  await mkdir(join(dir, 'project/node_modules/.bin'))
  await symlink('../node/bin/node', join(dir, 'project/node_modules/.bin/node'))
  const path = `${dir}/project/node_modules/.bin:/usr/bin`

  expect(await nodeToolchain(path)).toMatchObject({ readOnly: [join(dir, 'project/node_modules/node')] })
  expect(await runWith(path, 'command -v node; node -p process.version')).toBe(`${node}\n${process.version}`)
})

it('shows the program folder and npm of an installation by a version manager', async () => {
  const prefix = join(dir, 'versions/v1')
  await nodeAt(join(prefix, 'bin/node'))
  const npm = join(prefix, 'lib/node_modules/npm')
  await mkdir(join(npm, 'bin'), { recursive: true })
  await mkdir(join(prefix, 'lib/node_modules/private'))
  await writeFile(join(npm, 'bin/npm-cli.js'), '#!/usr/bin/env node\nconsole.log(require("../name.json"))\n', {
    mode: 0o755,
  })
  await writeFile(join(npm, 'name.json'), '"npm"')
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(prefix, 'bin/npm'))

  expect((await nodeToolchain(join(prefix, 'bin'))).readOnly).toEqual([join(prefix, 'bin'), npm])
  expect(await runWith(join(prefix, 'bin'), `npm; ls ${prefix}/lib/node_modules`)).toBe('npm\nnpm')
})

it('asks a script that stands in for Node which one it runs, and shows a lone binary without its folder', async () => {
  const node = await nodeAt(join(dir, 'private/node'))
  await writeFile(join(dir, 'private/notes'), 'private')
  await mkdir(join(dir, 'shims'))
  await writeFile(join(dir, 'shims/node'), `#!/bin/sh\nexec '${node}' "$@"\n`, { mode: 0o755 })

  expect((await nodeToolchain(join(dir, 'shims'))).readOnly).toEqual([node])
  expect(await runWith(join(dir, 'shims'), `node -p 1; ls ${dir}/private`)).toBe('1\nnode')
})

it('leaves only system folders on the PATH otherwise, in the order of the caller', async () => {
  const { readOnly, path } = await nodeToolchain(`${dir}:/no/such:relative:/bin:/usr/bin`)

  expect(readOnly).toEqual([])
  expect(path.split(':').slice(0, 2)).toEqual(['/bin', '/usr/bin'])
  expect(path).not.toContain(dir)
})
