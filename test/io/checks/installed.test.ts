import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { missingTools } from '../../../src/io/checks/installed.ts'

async function withPackages(versions: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'specproof-installed-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [name, version] of Object.entries(versions)) {
    await mkdir(join(root, 'node_modules', name), { recursive: true })
    await writeFile(join(root, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }))
  }
  return root
}

it.each([
  ['vitest', { vitest: '5.0.0', 'fast-check': '4.1.0' }, null],
  ['vitest', { vitest: '10.2.0', 'fast-check': '3.0.0' }, null],
  ['vitest', {}, /run npm ci/],
  ['vitest', { vitest: '4.1.12', 'fast-check': '4.1.0' }, /vitest 4\.1\.12 is installed, and 5 or newer is needed/],
  ['vitest', { vitest: '5.1.1' }, /fast-check is not installed/],
  ['jest', { jest: '30.5.2', 'fast-check': '4.1.0' }, null],
  ['jest', { jest: '28.1.0', 'fast-check': '4.1.0' }, /jest 28\.1\.0 is installed, and 29 or newer is needed/],
  ['jest', { vitest: '5.1.1' }, /jest is not there/],
  ['node:test', { 'fast-check': '4.1.0' }, null],
  ['node:test', {}, /run npm ci \(fast-check is not there\)/],
  ['node:test', { vitest: '5.1.1' }, /fast-check is not installed/],
] as const)('%s, %j: what is missing is said before a model is paid', async (runner, versions, expected) => {
  const missing = await missingTools([await withPackages(versions as Record<string, string>)], runner)
  if (expected === null) expect(missing).toBe(null)
  else expect(missing).toMatch(expected)
})
