import { readdir, readlink, realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'

/** What a box has to show for the installed dependencies of a project to work. */
export interface DependencyMounts {
  readOnly: string[]
  mounts: { from: string; to: string }[]
}

/**
 * `node_modules` of the repository at its place, and whatever its links lead to outside of the repository, at its own
 * place (`npm link`, linked test projects). Null when nothing is installed.
 */
export async function dependencyMounts(repository: string): Promise<DependencyMounts | null> {
  const folder = join(repository, 'node_modules')
  const target = await realpath(folder).catch(() => null)
  if (target === null) return null
  const found: DependencyMounts = { readOnly: [], mounts: [{ from: target, to: folder }] }
  const home = await realpath(repository)
  if (!isInside(target, home)) show(found, target)
  for (const entry of await entries(target)) await followLink(found, entry, [home, target])
  found.readOnly = outermost(found.readOnly)
  return found
}

/** The folders and links directly below, packages of scopes included. */
async function entries(folder: string): Promise<string[]> {
  const names = await readdir(folder, { withFileTypes: true })
  const inside = names.map(async ({ name }) => {
    const path = join(folder, name)
    const scoped = name.startsWith('@') ? await readdir(path).catch(() => []) : []
    return [path, ...scoped.map((inner) => join(path, inner))]
  })
  return (await Promise.all(inside)).flat()
}

async function followLink(found: DependencyMounts, link: string, home: string[]): Promise<void> {
  const text = await readlink(link).catch(() => null)
  const target = text === null ? null : await realpath(link).catch(() => null)
  if (text === null || target === null || home.some((folder) => isInside(target, folder))) return
  show(found, target)
  // A link to a link: the name in between has to lead somewhere as well.
  const between = resolve(dirname(link), text)
  if (between !== target && !isInside(between, ...home)) found.mounts.push({ from: target, to: between })
}

/** A package finds its own dependencies beside it, so all of the `node_modules` that it lies in is shown. */
function show(found: DependencyMounts, target: string): void {
  const parts = target.split(sep)
  const at = parts.indexOf('node_modules')
  found.readOnly.push(at < 0 ? target : parts.slice(0, at + 1).join(sep))
}

function outermost(folders: string[]): string[] {
  const all = [...new Set(folders)]
  return all.filter((folder) => !all.some((other) => other !== folder && isInside(folder, other)))
}

function isInside(path: string, ...folders: string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder + sep))
}
