import { lstat, readdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import type { Config } from '../../core/config.ts'
import { placeOf } from '../../core/config-place.ts'
import { UserError } from '../../core/errors.ts'
import { BOX_HOME, isSystemPath, isWithin } from './system.ts'

/** Folders of the machine that hold others' files, sockets or live state: refused themselves, folders in them are not. */
const TOPS = [
  ...['/', '/etc', '/home', '/root', '/var', '/tmp', '/mnt', '/media', '/srv', '/boot', BOX_HOME, '/dev/shm'],
  ...['/var/lib', '/var/log', '/var/spool', '/var/tmp', '/var/cache', '/var/backups', '/var/mail', '/usr', '/opt'],
]

/** Places that are refused with everything in them. */
const CLOSED = [
  ...['/proc', '/sys', '/dev', '/run', '/var/run', '/var/lib/docker', '/var/lib/containerd', '/lost+found'],
  ...[
    '/etc/shadow',
    '/etc/gshadow',
    '/etc/sudoers',
    '/etc/sudoers.d',
    '/etc/ssh',
    '/etc/ssl/private',
    '/etc/krb5.keytab',
  ],
]

/** Where tools of developers keep passwords, tokens and keys, below the home. */
const CREDENTIALS = [
  ...[
    '.ssh',
    '.gnupg',
    '.aws',
    '.azure',
    '.kube',
    '.docker',
    '.password-store',
    '.pki',
    '.mozilla',
    '.claude',
    '.codex',
  ],
  ...[
    '.netrc',
    '.npmrc',
    '.yarnrc.yml',
    '.pypirc',
    '.pip/pip.conf',
    '.git-credentials',
    '.vault-token',
    '.terraformrc',
  ],
  ...[
    '.terraform.d/credentials.tfrc.json',
    '.cargo/credentials',
    '.cargo/credentials.toml',
    '.cargo/config.toml',
    '.cargo/config',
  ],
  ...[
    '.m2/settings.xml',
    '.m2/settings-security.xml',
    '.gradle/gradle.properties',
    '.gradle/init.d',
    '.gem/credentials',
  ],
  ...['.config/gcloud', '.config/gh', '.config/glab-cli', '.config/git/credentials', '.config/pip', '.config/go/env'],
  ...[
    '.config/hub',
    '.config/op',
    '.config/pypoetry',
    '.config/rclone',
    '.config/containers/auth.json',
    '.local/share/keyrings',
  ],
  ...['.bash_history', '.zsh_history', '.python_history', '.psql_history', '.pgpass', '.my.cnf', '.condarc'],
]

/**
 * Why a path of the host may not be shown in the box, in words that go on after "the path ..., and"; null when it may.
 * Asks for the path as it is written and for where it leads.
 */
export async function whyNotShown(path: string, root: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const written = normalize(path).replace(/(.)\/$/, '$1')
  const real = await realpath(written).catch(() => written)
  for (const candidate of new Set([written, real])) {
    const why = whyClosed(candidate) ?? (await whyHome(candidate, homesOf(env))) ?? whyRepository(candidate, root)
    if (why !== null) return candidate === written ? why : `it leads to ${candidate}, and ${why}`
  }
  return null
}

function whyClosed(path: string): string | null {
  const closed = CLOSED.find((place) => isWithin(path, place))
  if (closed) return `${closed} belongs to the machine`
  return TOPS.includes(path) ? 'it holds far more than one project needs; name the folder in it' : null
}

function whyRepository(path: string, root: string): string | null {
  if (path === root) return 'it is the repository, and the box shows the tree that is judged in its place'
  if (isWithin(root, path)) return `it holds the repository ${root}`
  const own = ['.agent', '.git'].map((name) => join(root, name)).find((place) => isWithin(path, place))
  return own ? `${own} is kept from the box` : null
}

function homesOf(env: NodeJS.ProcessEnv): string[] {
  const named = env['HOME'] ?? ''
  return [...new Set([homedir(), ...(isAbsolute(named) ? [normalize(named).replace(/(.)\/$/, '$1')] : [])])]
}

async function whyHome(path: string, homes: string[]): Promise<string | null> {
  for (const home of homes) {
    if (isWithin(home, path)) return `it is or holds the home ${home}`
    for (const place of CREDENTIALS.map((name) => join(home, name))) {
      if (isWithin(path, place)) return `${place} may hold credentials`
      if (isWithin(place, path) && (await exists(place))) return `it holds ${place}, which may hold credentials`
    }
  }
  return null
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/**
 * The paths of `show:` as the box can have them. Throws UserError for a path that does not exist or that would break
 * what the box promises.
 */
export async function shownPaths(config: Config, root: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const shown: string[] = []
  for (const [index, path] of (config.show ?? []).entries()) {
    const refusal = (why: string) =>
      new UserError(`${placeOf(config, 'show', index)}: \`show\`: ${path} is refused: ${why}.`)
    const found = await lstat(await realpath(path).catch(() => path)).catch(() => null)
    if (found === null) throw refusal('it does not exist or cannot be read')
    const why = (await whyNotShown(path, root, env)) ?? (await whyInRepository(path, root)) ?? (await whyAlive(path))
    if (why !== null) throw refusal(why)
    if (!isSystemPath(normalize(path))) shown.push(path)
  }
  return shown
}

async function whyInRepository(path: string, root: string): Promise<string | null> {
  const inside = isWithin(normalize(path), root) || isWithin(await realpath(path), await realpath(root))
  return inside ? 'it lies in the repository; files that git ignores are named by `carry:`' : null
}

/** A socket or a named pipe lets a program talk to the host through any mount, a read-only one too. */
async function whyAlive(path: string): Promise<string | null> {
  const top = await lstat(await realpath(path))
  const kind = (entry: {
    isSocket(): boolean
    isFIFO(): boolean
    isBlockDevice(): boolean
    isCharacterDevice(): boolean
  }) =>
    entry.isSocket()
      ? 'a socket'
      : entry.isFIFO()
        ? 'a named pipe'
        : entry.isBlockDevice() || entry.isCharacterDevice()
          ? 'a device'
          : null
  const own = kind(top)
  if (own !== null) return `it is ${own}`
  if (!top.isDirectory()) return null
  const queue = [path]
  // Wide folders are not walked to their end: this finds mistakes, and nobody can plant a socket from inside the box.
  for (let looked = 0; queue.length > 0 && looked < 500; looked++) {
    const dir = queue.shift()!
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
      const what = kind(entry)
      if (what !== null) return `it holds ${what}: ${join(dir, entry.name)}`
      if (entry.isDirectory()) queue.push(join(dir, entry.name))
    }
  }
  return null
}
