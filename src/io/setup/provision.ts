import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dependencyMounts } from '../checks/dependencies.ts'
import type { Carried } from './carry.ts'

/** What a box has to show for the dependencies of one commit to be there, and to be told of them. */
export interface Provision {
  /** Host folder in which `node_modules` lies: the checkout, or products of set-up. */
  home: string
  readOnly: string[]
  mounts: { from: string; to: string }[]
  overlays: { from: string; to: string }[]
  env: Record<string, string>
}

/** One installed path of the tree: `from` on the host, at `path` of the repository. */
export interface Installed {
  path: string
  from: string
  /** Its links may show what lies outside of the repository; never where a patch chose them. */
  trusted: boolean
}

/** Puts together what is installed, the caches and what the user carries; the user's own word goes last. */
export async function makeProvision(
  repository: string,
  installed: Installed[],
  caches: { paths: string[]; env: Record<string, string> }[],
  carried: Carried[],
): Promise<Provision> {
  const provision: Provision = { home: repository, readOnly: [], mounts: [], overlays: [], env: {} }
  for (const { path, from, trusted } of installed) {
    if (carried.some((own) => own.path === path)) continue
    if (path === 'node_modules') provision.home = dirname(from)
    await addInstalled(provision, repository, join(repository, path), from, trusted)
  }
  for (const { paths, env } of caches) {
    provision.readOnly.push(...paths)
    Object.assign(provision.env, env)
  }
  for (const { path, mode } of carried) {
    const place = join(repository, path)
    if (mode === 'overlay') provision.overlays.push({ from: place, to: place })
    else await addInstalled(provision, repository, place, place, true)
  }
  return provision
}

async function addInstalled(
  provision: Provision,
  repository: string,
  to: string,
  from: string,
  trusted: boolean,
): Promise<void> {
  if (!(await stat(from).catch(() => null))?.isDirectory()) {
    provision.mounts.push({ from, to })
    return
  }
  const linked = trusted ? await dependencyMounts(repository, to, from) : null
  provision.mounts.push(...(linked?.mounts ?? [{ from, to }]))
  provision.readOnly.push(...(linked?.readOnly ?? []))
}
