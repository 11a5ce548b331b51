import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeTarget, runTests, write } from './target.ts'

// Most boxes have node_modules read-only, and a runner that wants to write or clear a cache there does not start.

it('vitest neither clears nor fills the cache of modules that a run outside has left in node_modules', async () => {
  const target = await makeTarget({
    'vitest.config.ts': 'export default { test: { fsModuleCache: true } }\n',
    'test/a.test.ts': "import { expect, it } from 'vitest'\nit('holds', () => expect(1).toBe(1))\n",
  })
  const modules = join(target.repository, 'node_modules')
  const stale = JSON.stringify({ lockfileHash: 'of packages that were others' })
  await write(modules, { '.vitest-cache/_metadata.json': stale, '.vitest-cache/one': 'cached' })
  expect(await runTests(target, {})).toMatchObject({ status: 'passed', problems: [] })
  expect(await readFile(join(modules, '.vitest-cache/_metadata.json'), 'utf8')).toBe(stale)
  expect(await readFile(join(modules, '.vitest-cache/one'), 'utf8')).toBe('cached')
})

it('jest fills no folder of the project, also where one of its projects names a cache of its own', async () => {
  const cacheDirectory = '<rootDir>/node_modules/.cache/jest'
  const target = await makeTarget({
    'package.json': JSON.stringify({
      name: 'target',
      devDependencies: { jest: '*', 'fast-check': '*' },
      jest: { cacheDirectory, projects: [{ displayName: 'own', cacheDirectory }] },
    }),
    'a.test.js': "it('holds', () => expect(1).toBe(1))\n",
  })
  expect(await runTests(target, {})).toMatchObject({ status: 'passed', problems: [] })
  await expect(access(join(target.repository, 'node_modules/.cache'))).rejects.toThrow('ENOENT')
})
