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
