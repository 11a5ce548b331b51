import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../core/hash.ts'
import type { Box } from '../box/box.ts'
import type { Toolchains } from '../box/toolchains/index.ts'
import { packageVersion } from '../package-root.ts'
import { distributions } from '../setup/fits.ts'
import type { Provision } from '../setup/provision.ts'

/** Written by package managers: what they have installed. */
const RECORDS = ['.package-lock.json', '.pnpm/lock.yaml', '.yarn-state.yml', '.yarn-integrity']
/** Whose versions tell most where no manager has left a record. */
const PACKAGES = ['vitest', 'jest', 'fast-check', 'typescript']

/**
 * Names what checks run in and with: the box, this program, the versions of the toolchains, what is installed. A result says
 * nothing of a run for which it is another text.
 */
export async function toolingOf(
  box: Box['name'],
  found: Toolchains['found'],
  { home, mounts }: Pick<Provision, 'home' | 'mounts'>,
): Promise<string> {
  const modules = join(home, 'node_modules')
  const paths = [...RECORDS, ...PACKAGES.map((name) => `${name}/package.json`)].map((path) => join(modules, path))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  const python = found.find(({ language }) => language === 'python')
  const venv = python && (mounts.find(({ to }) => to === python.where)?.from ?? python.where)
  const installed = sha256(JSON.stringify([texts, venv ? (await distributions(venv)).sort() : []])).slice(0, 32)
  const versions = found.map(({ language, version }) => `${language} ${version}`)
  return [`box ${box}`, `specproof ${packageVersion()}`, ...versions, `installed ${installed}`].join('; ')
}
