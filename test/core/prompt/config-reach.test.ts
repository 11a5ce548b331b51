import { expect, it } from 'vitest'
import { reachedByConfig } from '../../../src/core/prompt/config-reach.ts'

const FILES: Record<string, string> = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config'
    import { extra } from './tools/extra.ts'
    export default defineConfig({ test: { setupFiles: ['./tools/prepare'], globalSetup: 'tools/all.ts', alias: { '@': 'src' } } })`,
  'tools/extra.ts': "import { deep } from './deep.ts'\nexport const extra = deep",
  'tools/deep.ts': 'export const deep = 1',
  'tools/prepare.ts': "import '../src/polyfill.ts'",
  'tools/all.ts': 'export default () => {}',
  'src/polyfill.ts': '',
  'src/app.ts': '',
}

it('finds what the configuration imports and names, at any remove, and nothing else', async () => {
  const reached = await reachedByConfig(Object.keys(FILES), async (path) => FILES[path] ?? null)
  expect(reached.sort()).toEqual(
    Object.keys(FILES)
      .filter((path) => path !== 'src/app.ts')
      .sort(),
  )
})

it('knows what jest and Node are told in package.json, and leaves alone what other scripts run', async () => {
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      scripts: {
        test: 'node --import ./tools/hooks.mjs --test && jest --config tools/jest.json',
        start: 'node --import ./src/app.js src/app.js',
      },
      jest: { setupFiles: ['<rootDir>/tools/polyfill.js'] },
    }),
    'tools/hooks.mjs': "import './deep.mjs'",
    'tools/deep.mjs': '',
    'tools/jest.json': '{ "globalSetup": "<rootDir>/tools/all.js" }',
    'tools/all.js': '',
    'tools/polyfill.js': '',
    'jest.config.ts': 'export default {}',
    'src/app.js': '',
  }
  const reached = await reachedByConfig(Object.keys(files), async (path) => files[path] ?? null)
  expect(reached.sort()).toEqual(
    Object.keys(files)
      .filter((path) => !['package.json', 'src/app.js'].includes(path))
      .sort(),
  )
})
