import { readdir, readlink, realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'

/** What a box has to show for the installed dependencies of a project to work. */
export interface DependencyMounts {
  readOnly: string[]
  mounts: { from: string; to: string }[]
}

/**
 * `node_modules` of the repository at its place, and whatever its links lead to outside of the repository, at its own
 * place (`npm link`, linked test projects). Null when nothing is installed. `from`: where it lies on the host, when that
 * is not its place; its links mean what they would mean there.
 */
export async function dependencyMounts(
  repository: string,
  folder = join(repository, 'node_modules'),
  from = folder,
): Promise<DependencyMounts | null> {
  const target = await realpath(from).catch(() => null)
  if (target === null) return null
  const found: DependencyMounts = { readOnly: [], mounts: [{ from: target, to: folder }] }
  const home = await realpath(repository)
  if (!isInside(target, home) && target !== from) show(found, target)
  for (const entry of await entries(target)) await followLink(found, entry, { home: [home, target], folder, target })
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

interface Place {
  /** What lies in here is there anyway. */
  home: string[]
  folder: string
  target: string
}

async function followLink(found: DependencyMounts, link: string, { home, folder, target: at }: Place): Promise<void> {
  const text = await readlink(link).catch(() => null)
  const between = text === null ? null : resolve(dirname(folder + link.slice(at.length)), text)
  // Also where the link lies elsewhere on the host: inside the repository the tree in the box has it.
  const target = between === null ? null : await realpath(isInside(between, folder) ? link : between).catch(() => null)
  if (between === null || target === null || isInside(target, ...home)) return
  show(found, target)
  // A link to a link: the name in between has to lead somewhere as well.
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
