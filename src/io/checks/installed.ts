import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from './choose-runner.ts'

/** Oldest versions whose plug-ins and results our harness knows. */
const OLDEST = { vitest: 5, jest: 29 }

/** What is missing or too old in the project's node_modules, in one sentence; null: nothing. */
export async function missingTools(repository: string, runner: Runner): Promise<string | null> {
  // Said in the box, by the Python or Go that is used there.
  if (runner === 'pytest' || runner === 'go') return null
  const missing = runner === 'node:test' ? null : await missingRunner(repository, runner)
  if (missing) return missing
  if ((await versionOf(repository, 'fast-check')) !== null) return null
  return (await installedAnything(repository))
    ? 'fast-check is not installed: `npm i -D fast-check`'
    : 'dependencies are not installed: run npm ci (fast-check is not there)'
}

function installedAnything(repository: string): Promise<boolean> {
  return access(join(repository, 'node_modules')).then(
    () => true,
    () => false,
  )
}

async function missingRunner(repository: string, runner: 'vitest' | 'jest'): Promise<string | null> {
  const version = await versionOf(repository, runner)
  if (version === null) return `dependencies are not installed: run npm ci (${runner} is not there)`
  const oldest = OLDEST[runner]
  if (Number.parseInt(version, 10) >= oldest) return null
  return `${runner} ${version} is installed, and ${oldest} or newer is needed: \`npm i -D ${runner}@${oldest}\``
}

async function versionOf(repository: string, name: string): Promise<string | null> {
  try {
    const manifest = await readFile(join(repository, 'node_modules', name, 'package.json'), 'utf8')
    return (JSON.parse(manifest) as { version: string }).version
  } catch {
    return null
  }
}
