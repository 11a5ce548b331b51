import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Oldest vitest whose plug-ins and results our harness knows. */
const OLDEST_VITEST = 5

/** What is missing or too old in the project's node_modules, in one sentence; null: nothing. */
export async function missingTools(repository: string): Promise<string | null> {
  const vitest = await versionOf(repository, 'vitest')
  if (vitest === null) return 'dependencies are not installed: run npm ci (vitest is not there)'
  if (Number.parseInt(vitest, 10) < OLDEST_VITEST) {
    return `vitest ${vitest} is installed, and ${OLDEST_VITEST} or newer is needed: \`npm i -D vitest@${OLDEST_VITEST}\``
  }
  if ((await versionOf(repository, 'fast-check')) === null) return 'fast-check is not installed: `npm i -D fast-check`'
  return null
}

async function versionOf(repository: string, name: string): Promise<string | null> {
  try {
    const manifest = await readFile(join(repository, 'node_modules', name, 'package.json'), 'utf8')
    return (JSON.parse(manifest) as { version: string }).version
  } catch {
    return null
  }
}
