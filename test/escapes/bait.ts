import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCgroupPlaces } from '../../src/io/box/cgroup.ts'
import { detectIdentity, PAYLOAD_ID, prepareTree } from '../../src/io/box/identity.ts'
import { filterHere } from '../../src/io/box/syscall-filter.ts'
import type { Attempt } from './attempt.ts'
import { startHelper } from './host-helper.ts'

/** Everything on the host that the attempts of one round go for. */
export interface Bait {
  dir: string
  /** Path of the repository; also where the tree appears inside a box. */
  root: string
  /** The folders of the host in which no MARK may be found, apart from those of single attempts. */
  protectedDirs: string[]
  /** In everything that was planted to be read, and nowhere else. */
  nonce: string
  variables: Record<string, string>
  /** What `needs` can name and could be planted here. */
  planted: Set<string>
  victims: Map<Attempt, ChildProcess>
  /** How often a listener was reached. */
  reached(): number
  outsideOf(attempt: Attempt): string
  markOf(attempt: Attempt): string
  remove(): Promise<void>
}

/** DAC_READ_SEARCH, NET_RAW, SYS_MODULE, SYS_PTRACE, SYS_ADMIN, SYS_TIME, MKNOD, SETFCAP, SYSLOG. */
const CAPABILITIES = [2, 13, 16, 19, 21, 25, 27, 31, 34]

function hasCapabilities(): boolean {
  const held = BigInt(`0x${/^CapEff:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`)
  return CAPABILITIES.every((bit) => (held >> BigInt(bit)) % 2n === 1n)
}

const isRoot = process.geteuid?.() === 0
/** Root of the machine, and not only of a user namespace. */
export const isRealRoot = isRoot && /^\s*0\s+0\s+4294967295/.test(readFileSync('/proc/self/uid_map', 'utf8'))
/** The rights that the attempts go for; a container's root often lacks some. */
export const hasAllRights = isRealRoot && hasCapabilities()
/** The user whom a box makes of its payload. */
export const payloadUser = isRealRoot ? { uid: PAYLOAD_ID, gid: PAYLOAD_ID } : {}

type Undo = (() => unknown)[]

