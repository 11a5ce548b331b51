import { accessSync, constants, readlinkSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Box, BoxLimits } from './box.ts'
import type { Identity } from './identity.ts'
import { foldersInScratch, SCRATCH, tmpfsSize } from './layout.ts'
import { createLinuxBox, type Recipe } from './linux-box.ts'
import { fstabLine } from './mount-table.ts'
import { type Plan, PlanError } from './plan.ts'
import type { FindStarter } from './starter.ts'
import { FILTER_DESCRIPTOR } from './supervise.ts'
import { DEVICES, isWithin, SYSTEM_BINS } from './system.ts'

/** What the last steps before the payload need; they give it up themselves. */
const FOR_MOUNTS = ['CAP_SYS_ADMIN', 'CAP_DAC_READ_SEARCH']
const TO_BECOME_PAYLOAD = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP']
/** For a user namespace that has the uid 0 of this one as its parent. */
const TO_NEST = ['CAP_SETFCAP']

/** An overlay reads and writes its layers with the rights of whoever made it; the last is for its table of owners. */
const FOR_OVERLAYS = ['CAP_CHOWN', 'CAP_FOWNER', 'CAP_DAC_OVERRIDE', 'CAP_MKNOD', 'CAP_SETFCAP']

function namespaces(identity: Identity, plan: Plan): string[] {
  const own = ['--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try']
  const capabilities = [
    ...[...FOR_MOUNTS, ...(plan.overlays.length > 0 ? FOR_OVERLAYS : [])],
    ...(identity.kind === 'root' ? TO_BECOME_PAYLOAD : TO_NEST),
  ]
  return [
    ...own,
    ...(plan.network === 'own' ? ['--unshare-net'] : []),
    // mount(8) refuses to work for anybody but uid 0.
    ...(identity.kind === 'root' ? [] : ['--unshare-user', '--uid', '0', '--gid', '0']),
    ...['--hostname', 'box', '--die-with-parent', '--as-pid-1', '--cap-drop', 'ALL'],
    ...capabilities.flatMap((name) => ['--cap-add', name]),
  ]
}

function mounts(plan: Plan, limits: BoxLimits): string[] {
  const options = ['--perms', '0755', '--size', String(tmpfsSize(limits.tmpBytes).bytes), '--tmpfs', '/']
  for (const dir of [...SCRATCH, ...foldersInScratch(plan.dirs)]) options.push('--perms', '1777', '--dir', dir)
  // Left to itself, bwrap makes the parents of some mount points for their owner only.
  for (const dir of new Set(plan.dirs)) options.push('--dir', dir)
  options.push('--proc', '/proc')
  for (const name of DEVICES) options.push('--dev-bind', `/dev/${name}`, `/dev/${name}`)
  for (const link of plan.links) options.push('--symlink', readlinkSync(link), link)
  for (const { from, to, writable } of plan.mounts) options.push(writable ? '--bind' : '--ro-bind', from, to)
  return options
}

/** What bwrap has no option for, as lines of an fstab that is worked off inside. */
function finishingMounts(plan: Plan, limits: BoxLimits): string {
  const { bytes, inodes } = tmpfsSize(limits.tmpBytes)
  // A mount of the caller hides scratch folders in it; a line for them would make that mount writable.
  const scratch = SCRATCH.filter((dir) => !plan.mounts.some((mount) => isWithin(dir, mount.to)))
  // mount(8) leaves out a line for `/` itself.
  const root = '/proc/..'
  return [
    // The root becomes read-only at the end; a mount of their own keeps these writable, with what lies in them.
    ...scratch.map((dir) => fstabLine(dir, dir, 'none', ['rbind', 'rw', 'nosuid', 'nodev'])),
    ...DEVICES.map((name) => fstabLine('box', `/dev/${name}`, 'none', ['remount', 'bind', 'ro', 'nosuid', 'noexec'])),
    fstabLine('box', root, 'tmpfs', ['remount', `size=${bytes}`, `nr_inodes=${inodes}`, 'nosuid', 'nodev']),
    fstabLine('box', root, 'none', ['remount', 'bind', 'ro', 'nosuid', 'nodev']),
  ].join('\n')
}

/** Whether `program`, an absolute path or a name in a system folder, can be started. */
export function isInstalled(program: string): boolean {
  const places = isAbsolute(program) ? [program] : SYSTEM_BINS.map((dir) => join(dir, program))
  return places.some((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * The box of `createUnshareBox`, built by bubblewrap (`bwrap` 0.8 or newer); without Perl it needs util-linux as well.
 * `program` is a name in a system folder or an absolute path. Where it is not installed every run ends with cause `box`.
 * `findStarter` as with `createUnshareBox`.
 */
export function createBwrapBox(program = 'bwrap', findStarter?: FindStarter): Box {
  const recipe: Recipe = async ({ plan, identity, limits, start }) => {
    if (!isInstalled(program)) throw new PlanError(`${program} is not installed`)
    const filter = start.filter === null ? [] : ['--seccomp', String(FILTER_DESCRIPTOR)]
    const options = [...namespaces(identity, plan), ...filter, ...mounts(plan, limits)]
    return {
      argv: [program, ...options, '--', ...start.finish],
      variables: { BOX_FSTAB: finishingMounts(plan, limits) },
      filter: start.filter,
    }
  }
  return createLinuxBox('bwrap', recipe, findStarter)
}
