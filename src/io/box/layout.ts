import { dirname } from 'node:path'
import type { Identity } from './identity.ts'
import { overlayLine } from './overlays.ts'
import type { Plan } from './plan.ts'
import { BOX_HOME, isWithin } from './system.ts'

/** The scratch folders; all share the one sized tmpfs that is the root. */
export const SCRATCH = ['/tmp', BOX_HOME, '/dev/shm']

/**
 * The folders strictly inside the scratch folders that lead to mount points, outermost first. They are writable as well:
 * a tool puts files of its own beside a cache that is mounted.
 */
export function foldersInScratch(dirs: string[]): string[] {
  const found = new Set<string>()
  for (const dir of dirs) {
    const holder = SCRATCH.find((scratch) => isWithin(dir, scratch))
    for (let path = dir; holder !== undefined && path !== holder; path = dirname(path)) found.add(path)
  }
  return [...found].sort((one, other) => one.length - other.length)
}

/** Size of the tmpfs in bytes, and its number of files: small ones take memory that their size does not show. */
export function tmpfsSize(tmpBytes: number): { bytes: number; inodes: number } {
  // The root's own folders and files take a little.
  return { bytes: Math.ceil(tmpBytes) + 65_536, inodes: Math.ceil(tmpBytes / 1024) + 10_000 }
}

/** The BOX_* variables of the parts that the scripts of all backends share. */
export function commonVariables(plan: Plan, identity: Identity, mapsOwners: boolean): Record<string, string> {
  const own = plan.network === 'own'
  return {
    BOX_CWD: plan.cwd,
    BOX_IN_OVERLAYS: plan.inOverlays.join('\n'),
    BOX_OVERLAYS: plan.overlays.map((overlay) => overlayLine(overlay, identity, mapsOwners)).join('\n'),
    // Empty: the host's own are mounted there.
    BOX_NAMES: own ? 'passwd: files\ngroup: files\nhosts: files dns\nservices: files' : '',
    BOX_HOSTS: '127.0.0.1 localhost box\n::1 localhost',
    BOX_LOOPBACK: own ? 'up' : '',
    BOX_PASSWD: `root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:${BOX_HOME}:/bin/sh`,
    BOX_GROUP: 'root:x:0:\nnogroup:x:65534:',
  }
}