async function plantFiles(dir: string, secret: string): Promise<void> {
  const files: [string, string][] = [
    ['repository/.agent/secret', secret],
    ['repository/.git/config', `[core]\n\tsecret = ${secret}\n`],
    ['repository/.git/HEAD', 'ref: refs/heads/main\n'],
    ['repository/.git/hooks/sample', ''],
    ['repository/.git/objects/none', ''],
    ['repository/untracked.env', `TOKEN=${secret}\n`],
    ['git/config', '[core]\n'],
    ['git/HEAD', 'ref: refs/heads/main\n'],
    ['git/hooks/sample', ''],
    ['git/objects/none', ''],
    ['home/.ssh/id', secret],
    ['home/.npmrc', secret],
    ['modules/package.js', 'module.exports = 1\n'],
    ['modules/movable/file', ''],
    ['cache/package', 'cached\n'],
    ['cache/movable/file', ''],
    ['overlaid/file', 'beneath\n'],
    ['overlaid/linked', 'beneath\n'],
    ['overlaid/mapped', 'beneath\n'.repeat(20)],
    ['overlaid/uncovered', 'beneath\n'],
    ['overlaid/movable/file', ''],
    ...['own', 'other'].flatMap((key): [string, string][] => [
      [`store/${key}/entry.json`, '{}\n'],
      [`store/${key}/products/.venv/lib/module.py`, ''],
    ]),
    ['home/go/pkg/mod/m@v1/m.go', 'package m\n'],
    ['home/.cargo/registry/src/m-1/lib.rs', ''],
    ['home/.cargo/credentials.toml', secret],
    ['home/.m2/repository/m.jar', ''],
    ['home/.m2/settings.xml', secret],
    ['home/.config/pip/pip.conf', secret],
    ['home/.config/go/env', secret],
    ['home/.netrc', secret],
    ['home/.local/lib/module.py', ''],
    ['tools/tool', '#!/bin/sh\n'],
  ]
  for (const [name, text] of files) {
    await mkdir(join(dir, name, '..'), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  await symlink(join(dir, 'modules'), join(dir, 'repository/node_modules'))
  await symlink(join(dir, 'store/own/products/.venv'), join(dir, 'repository/.venv'))
  await symlink(join(dir, 'store/other/products/.venv/lib/module.py'), join(dir, 'store/own/products/.venv/to-other'))
  // Set after the owner: a change of owner takes the mark away.
  await mkdir(join(dir, 'tools/setuid'))
}

async function plantSetuid(dir: string): Promise<boolean> {
  if (!isRealRoot || !existsSync('/usr/bin/id')) return false
  const path = join(dir, 'tools/setuid/id')
  await copyFile('/usr/bin/id', path)
  await chmod(path, 0o4755)
  return true
}

async function plantOutside(outside: string, secret: string): Promise<void> {
  await mkdir(join(outside, 'movable'), { recursive: true })
  await writeFile(join(outside, 'secret'), secret)
  await writeFile(join(outside, 'file'), 'untouched\n')
  await prepareTree(outside)
}

/** Listeners that answer with the secret; a rejected address is left out. */
async function plantListeners(dir: string, secret: string, mark: string, undo: Undo) {
  let reached = 0
  const listen = async (where: { host: string; port: number } | { path: string }) => {
    const server = createServer((socket) => {
      reached++
      socket.on('error', () => {})
      socket.end(`${secret}\n`)
    })
    await new Promise<void>((done, reject) => server.once('error', reject).listen(where, done))
    undo.push(() => server.close())
    const address = server.address()
    return typeof address === 'object' && address !== null ? String(address.port) : ''
  }
  const udp = createSocket('udp4')
  udp.on('message', (_, from) => {
    reached++
    udp.send(secret, from.port, from.address)
  })
  await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done))
  undo.push(() => udp.close())
  await mkdir(join(dir, 'sockets'))
  const unixSocket = join(dir, 'sockets/s')
  await listen({ path: unixSocket })
  await chmod(unixSocket, 0o777)
  await listen({ path: `\0${mark}` })
  const tcp6 = await listen({ host: '::1', port: 0 }).catch(() => '')
  const variables = {
    TCP_PORT: await listen({ host: '127.0.0.1', port: 0 }),
    ANY_PORT: await listen({ host: '0.0.0.0', port: 0 }),
    TCP6_PORT: tcp6,
    UDP_PORT: String(udp.address().port),
    UNIX_SOCKET: unixSocket,
    ABSTRACT_SOCKET: mark,
  }
  return { variables, hasIPv6: tcp6 !== '', reached: () => reached }
}

/** A sleeping process with a secret in its environment, its working folder and its input. */
function startVictim(dir: string, secret: string, undo: Undo): ChildProcess {
  const home = join(dir, 'home')
  const input = openSync(join(home, '.npmrc'), 'r')
  const env = { PATH: '/usr/bin:/bin', HOME: home, TOKEN: secret }
  const victim = spawn('sleep', ['600'], {
    ...payloadUser,
    cwd: home,
    env,
    stdio: [input, 'ignore', 'ignore'],
    detached: true,
  })
  closeSync(input)
  undo.push(() => victim.kill('SIGKILL'))
  return victim
}

function opens(path: string): boolean {
  try {
    closeSync(openSync(path, 'r+'))
    return true
  } catch {
    return false
  }
}

