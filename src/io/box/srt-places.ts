import { lstat, mkdir, mkdtemp, readlink, realpath, rename, rm, rmdir, symlink, unlink } from 'node:fs/promises'
import { dirname, join, normalize, relative } from 'node:path'
import type { BoxPolicy } from './box.ts'
import { PlanError } from './plan.ts'

/** What stands in for mounts where nothing can be mounted. */
export interface Places {
  /** Symbolic links that were made in the tree. */
  links: string[]
  /** Resolved host paths that the payload may read. */
  visible: string[]
  /** Puts the tree back as it was; what the payload has changed on the way there stays as the payload left it. */
  undo(): Promise<void>
}

type Undo = (() => Promise<unknown>)[]

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => {
    throw new PlanError(`${path} cannot be shown: it does not exist or cannot be read`)
  })
}

/** The folders from `tree` down to the one that holds `place`, the tree itself left out. */
function foldersTo(tree: string, place: string): string[] {
  const parts = relative(tree, dirname(place)).split('/').filter(Boolean)
  return parts.map((_, index) => join(tree, ...parts.slice(0, index + 1)))
}

/** Whether nothing on the way to `place` is a link, which could lead out of the tree. */
async function isPlain(tree: string, place: string): Promise<boolean> {
  for (const folder of foldersTo(tree, place)) {
    if (!(await lstat(folder).catch(() => null))?.isDirectory()) return false
  }
  return true
}

async function makeFolders(tree: string, place: string, undo: Undo): Promise<void> {
  for (const folder of foldersTo(tree, place)) {
    const found = await lstat(folder).catch(() => null)
    if (found?.isSymbolicLink()) throw new PlanError(`cannot show anything below ${folder}: it is a symbolic link`)
    if (found?.isDirectory()) continue
    if (found) throw new PlanError(`${folder} is a file: nothing can be shown below it`)
    await mkdir(folder)
    // Only when it is empty: what the program wrote there is not ours to delete.
    undo.push(async () => (await isPlain(tree, folder)) && rmdir(folder))
  }
}

async function setAside(tree: string, place: string, undo: Undo): Promise<void> {
  const aside = await mkdtemp(join(dirname(tree), '.specproof-aside-'))
  const kept = join(aside, 'kept')
  undo.push(() => rm(aside, { recursive: true, force: true }))
  await rename(place, kept)
  undo.push(async () => (await isPlain(tree, place)) && rename(kept, place))
}

async function link(tree: string, place: string, from: string, undo: Undo): Promise<void> {
  await makeFolders(tree, place, undo)
  if (await lstat(place).catch(() => null)) await setAside(tree, place, undo)
  await symlink(from, place)
  undo.push(async () => {
    const ours = (await isPlain(tree, place)) && (await readlink(place).catch(() => null)) === from
    if (ours) await unlink(place)
  })
}

/**
 * Shows the mounts of a policy without mounting: below the root as symbolic links in the tree, and whatever is there
 * already is set aside for the time of the run; anywhere else only what is the same file on both sides. Throws a
 * `PlanError` for what cannot be shown. `tree` is resolved.
 */
export async function arrange(policy: BoxPolicy, tree: string): Promise<Places> {
  const steps: Undo = []
  const links: string[] = []
  const visible: string[] = []
  const undo = async () => {
    for (const step of steps.reverse()) await step().catch(() => {})
  }
  if ((policy.overlays ?? []).length > 0) throw new PlanError('this box has no overlays: nothing can be mounted here')
  try {
    const mounts = [...policy.mounts].sort((a, b) => a.to.split('/').length - b.to.split('/').length)
    for (const { from, to } of mounts) {
      const [source, inside] = [await real(from), relative(policy.root, normalize(to))]
      visible.push(source)
      const place = join(tree, inside)
      const elsewhere = inside === '' || inside.startsWith('..')
      if ((await realpath(elsewhere ? to : place).catch(() => null)) === source) continue
      if (elsewhere) throw new PlanError(`cannot show ${from} at ${to}: nothing can be mounted here`)
      await link(tree, place, source, steps)
      links.push(place)
    }
    for (const path of policy.readOnly) visible.push(path, await real(path))
  } catch (error) {
    await undo()
    throw error
  }
  return { links, visible, undo }
}
