import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { toolingOf } from '../../../src/io/checks/tooling.ts'

const root = await mkdtemp(join(tmpdir(), 'specproof-tooling-'))
afterAll(() => rm(root, { recursive: true, force: true }))

async function installed(path: string, text: string) {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}

it('names checks by what is installed at the root, in each package and in the environments of Python', async () => {
  const mounts = ['node_modules', 'packages/a/node_modules', 'packages/b/.venv'].map((path) => ({
    from: join(root, path),
    to: join('/project', path),
  }))
  const homes = [join(root, 'packages/a'), root, root]
  const said = () => toolingOf('none', [], mounts, homes)
  const seen = [await said()]
  for (const [path, text] of [
    ['node_modules/.package-lock.json', '{"packages":{"a":1}}'],
    ['packages/a/node_modules/vitest/package.json', '{"version":"5.0.0"}'],
    ['packages/a/node_modules/vitest/package.json', '{"version":"5.0.1"}'],
    ['packages/b/.venv/lib/python3.12/site-packages/pytest-9.0.0.dist-info/METADATA', 'Name: pytest\nVersion: 9.0.0\n'],
  ] as const) {
    await installed(path, text)
    seen.push(await said())
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(await said()).toBe(seen.at(-1))
  expect(await toolingOf('none', [], mounts, [...homes].reverse())).toBe(seen.at(-1))
})