/** Plants everything. `weak`: for a box that separates nothing, so that what needs a good one is planted as well. \`secret\` has to hold \`nonce\`, and may have been planted around this process already. */
export async function plantBait(attempts: Attempt[], nonce: string, weak: boolean): Promise<Bait> {
  const secret = `planted-secret-${nonce}`
  const memoryGroup = weak || (await findCgroupPlaces()).some(({ controller }) => controller === 'memory')
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-escapes-')))
  await chmod(dir, 0o755)
  const undo: Undo = [() => rm(dir, { recursive: true, force: true })]
  const id = nonce.slice(0, 8)
  const outsideOf = (attempt: Attempt) => join(dir, `outside-${attempts.indexOf(attempt)}`)
  await plantFiles(dir, secret)
  const protectedNames = ['repository', 'git', 'home', 'modules', 'cache', 'tools', 'store', 'overlaid']
  const protectedDirs = protectedNames.map((name) => join(dir, name))
  for (const path of protectedDirs) await prepareTree(path)
  await Promise.all(attempts.map((attempt) => plantOutside(outsideOf(attempt), secret)))
  const shared = `/dev/shm/specproof-${id}`
  const hasShared = await writeFile(shared, secret).then(
    () => true,
    () => false,
  )
  if (hasShared) undo.push(() => rm(shared, { force: true }))
  const byHandle = attempts.find(({ needs }) => needs === 'file handles')
  const helper = await startHelper(
    secret,
    `user-${id}`,
    byHandle ? join(outsideOf(byHandle), 'secret') : '/',
    payloadUser,
  )
  if (helper) undo.push(helper.end)
  const { variables, hasIPv6, reached } = await plantListeners(dir, secret, `abstract-${id}`, undo)
  const victims = new Map(attempts.filter(({ victim }) => victim).map((one) => [one, startVictim(dir, secret, undo)]))
  const root = join(dir, 'repository')
  const report = helper?.report
  const found: [string, boolean][] = [
    ['IPv6', hasIPv6],
    ['vsock', report?.vsockPort != null],
    ['file handles', report?.fileHandle != null],
    ['io_uring', report?.ioUring === true],
    // Keys go by the user: only a filter, or a user namespace that makes another one of the payload, closes them.
    ['user key', report?.userKey === true && (weak || filterHere() !== null || (await detectIdentity()).nested)],
    ['shared memory', report?.sharedMemory != null],
    ['session key', Number(process.env.ESCAPE_KEY ?? 0) > 0],
    ['setuid program', await plantSetuid(dir)],
    ['terminal', opens('/dev/tty')],
    // Where everybody may read the log, no box made of namespaces can hide it.
    ['closed kernel log', readFileSync('/proc/sys/kernel/dmesg_restrict', 'utf8').trim() !== '0'],
    ['sysrq', existsSync('/proc/sysrq-trigger')],
    ['memory group', memoryGroup],
  ]
  return {
    dir,
    root,
    protectedDirs,
    nonce,
    planted: new Set(found.filter(([, there]) => there).map(([name]) => name)),
    variables: {
      ...variables,
      ROOT: root,
      MODULES: join(root, 'node_modules'),
      CACHE: join(dir, 'cache'),
      TOOLS: join(dir, 'tools'),
      OVERLAID: join(dir, 'overlaid'),
      PRODUCTS: join(root, '.venv'),
      STORE: join(dir, 'store'),
      VICTIM_HOME: join(dir, 'home'),
      PATTERN: 'planted-secret-[0-9a-f]*',
      PARENT_PATTERN: 'parent-secret-[0-9a-f]*',
      VSOCK_PORT: String(report?.vsockPort ?? 0),
      FILE_HANDLE: report?.fileHandle ?? '',
      USER_KEY: `user-${id}`,
      SHARED_MEMORY: String(report?.sharedMemory ?? -1),
      SESSION_KEY: 'specproof-session',
      SESSION_KEY_NUMBER: process.env.ESCAPE_KEY ?? '0',
    },
    victims,
    reached,
    outsideOf,
    markOf: (attempt) => `mark-${attempts.indexOf(attempt)}-${id}`,
    remove: async () => {
      for (const step of undo.reverse()) await step()
    },
  }
}
