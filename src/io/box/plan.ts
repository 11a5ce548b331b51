import { lstat, mkdir, realpath, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, relative } from 'node:path'
import type { BoxLimits, BoxPolicy } from './box.ts'
import { fstabLine, type HostMount, lockedOptions, submounts } from './mount-table.ts'
import { PERL_LOOPBACK_UP } from './setup-script.ts'
import { BOX_HOME, DEVICES, isSystemPath, isWithin, type SystemLayout } from './system.ts'

/** Thrown inside this folder only: the policy cannot be built on this machine. */
export class PlanError extends Error {}

interface Mount {
  /** Resolved host path. */
  from: string
  /** Normalised path inside. */
  to: string
  isDirectory: boolean
  writable: boolean
}

export interface Plan {
  /** The BOX_* variables of the set-up script. */
  variables: Record<string, string>
  /** Removes the mount points that had to be made in the tree on the host. */
  cleanUp(): Promise<void>
}

const READ_ONLY = ['ro', 'nosuid', 'nodev']
const WRITABLE = ['rw', 'nosuid', 'nodev']
/** The scratch folders; all share the one sized tmpfs. */
const SCRATCH = ['/tmp', BOX_HOME, '/dev/shm']

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

/** Places a mount: the folders and files to be made first, on the box's own root or in the tree. */
async function placeMount(mount: Mount, earlier: Mount[], lists: { dirs: string[]; files: string[] }) {
  const holder = earlier.findLast((other) => isWithin(mount.to, other.to))
  if (!holder && !isSystemPath(mount.to)) {
    lists.dirs.push(`.${mount.isDirectory ? mount.to : dirname(mount.to)}`)
    if (!mount.isDirectory) lists.files.push(`.${mount.to}`)
    return []
  }
  const base = holder ? holder.from : '/'
  const hostPath = join(base, relative(holder ? holder.to : '/', mount.to))
  if (holder && !holder.isDirectory) throw new PlanError(`${holder.to} is a file: nothing can be mounted below it`)
  if ((await findBelow(base, hostPath)) === 'there') return []
  if (!holder?.writable) throw new PlanError(`${mount.to} lies in a read-only folder that has no such entry`)
  return makeInTree(hostPath, mount.isDirectory)
}

function addMount(mount: Mount, base: string, table: HostMount[], lists: { fstab: string[]; remounts: string[] }) {
  const flags = mount.writable ? WRITABLE : READ_ONLY
  const below = submounts(table, mount.from)
  // A user namespace may not bind a folder without the mounts in it, and a recursive bind protects only its top.
  const type = below.length > 0 ? 'rbind' : 'bind'
  const options = [type, ...flags, ...lockedOptions(table, mount.from)]
  lists.fstab.push(fstabLine(mount.from, base + mount.to, 'none', options))
  for (const inner of below) {
    const options = [...flags, ...lockedOptions(table, inner.path)].join(',')
    lists.remounts.push(`${options} ${base}${mount.to}${inner.path.slice(mount.from.length)}`)
  }
}

/** A folder that no mount comes from, to build the new root on: nothing has to be made on the host. */
async function chooseBase(mounts: Mount[]): Promise<string> {
  for (const dir of ['/sys', '/mnt', '/media', '/srv']) {
    const found = await lstat(dir).catch(() => null)
    if (found?.isDirectory() && !mounts.some((mount) => isWithin(mount.from, dir))) return dir
  }
  throw new PlanError('no folder is free to build the box on (/sys, /mnt, /media, /srv)')
}

const account = (home: string) => `nobody:x:65534:65534:nobody:${home}:/bin/sh`

function variablesOf(
  base: string,
  cwd: string,
  system: SystemLayout,
  lists: Record<'dirs' | 'files' | 'fstab' | 'remounts', string[]>,
  limits: BoxLimits,
): Record<string, string> {
  const inodes = Math.ceil(limits.tmpBytes / 1024) + 10_000
  return {
    BOX_BASE: base,
    BOX_CWD: cwd,
    BOX_TMPFS: `size=${Math.ceil(limits.tmpBytes) + 65_536},nr_inodes=${inodes},mode=755`,
    BOX_DIRS: lists.dirs.join('\n'),
    BOX_SCRATCH: SCRATCH.map((dir) => `.${dir}`).join('\n'),
    BOX_FILES: lists.files.join('\n'),
    BOX_LINKS: system.links.join('\n'),
    BOX_FSTAB: lists.fstab.join('\n'),
    BOX_REMOUNTS: lists.remounts.join('\n'),
    BOX_PASSWD: `root:x:0:0:root:/root:/bin/sh\n${account(BOX_HOME)}`,
    BOX_GROUP: 'root:x:0:\nnogroup:x:65534:',
    BOX_PERL_LO: PERL_LOOPBACK_UP,
  }
}

/** Turns a policy into the variables of the set-up script. Throws a `PlanError` when it cannot be built. */
export async function planBox(
  policy: BoxPolicy,
  limits: BoxLimits,
  system: SystemLayout,
  table: HostMount[],
): Promise<Plan> {
  const caller = await callerMounts(policy)
  const base = await chooseBase(caller)
  const lists = { dirs: ['./proc', './mnt', ...SCRATCH.map((dir) => `.${dir}`)], files: [] as string[] }
  const mounting = { fstab: [] as string[], remounts: [] as string[] }
  const made: string[] = []
  const cleanUp = () => removeMade(made)
  try {
    const earlier: Mount[] = []
    for (const bind of system.binds) {
      const mount: Mount = { ...bind, isDirectory: (await stat(bind.from)).isDirectory(), writable: false }
      lists.dirs.push(`.${mount.isDirectory ? mount.to : dirname(mount.to)}`)
      if (!mount.isDirectory) lists.files.push(`.${mount.to}`)
      addMount(mount, base, table, mounting)
    }
    mounting.fstab.push(fstabLine('proc', `${base}/proc`, 'proc', ['nosuid', 'nodev', 'noexec']))
    for (const name of DEVICES) {
      lists.files.push(`./dev/${name}`)
      mounting.fstab.push(fstabLine(`/dev/${name}`, `${base}/dev/${name}`, 'none', ['bind', 'ro', 'nosuid', 'noexec']))
    }
    // The root becomes read-only at the end; a mount of their own keeps these writable.
    for (const dir of SCRATCH) mounting.fstab.push(fstabLine(base + dir, base + dir, 'none', ['bind', ...WRITABLE]))
    for (const mount of caller) {
      made.push(...(await placeMount(mount, earlier, lists)))
      addMount(mount, base, table, mounting)
      earlier.push(mount)
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
  return { variables: variablesOf(base, normalize(policy.root), system, { ...lists, ...mounting }, limits), cleanUp }
}
