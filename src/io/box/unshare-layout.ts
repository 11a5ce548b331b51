import { lstat } from 'node:fs/promises'
import type { BoxLimits } from './box.ts'
import { foldersInScratch, SCRATCH, tmpfsSize } from './layout.ts'
import { fstabLine, type HostMount, lockedOptions, submounts } from './mount-table.ts'
import { type Mount, type Plan, PlanError } from './plan.ts'
import { PERL_LOOPBACK_UP } from './setup-script.ts'
import { DEVICES, isWithin } from './system.ts'

const READ_ONLY = ['ro', 'nosuid', 'nodev']
const WRITABLE = ['rw', 'nosuid', 'nodev']

interface Lines {
  fstab: string[]
  remounts: string[]
}

function addMount(mount: Mount, base: string, table: HostMount[], lines: Lines): void {
  const flags = mount.writable ? WRITABLE : READ_ONLY
  const below = submounts(table, mount.from)
  // A user namespace may not bind a folder without the mounts in it, and a recursive bind protects only its top.
  const type = below.length > 0 ? 'rbind' : 'bind'
  const options = [type, ...flags, ...lockedOptions(table, mount.from)]
  lines.fstab.push(fstabLine(mount.from, base + mount.to, 'none', options))
  for (const inner of below) {
    const options = [...flags, ...lockedOptions(table, inner.path)].join(',')
    lines.remounts.push(`${options} ${base}${mount.to}${inner.path.slice(mount.from.length)}`)
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

function mountLines(plan: Plan, base: string, table: HostMount[]): Lines {
  const lines: Lines = { fstab: [], remounts: [] }
  lines.fstab.push(fstabLine('proc', `${base}/proc`, 'proc', ['nosuid', 'nodev', 'noexec']))
  for (const name of DEVICES) {
    lines.fstab.push(fstabLine(`/dev/${name}`, `${base}/dev/${name}`, 'none', ['bind', 'ro', 'nosuid', 'noexec']))
  }
  // The root becomes read-only at the end; a mount of their own keeps these writable.
  for (const dir of SCRATCH) lines.fstab.push(fstabLine(base + dir, base + dir, 'none', ['bind', ...WRITABLE]))
  for (const mount of plan.mounts) addMount(mount, base, table, lines)
  return lines
}

/** The variables of the set-up script for a plan. Throws a `PlanError` when there is no place to build it on. */
export async function unshareVariables(
  plan: Plan,
  limits: BoxLimits,
  table: HostMount[],
): Promise<Record<string, string>> {
  const base = await chooseBase(plan.mounts)
  const { fstab, remounts } = mountLines(plan, base, table)
  const { bytes, inodes } = tmpfsSize(limits.tmpBytes)
  const inRoot = (paths: string[]) => paths.map((path) => `.${path}`).join('\n')
  return {
    BOX_BASE: base,
    BOX_TMPFS: `size=${bytes},nr_inodes=${inodes},mode=755`,
    BOX_DIRS: inRoot(['/proc', '/mnt', ...SCRATCH, ...plan.dirs]),
    BOX_SCRATCH: inRoot([...SCRATCH, ...foldersInScratch(plan.dirs)]),
    BOX_FILES: inRoot([...plan.files, ...DEVICES.map((name) => `/dev/${name}`)]),
    BOX_LINKS: plan.links.join('\n'),
    BOX_FSTAB: fstab.join('\n'),
    BOX_REMOUNTS: remounts.join('\n'),
    BOX_PERL_LO: PERL_LOOPBACK_UP,
  }
}
