import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sample } from '../support/sample.ts'
import { GUARDS, type Guard } from './guards.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const MOST_SCENARIOS = 8_000

/** The first scenario in which the program without this guard breaks a law. */
async function hunt({ file, search, replace }: Guard): Promise<{ after: number; broken: string | null }> {
  const copy = await mkdtemp(join(tmpdir(), 'specproof-guard-'))
  onTestFinished(() => rm(copy, { recursive: true, force: true }))
  for (const part of ['src', 'prompts', 'test/simulate', 'test/support', 'package.json'])
    await cp(join(ROOT, part), join(copy, part), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const text = await readFile(join(ROOT, file), 'utf8')
  expect(text.split(search).length - 1, `${file} holds this once: ${search}`).toBe(1)
  await writeFile(
    join(copy, file),
    text.replace(search, () => replace),
  )
  const args = [join(copy, 'test/simulate/hunt.ts'), String(MOST_SCENARIOS), '1']
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy })
  return JSON.parse(stdout) as { after: number; broken: string | null }
}

describe('a program without one of its guards', () => {
  it.each(sample('guards of the loops', GUARDS, 1))('breaks a law: $name', async (guard) => {
    const { after, broken } = await hunt(guard)
    console.log(`${guard.name}: ${broken} (scenario ${after})`)
    expect(broken).not.toBeNull()
  })
})
