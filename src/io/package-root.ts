import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'

/** The folder of this package, both in a clone (src/) and as built (dist/a/src/ or dist/b/src/). */
export const PACKAGE_ROOT = findRoot(import.meta.dirname)

const built = extname(import.meta.filename) !== '.ts'

/** Names the program that a build has made; null: it runs from its sources, which may change. */
export const BUILD = process.env.SPECPROOF_BUILD ?? null

/** What runs inside the box, as files: in a clone the sources, else what is built of them, of the same build as this program. */
export const SANDBOX = built ? join(import.meta.dirname, '..', 'sandbox') : join(PACKAGE_ROOT, 'sandbox')

/** How a module there ends: `.mts` beside our sources and `.mjs` when built, as there is no package.json around it. */
export const SANDBOX_MODULE = built ? '.mjs' : '.mts'

function findRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    const manifest = join(dir, 'package.json')
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'specproof')
      return dir
    if (dir === dirname(dir)) throw new Error(`no package.json of specproof above ${from}`)
  }
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }).version
}
