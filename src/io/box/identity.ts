import { lchown, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../run-program.ts'

/** The uid and gid of the payload: inside always, and on the host too when the caller is root. */
export const PAYLOAD_ID = 65534

/**
 * Who makes the box. `root` can become another user on the host. `user` gets its rights from a user namespace
 * and stays itself on the host; a root that is alone in its own user namespace counts as `user`.
 */
export interface Identity {
  kind: 'root' | 'user'
  /** Whether the payload gets a user namespace of its own. Always for `user`; for `root` where the machine allows it. */
  nested: boolean
  /** Who a `user` is on the host; left out: the caller. */
  uid?: number
}

async function isMapped(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').some((line) => {
    const [inside, , count] = line.trim().split(/\s+/).map(Number)
    return inside !== undefined && count !== undefined && inside <= PAYLOAD_ID && PAYLOAD_ID < inside + count
  })
}

async function canBecomePayload(): Promise<boolean> {
  if (process.geteuid?.() !== 0) return false
  const setgroups = await readFile('/proc/self/setgroups', 'utf8').catch(() => 'allow')
  return setgroups.trim() !== 'deny' && (await isMapped('/proc/self/uid_map')) && (await isMapped('/proc/self/gid_map'))
}

const become = [
  ...['setpriv', `--reuid=${PAYLOAD_ID}`, `--regid=${PAYLOAD_ID}`, '--clear-groups'],
  ...['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--'],
]
// The capabilities are kept for the one step that empties the bounding set, which needs them.
const nest = ['unshare', '-U', `--map-user=${PAYLOAD_ID}`, `--map-group=${PAYLOAD_ID}`, '--keep-caps', '--']
const drop = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs', '--']

/** Looks once at what this process may do. */
export async function detectIdentity(): Promise<Identity> {
  if (!(await canBecomePayload())) return { kind: 'user', nested: true }
  const [file, ...args] = [...become, ...nest, 'true']
  const tried = await runProgram(file!, args)
  return { kind: 'root', nested: tried.exitCode === 0 }
}

/** The options of the outer `unshare`. */
export function outerNamespaces(identity: Identity, network: 'own' | 'host' = 'own'): string[] {
  const net = network === 'own' ? ['--net'] : []
  const own = ['--mount', '--pid', ...net, '--ipc', '--uts', '--cgroup', '--propagation', 'private', '--kill-child']
  return identity.kind === 'root' ? own : ['--user', '--map-root-user', ...own]
}

/**
 * The command line that gives up every right and then runs `argv` under `limits` (options of prlimit).
 * The limits come after the user namespace: since Linux 5.14 processes are counted per user namespace, so the
 * number holds for this box and not for everything that the same uid runs on the host.
 */
export function withoutRights(identity: Identity, limits: string[], argv: string[]): string[] {
  const limited = ['prlimit', ...limits, '--']
  if (identity.kind === 'user') return [...nest, ...limited, ...drop, ...argv]
  if (identity.nested) return [...become, ...nest, ...limited, ...drop, ...argv]
  return [...become, ...limited, ...argv]
}

/** The level of protection in words. */
export function levelOf(backend: string, identity: Identity): string {
  if (identity.kind === 'user') return `${backend}: user namespaces, no root needed`
  return identity.nested
    ? `${backend}: as uid ${PAYLOAD_ID} in a user namespace of its own`
    : `${backend}: as uid ${PAYLOAD_ID}, without a user namespace of its own`
}

let becomes: Promise<boolean> | null = null

/**
 * Makes a tree, or these paths in it, writable for the payload. As root this gives every entry to uid and gid 65534, so the tree must not
 * share hard links with anything that is kept; as a plain user the payload keeps the caller's uid and nothing is done.
 * Symbolic links are not followed. Rejects when the owner cannot be changed.
 */
export async function prepareTree(dir: string, paths?: string[]): Promise<void> {
  becomes ??= canBecomePayload()
  if (!(await becomes)) return
  if (paths) {
    for (const path of paths) await lchown(join(dir, path), PAYLOAD_ID, PAYLOAD_ID)
    return
  }
  const { exitCode, stderr } = await runProgram('chown', ['-R', '-h', '-P', '--', `${PAYLOAD_ID}:${PAYLOAD_ID}`, dir])
  if (exitCode !== 0) throw new Error(`the owner of ${dir} cannot be changed: ${stderr}`)
}
