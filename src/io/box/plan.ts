import { statSync } from 'node:fs'
import { lstat, mkdir, realpath, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, relative } from 'node:path'
import type { BoxPolicy } from './box.ts'
import { hostNetworkBinds } from './host-network.ts'
import type { OverlayPlace } from './overlays.ts'
import { isSystemPath, isWithin, type SystemLayout } from './system.ts'

/** Thrown inside this folder only: the policy cannot be built on this machine. */
export class PlanError extends Error {}

export interface Mount {
  /** Resolved host path. */
  from: string
  /** Normalised path inside. */
  to: string
  isDirectory: boolean
  writable: boolean
}

/** What is mounted where, the same for every backend. */
export interface Plan {
  /** Normalised path inside where the payload starts. */
  cwd: string
  /** Host symbolic links that are copied as links. */
  links: string[]
  /** All mounts of host paths in the order in which they are made. */
  mounts: Mount[]
  /** Folders, then empty files, that the box's own root needs before anything is mounted; absolute. */
  dirs: string[]
  files: string[]
  /** Mounts of the list above that become writable at the end. */
  overlays: OverlayPlace[]
  /** Mounts of the list above that lie in overlays and have to be seen in them, outermost first. */
  inOverlays: string[]
  network: 'own' | 'host'
  /** Removes the mount points that had to be made in the tree on the host. */
  cleanUp(): Promise<void>
}

function checkedPath(path: string, what: string): string {
  if (!isAbsolute(path)) throw new PlanError(`${what} must be an absolute path: ${path}`)
  if (/[\n\0]/.test(path)) throw new PlanError(`${what} holds a line break: ${JSON.stringify(path)}`)
  const normal = normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}

async function resolveMount(from: string, to: string, writable: boolean): Promise<Mount> {
  const target = checkedPath(to, 'a path inside the box')
  if (['/', '/proc', '/dev', '/etc', '/mnt'].includes(target)) throw new PlanError(`cannot mount over ${target}`)
  const source = await realpath(checkedPath(from, 'a mounted path')).catch(() => {
    throw new PlanError(`${from} cannot be mounted: it does not exist or cannot be read`)
  })
  checkedPath(source, 'a mounted path')
  return { from: source, to: target, isDirectory: (await stat(source)).isDirectory(), writable }
}

/** All mounts of the caller, parents before what lies in them; at one place the later one of the policy wins. */
async function callerMounts(policy: BoxPolicy): Promise<Mount[]> {
  const all = [await resolveMount(policy.tree, policy.root, true)]
  const root = all[0]!.to
  for (const { from, to } of policy.mounts) all.push(await resolveMount(from, to, false))
  for (const { from, to } of policy.overlays ?? []) all.push(await resolveMount(from, to, false))
  for (const path of policy.readOnly) {
    const normal = checkedPath(path, 'a mounted path')
    if (!isSystemPath(normal) || isWithin(normal, root)) all.push(await resolveMount(normal, normal, false))
  }
  const byPlace = new Map<string, Mount>()
  for (const mount of all) byPlace.set(mount.to, mount)
  if (byPlace.get(root) !== all[0]) throw new PlanError(`something else is mounted at the root ${root}`)
  const depth = (mount: Mount) => mount.to.split('/').length
  return [...byPlace.values()].sort((a, b) => depth(a) - depth(b))
}

/** Looks for `path` below `dir` without following a symbolic link, which could lead out of it. */
async function findBelow(dir: string, path: string): Promise<'there' | 'missing'> {
  let current = dir
  for (const part of relative(dir, path).split('/')) {
    current = join(current, part)
    const found = await lstat(current).catch(() => null)
    if (found === null) return 'missing'
    if (found.isSymbolicLink()) throw new PlanError(`cannot mount at ${current}: it is a symbolic link`)
  }
  return 'there'
}

