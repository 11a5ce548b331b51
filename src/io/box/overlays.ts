import { release } from 'node:os'
import { type Identity, PAYLOAD_ID } from './identity.ts'

/** A path inside that is mounted read-only first and then made writable, with what is written thrown away. */
export interface OverlayPlace {
  to: string
  isDirectory: boolean
  uid: number
  gid: number
  /** Permission bits of the folder. */
  mode: number
}

/**
 * A line of BOX_OVERLAYS, for Perl run by root: a read-only view of `to` in which its owner and the payload have changed
 * places. Where it cannot be made, `to` stays as it is.
 */
export function viewLine(to: string): string {
  return `view - 0 ${to}`
}

function kernelAtLeast(wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/**
 * `overlay`: the kernel lays a writable layer over it. `idmap`: the same over a view of it in which its owner and the
 * payload have changed places, so that the payload may write what belongs to root. `copy`: it is copied into the box.
 */
function howToOverlay({ isDirectory, uid, gid }: OverlayPlace, identity: Identity, mapsOwners: boolean) {
  if (!isDirectory) return 'copy'
  // Before, a tmpfs had no attributes of plain users, without which an overlay cannot remember a removed folder.
  // Files of somebody else stay theirs in an overlay; copies belong to whoever made them.
  const ownUid = identity.uid ?? process.geteuid?.()
  if (identity.kind === 'user') return kernelAtLeast(6, 6) && uid === ownUid ? 'overlay' : 'copy'
  if (uid === PAYLOAD_ID && gid === PAYLOAD_ID) return 'overlay'
  return mapsOwners && kernelAtLeast(5, 19) ? 'idmap' : 'copy'
}

/** One line of BOX_OVERLAYS. `mapsOwners`: whoever reads it can make a mount with other owners. */
export function overlayLine(place: OverlayPlace, identity: Identity, mapsOwners: boolean): string {
  const owner = identity.kind === 'root' ? `${PAYLOAD_ID}:${PAYLOAD_ID}` : '-'
  // Whatever the folder allowed its owner on the host, here the owner may write.
  const mode = (place.mode | 0o700).toString(8)
  return [howToOverlay(place, identity, mapsOwners), owner, mode, place.to].join(' ')
}
