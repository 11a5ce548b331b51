import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from './choose-runner.ts'

/** Oldest versions whose plug-ins and results our harness knows. */
const OLDEST = { vitest: 5, jest: 29 }

/** What is missing or too old in the `node_modules` of these folders, the nearest first, in one sentence; null: nothing. */
export async function missingTools(homes: readonly string[], runner: Runner): Promise<string | null> {
  // Said in the box, by the Python or Go that is used there.
  if (runner === 'pytest' || runner === 'go') return null
  const missing = runner === 'node:test' ? null : await missingRunner(homes, runner)
  if (missing) return missing
  if ((await versionOf(homes, 'fast-check')) !== null) return null
  return (await installedAnything(homes))
    ? 'fast-check is not installed: `npm i -D fast-check`'
    : 'dependencies are not installed: run npm ci (fast-check is not there)'
}

async function installedAnything(homes: readonly string[]): Promise<boolean> {
  for (const home of homes)
    if (
      await access(join(home, 'node_modules')).then(
        () => true,
        () => false,
      )
    )
      return true
  return false
}

async function missingRunner(homes: readonly string[], runner: 'vitest' | 'jest'): Promise<string | null> {
  const version = await versionOf(homes, runner)
  if (version === null) return `dependencies are not installed: run npm ci (${runner} is not there)`
  const oldest = OLDEST[runner]
  if (Number.parseInt(version, 10) >= oldest) return null
  return `${runner} ${version} is installed, and ${oldest} or newer is needed: \`npm i -D ${runner}@${oldest}\``
}

async function versionOf(homes: readonly string[], name: string): Promise<string | null> {
  for (const home of homes) {
    try {
      const manifest = await readFile(join(home, 'node_modules', name, 'package.json'), 'utf8')
      return (JSON.parse(manifest) as { version: string }).version
    } catch {
      // It may lie further up.
    }
  }
  return null
}