/** Makes the mount point in the tree on the host and returns what was made, outermost first. */
async function makeInTree(path: string, isDirectory: boolean): Promise<string[]> {
  const made: string[] = []
  const folder = isDirectory ? path : dirname(path)
  for (let dir = folder; !(await lstat(dir).catch(() => null)); dir = dirname(dir)) made.unshift(dir)
  await mkdir(folder, { recursive: true })
  if (!isDirectory) {
    await writeFile(path, '', { flag: 'wx' })
    made.push(path)
  }
  return made
}

async function removeMade(paths: string[]): Promise<void> {
  for (const path of paths.reverse()) {
    const found = await lstat(path).catch(() => null)
    if (found === null) continue
    // What the payload put there meanwhile stays: only an empty place is ours.
    if (found.isDirectory()) await rmdir(path).catch(() => {})
    else if (found.size === 0) await unlink(path).catch(() => {})
  }
}

function addPlace({ to, isDirectory }: Mount, lists: { dirs: string[]; files: string[] }): void {
  lists.dirs.push(isDirectory ? to : dirname(to))
  if (!isDirectory) lists.files.push(to)
}

/** Places a mount: the folders and files to be made first, on the box's own root or in the tree. */
async function placeMount(mount: Mount, earlier: Mount[], lists: { dirs: string[]; files: string[] }) {
  const holder = earlier.findLast((other) => isWithin(mount.to, other.to))
  if (!holder && !isSystemPath(mount.to)) {
    addPlace(mount, lists)
    return []
  }
  const base = holder ? holder.from : '/'
  const hostPath = join(base, relative(holder ? holder.to : '/', mount.to))
  if (holder && !holder.isDirectory) throw new PlanError(`${holder.to} is a file: nothing can be mounted below it`)
  if ((await findBelow(base, hostPath)) === 'there') return []
  if (!holder?.writable) throw new PlanError(`${mount.to} lies in a read-only folder that has no such entry`)
  return makeInTree(hostPath, mount.isDirectory)
}

async function overlayPlaces(policy: BoxPolicy, mounts: Mount[]): Promise<OverlayPlace[]> {
  const places: OverlayPlace[] = []
  for (const { to } of policy.overlays ?? []) {
    const mount = mounts.find((one) => one.to === checkedPath(to, 'a path inside the box'))!
    const inner = policy.overlays!.find((other) => other.to !== to && isWithin(normalize(other.to), mount.to))
    if (inner) throw new PlanError(`cannot lay over ${inner.to}: it lies in ${mount.to}, which is an overlay already`)
    const { uid, gid, mode } = await stat(mount.from)
    places.push({ to: mount.to, isDirectory: mount.isDirectory, uid, gid, mode: mode & 0o777 })
  }
  return places
}

/** What else is mounted in an overlay: it stays as it is. */
function mountsIn(overlays: OverlayPlace[], mounts: Mount[]): string[] {
  const inner = mounts.filter(({ to }) => overlays.some((overlay) => to !== overlay.to && isWithin(to, overlay.to)))
  return inner.map(({ to }) => to)
}

/** Turns a policy into the mounts of a box. Throws a `PlanError` when they cannot be made on this machine. */
export async function planBox(policy: BoxPolicy, system: SystemLayout): Promise<Plan> {
  const caller = await callerMounts(policy)
  const overlays = await overlayPlaces(policy, caller)
  const network = policy.network ?? 'own'
  const binds = network === 'host' ? [...system.binds, ...(await hostNetworkBinds())] : system.binds
  const lists = { mounts: [] as Mount[], dirs: [] as string[], files: [] as string[] }
  const made: string[] = []
  const cleanUp = () => removeMade(made)
  try {
    for (const bind of binds) {
      const mount: Mount = { ...bind, isDirectory: statSync(bind.from).isDirectory(), writable: false }
      addPlace(mount, lists)
      lists.mounts.push(mount)
    }
    for (const [index, mount] of caller.entries()) {
      made.push(...(await placeMount(mount, caller.slice(0, index), lists)))
      lists.mounts.push(mount)
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
  return {
    cwd: normalize(policy.root),
    links: system.links,
    ...lists,
    overlays,
    inOverlays: mountsIn(overlays, caller),
    network,
    cleanUp,
  }
}
