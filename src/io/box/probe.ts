import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, realpath, rm, rmdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { adviceFor } from './advice.ts'
import type { Box, BoxResult, Probe, ProbeCheck } from './box.ts'
import { prepareTree } from './identity.ts'
import { makeProbeFolder } from './probe-folder.ts'
import { PROBE_SCRIPT, type ProbeTargets } from './probe-script.ts'
import { endingChecks, PROBE_LIMITS, type Probing, parseLines, probeBy } from './probing.ts'

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
  const scratch = await makeProbeFolder()
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
    for (const dir of [tree, readOnlyDir]) await prepareTree(dir, ['.'])
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

/** What only the host can tell, after the end. */
async function lookFromOutside(bait: Bait, result: BoxResult): Promise<ProbeCheck[]> {
  const { marker, root } = bait.targets
  const arrived = await isThere(join(bait.tree, marker))
  const leaked = await isThere(join(root, marker))
  const alive = await isRunning(marker)
  return [
    ...endingChecks(result, alive, bait.reached()),
    { name: 'the tree is written on the host', held: arrived, detail: arrived ? 'found' : 'missing' },
    { name: "no write in the repository's folder", held: !leaked, detail: leaked ? 'found it there' : 'nothing there' },
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
  const result = await box.run(argv, policy, PROBE_LIMITS, {})
  return { result, checks: [...parseLines(result.stdout), ...(await lookFromOutside(bait, result))] }
}

/**
 * Tries every forbidden thing in one run of `box` made like a real one, with the repository's path as its root.
 * `level` describes the box.
 */
export async function probeBox(box: Box, repository: string, level: () => Promise<string>): Promise<Probe> {
  if (process.platform !== 'linux') {
    const reason = 'this box needs Linux'
    return { ok: false, reason, advice: await adviceFor(reason), checks: [] }
  }
  const tries = (bait: Bait) => 8 + Object.keys(bait.targets.secrets).length + 5
  const probing: Probing<Bait> = {
    plant: plantBait,
    attempt: (bait) => tryAll(box, bait),
    complete: (checks, bait) => checks.length >= tries(bait) && checks.some(({ name }) => name === SURVIVOR),
    level,
    adviceFor,
  }
  return probeBy(probing, repository)
}
