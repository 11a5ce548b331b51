import { randomBytes } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, rmdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { adviceFor } from './advice.ts'
import type { Box, BoxLimits, BoxResult, Probe, ProbeCheck } from './box.ts'
import { prepareTree } from './identity.ts'
import { PROBE_SCRIPT, type ProbeTargets } from './probe-script.ts'

const LIMITS: BoxLimits = {
  wallMs: 20_000,
  outputBytes: 200_000,
  fileBytes: 1_000_000,
  tmpBytes: 1_000_000,
  processes: 200,
  cpuSeconds: 20,
}
export const SURVIVOR = 'started a child in a session of its own'

/** Things on the host that the tries go for; `remove` takes them all away again. */
interface Bait {
  targets: ProbeTargets
  tree: string
  /** How often one of the listeners was reached. */
  reached(): number
  remove(): Promise<void>
}

export function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<Server> {
  return new Promise((done, reject) => {
    server.once('error', reject)
    server.listen(where, () => done(server))
  })
}

/** The configuration files of the repository, which may name remotes and credentials; also those of a linked worktree. */
export async function gitConfigs(repository: string): Promise<string[]> {
  const git = join(repository, '.git')
  const pointer = await readFile(git, 'utf8').catch(() => null)
  const dir = pointer === null ? git : resolve(repository, /^gitdir: (.*)$/m.exec(pointer)?.[1] ?? '.git')
  const common = await readFile(join(dir, 'commondir'), 'utf8').catch(() => '.')
  return [...new Set([join(git, 'config'), join(resolve(dir, common.trim()), 'config')])]
}

/** Plants a file in `.agent` and returns what removes it, with the folder when there was none. */
export async function plantSecret(
  repository: string,
  name: string,
): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = join(repository, '.agent')
  const made = (await mkdir(folder, { recursive: true })) !== undefined
  const path = join(folder, name)
  await writeFile(path, 'secret', { mode: 0o644, flag: 'wx' })
  const remove = async () => {
    await rm(path, { force: true })
    if (made) await rmdir(folder).catch(() => {})
  }
  return { path, remove }
}

async function plantBait(repository: string): Promise<Bait> {
  const marker = `specproof-probe-${randomBytes(6).toString('hex')}`
  const scratch = await mkdtemp(join(tmpdir(), 'specproof-probe-'))
  const undo: (() => Promise<unknown>)[] = [() => rm(scratch, { recursive: true, force: true })]
  const remove = async () => {
    for (const step of undo.reverse()) await step()
  }
  try {
    let reached = 0
    const open = async (where: Parameters<typeof listen>[1]) => {
      const server = await listen(
        createServer((socket) => {
          reached++
          socket.destroy()
        }),
        where,
      )
      undo.push(() => new Promise((done) => server.close(done)))
      return server
    }
    const tree = join(scratch, 'tree')
    const readOnlyDir = join(scratch, 'read-only')
    for (const dir of [tree, readOnlyDir]) await mkdir(dir)
    const unixSocket = join(scratch, 's')
    const tcp = await open({ host: '127.0.0.1', port: 0 })
    await open({ path: unixSocket })
    await open({ path: `\0${marker}` })
    const secret = await plantSecret(repository, marker)
    undo.push(secret.remove)
    // The owner of the one is the payload: what stops it there must be the mount.
    for (const dir of [tree, readOnlyDir]) await prepareTree(dir)
    const address = tcp.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const secrets = {
      'no secret from .agent': [secret.path],
      'no .git/config': await gitConfigs(repository),
      'no /etc/shadow': ['/etc/shadow'],
    }
    const targets = { root: repository, readOnlyDir, secrets, port, unixSocket, abstractSocket: marker, marker }
    return { targets, tree, reached: () => reached, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function isRunning(marker: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  // The sleeping child has the marker as its name; our own command line does not hold it.
  return lines.some((line) => line.includes(marker))
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  )

export function parseLines(stdout: string): ProbeCheck[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ProbeCheck)
}

/** What only the host can tell, after the end. */
async function lookFromOutside(bait: Bait, result: BoxResult): Promise<ProbeCheck[]> {
  const { marker, root } = bait.targets
  const arrived = await isThere(join(bait.tree, marker))
  const leaked = await isThere(join(root, marker))
  const alive = await isRunning(marker)
  const finished = result.cause === 'exit' && result.exitCode === 0
  const ending = result.message ?? `${result.cause}, code ${result.exitCode}: ${result.stderr.slice(-300)}`
  return [
    { name: 'runs a command', held: finished, detail: finished ? `${result.durationMs} ms` : ending },
    { name: 'the tree is written on the host', held: arrived, detail: arrived ? 'found' : 'missing' },
    { name: "no write in the repository's folder", held: !leaked, detail: leaked ? 'found it there' : 'nothing there' },
    { name: 'no child survives', held: !alive, detail: alive ? 'still running' : 'gone' },
    { name: 'no listener was reached', held: bait.reached() === 0, detail: `${bait.reached()} connections` },
  ]
}

async function tryAll(box: Box, bait: Bait): Promise<{ result: BoxResult; checks: ProbeCheck[] }> {
  const policy = {
    root: bait.targets.root,
    tree: bait.tree,
    readOnly: [await realpath(process.execPath), bait.targets.readOnlyDir],
    mounts: [],
    env: {},
  }
  const argv = [await realpath(process.execPath), '-e', PROBE_SCRIPT, '--', JSON.stringify(bait.targets)]
  const result = await box.run(argv, policy, LIMITS, {})
  return { result, checks: [...parseLines(result.stdout), ...(await lookFromOutside(bait, result))] }
}

/**
 * Tries every forbidden thing in one run of `box` made like a real one, with the repository's path as its root.
 * `level` describes the box. Leaves nothing behind in the repository, not even an empty `.agent`.
 */
export async function probeBox(box: Box, repository: string, level: () => Promise<string>): Promise<Probe> {
  if (process.platform !== 'linux') {
    const reason = 'this box needs Linux'
    return { ok: false, reason, advice: await adviceFor(reason), checks: [] }
  }
  let bait: Bait
  try {
    bait = await plantBait(await realpath(repository))
  } catch (error) {
    const reason = `the box cannot be tried: ${error instanceof Error ? error.message : error}`
    return { ok: false, reason, advice: 'the repository and the temporary folder must be writable', checks: [] }
  }
  try {
    const { result, checks } = await tryAll(box, bait)
    if (result.cause === 'box') {
      const reason = result.message ?? 'the box could not be made'
      return { ok: false, reason, advice: await adviceFor(reason), checks }
    }
    const expected = 8 + Object.keys(bait.targets.secrets).length + 5
    const broken = checks.filter((check) => !check.held)
    if (broken.length === 0 && checks.length >= expected && checks.some((check) => check.name === SURVIVOR)) {
      return { ok: true, level: await level(), checks }
    }
    const names = broken.map((check) => `${check.name} (${check.detail})`).join('; ')
    const reason = `the box does not hold: ${names || 'not every try was made'}`
    return { ok: false, reason, advice: await adviceFor(reason), checks }
  } finally {
    await bait.remove()
  }
}
