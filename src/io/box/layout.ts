import type { Identity } from './identity.ts'
import { overlayLine } from './overlays.ts'
import type { Plan } from './plan.ts'
import { BOX_HOME } from './system.ts'

/** The scratch folders; all share the one sized tmpfs that is the root. */
export const SCRATCH = ['/tmp', BOX_HOME, '/dev/shm']

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
    BOX_OVERLAYS: plan.overlays.map((overlay) => overlayLine(overlay, identity, mapsOwners)).join('\n'),
    // Empty: the host's own are mounted there.
    BOX_NAMES: own ? 'passwd: files\ngroup: files\nhosts: files dns\nservices: files' : '',
    BOX_HOSTS: '127.0.0.1 localhost box\n::1 localhost',
    BOX_LOOPBACK: own ? 'up' : '',
    BOX_PASSWD: `root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:${BOX_HOME}:/bin/sh`,
    BOX_GROUP: 'root:x:0:\nnogroup:x:65534:',
  }
}
