import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dependencyMounts } from '../../../../src/io/checks/dependencies.ts'
import { expectClosed, openScene, type Scene, whySkipped } from './support.ts'

const FILES = {
  'package.json': '{ "name": "demo", "dependencies": { "bufferutil": "4.0.9", "node-gyp-build": "4.8.4" } }\n',
  'demo.js': `const file = require('node-gyp-build').path(require('node:path').dirname(require.resolve('bufferutil')))
const { mask } = require(file)
const out = Buffer.alloc(4)
mask(Buffer.from('spec'), Buffer.from([1, 2, 3, 4]), out, 0, 4)
console.log(file.endsWith('.node'), out.toString('hex'))
`,
}
const skipped = await whySkipped('npm')

describe.skipIf(skipped)('Node in the box', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await openScene(FILES)
    await scene.host('npm install --ignore-scripts --no-audit --no-fund')
    await scene.plant()
  })
  afterAll(() => scene?.close())

  it('loads a native addon that a package ships', async () => {
    const { mounts } = (await dependencyMounts(scene.root))!
    const { detect } = scene
    const found = await detect()
    expect(mounts).toEqual([{ from: join(scene.root, 'node_modules'), to: join(scene.root, 'node_modules') }])
    expect(found.found.map(({ language }) => language)).toEqual(['node'])

    const result = await scene.inBox('node demo.js', {}, mounts)

    expect(result, result.stderr).toMatchObject({ exitCode: 0, stdout: 'true 72726667\n' })
  })

  it('asks no registry', async () => {
    const result = await scene.inBox('npm --version > /dev/null 2>&1 || exit 9; npm view left-pad version')

    if (result.exitCode === 9) return
    expect(result.stderr).toMatch(/ENOTCACHED/)
  })

  it('shows no password and no network', () => expectClosed(scene))
})
