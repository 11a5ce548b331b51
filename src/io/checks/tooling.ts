import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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
 * nothing of a run for which it is another text. `homes`: the folders whose `node_modules` the projects take their packages from.
 */
export async function toolingOf(
  box: Box['name'],
  found: Toolchains['found'],
  mounts: Provision['mounts'],
  homes: readonly string[],
): Promise<string> {
  const records = [...RECORDS, ...PACKAGES.map((name) => `${name}/package.json`)]
  const paths = [...new Set(homes)].sort().flatMap((home) => records.map((name) => join(home, 'node_modules', name)))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  const python = found.find(({ language }) => language === 'python')
  const own = python ? [mounts.find(({ to }) => to === python.where)?.from ?? python.where] : []
  const venvs = [...new Set([...own, ...mounts.map(({ from }) => from).filter((from) => basename(from) === '.venv')])]
  const packages = await Promise.all(venvs.sort().map(async (venv) => (await distributions(venv)).sort()))
  const installed = sha256(JSON.stringify([texts, packages])).slice(0, 32)
  const versions = found.map(({ language, version }) => `${language} ${version}`)
  return [`box ${box}`, `specproof ${packageVersion()}`, ...versions, `installed ${installed}`].join('; ')
}
