import { lstat, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/** Private home folder inside every box; HOME points here unless the policy says otherwise. */
export const BOX_HOME = '/home/box'

/** System folders that every box shows read-only, as they are on the host (some are links into /usr). */
export const SYSTEM_DIRS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

/** Where system commands live, in the usual order. */
export const SYSTEM_BINS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Devices without state of their own; a user namespace may not create nodes, so the host's are bound. */
export const DEVICES = ['null', 'zero', 'full', 'random', 'urandom']

/** What programs need of /etc to start: the linker, certificates, names of ports and zones. Never accounts. */
const ETC = [
  'alternatives',
  'ca-certificates',
  'crypto-policies',
  'debian_version',
  'fonts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'os-release',
  'pki/ca-trust/extracted',
  'pki/tls/certs',
  'pki/tls/openssl.cnf',
  'protocols',
  'services',
  'ssl/cert.pem',
  'ssl/certs',
  'ssl/openssl.cnf',
  'timezone',
]

export interface SystemLayout {
  /** Host paths to bind read-only at `to`. */
  binds: { from: string; to: string }[]
  /** Host symbolic links to copy as links. */
  links: string[]
}

/** True when `path` is `dir` or lies below it. Both absolute and normalised. */
export function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith('/') ? dir : `${dir}/`)
}

/** True when every box shows this host path anyway. */
export function isSystemPath(path: string): boolean {
  return SYSTEM_DIRS.some((dir) => isWithin(path, dir))
}

async function kindOf(path: string): Promise<'link' | 'other' | null> {
  const stat = await lstat(path).catch(() => null)
  if (stat === null) return null
  return stat.isSymbolicLink() ? 'link' : 'other'
}

async function addEtc(layout: SystemLayout, name: string): Promise<void> {
  const path = join('/etc', name)
  const kind = await kindOf(path)
  if (kind === null) return
  // A zone's name is read from where this link points to, so it has to stay a link.
  if (kind === 'link' && name === 'localtime' && isSystemPath(await readlink(path))) {
    layout.links.push(path)
    return
  }
  const from = await realpath(path).catch(() => null)
  if (from !== null) layout.binds.push({ from, to: path })
}

/** Looks at this machine: what the allow-list of every box consists of. */
export async function systemLayout(): Promise<SystemLayout> {
  const layout: SystemLayout = { binds: [], links: [] }
  for (const dir of SYSTEM_DIRS) {
    const kind = await kindOf(dir)
    if (kind === 'link') layout.links.push(dir)
    else if (kind === 'other') layout.binds.push({ from: dir, to: dir })
  }
  for (const name of ['fd', 'stdin', 'stdout', 'stderr']) {
    if ((await kindOf(`/dev/${name}`)) === 'link') layout.links.push(`/dev/${name}`)
  }
  for (const name of ETC) await addEtc(layout, name)
  return layout
}
