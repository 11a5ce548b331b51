import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../run-program.ts'
import type { Box, BoxResult, Probe, ProbeCheck } from './box.ts'
import { gitConfigs, listen, plantSecret, SURVIVOR } from './probe.ts'
import { makeProbeFolder } from './probe-folder.ts'
import { endingChecks, PROBE_LIMITS, type Probing, parseLines, probeBy } from './probing.ts'
import { isWithin } from './system.ts'

const LEVEL =
  'srt: rules of the system for files and network (its authors have never tried it on macOS); no loopback; ' +
  'memory, number of processes and scratch files not limited; what leaves its group and folder may survive'

interface Targets {
  /** Files that must not be readable and folders that must not be listed, by the name of their check. */
  secrets: Record<string, string[]>
  /** Folders in which nothing may be written; whether it was is seen from outside. */
  outside: string[]
  port: number
  unixSocket: string
  marker: string
}

/** Runs inside with Node; prints one JSON line `{ name, held, detail }` for each try. */
const SCRIPT = `
const fs = require('node:fs'), net = require('node:net')
const { spawn } = require('node:child_process')
const targets = JSON.parse(process.argv[process.argv.length - 1])
const say = (name, held, detail) => console.log(JSON.stringify({ name, held, detail }))
const attempt = (action) => { try { action(); return null } catch (error) { return error.code || error.message } }
const denied = (name, paths, action) => {
  const open = paths.filter((path) => attempt(() => action(path)) === null)
  say(name, open.length === 0, open.length ? 'possible: ' + open.join(', ') : paths.join(', '))
}
const write = (dir) => fs.writeFileSync(dir + '/' + targets.marker, 'probe')
const read = (path) => {
  let names
  try { names = fs.readdirSync(path) } catch (error) { if (error.code !== 'ENOTDIR') throw error }
  if (names === undefined) fs.readFileSync(path)
  else if (names.length === 0) throw new Error('empty')
}
const connect = (options) => new Promise((resolve) => {
  const end = (refusal) => { if (socket) socket.destroy(); resolve(refusal) }
  let socket
  try { socket = net.connect(options) } catch (error) { return end(error.code || error.message) }
  socket.setTimeout(500, () => end('no answer'))
  socket.on('connect', () => end(null))
  socket.on('error', (error) => end(error.code || error.message))
})
const startSurvivor = () => new Promise((resolve) => {
  const script = 'echo up; for i in 1 2 3 4 5 6; do sleep 10; done'
  const child = spawn('sh', ['-c', script, targets.marker], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  child.on('error', (error) => resolve(error.code))
  child.stdout.on('data', () => { child.unref(); child.stdout.destroy(); resolve(null) })
})
async function main() {
  const refusal = attempt(() => write('.'))
  say('writes in the tree', refusal === null, refusal || 'written')
  for (const dir of targets.outside) attempt(() => write(dir))
  for (const [name, paths] of Object.entries(targets.secrets)) denied(name, paths, read)
  const sockets = [
    ["no connection to the host's loopback", { host: '127.0.0.1', port: targets.port }],
    ['no Unix socket of the host', { path: targets.unixSocket }],
  ]
  for (const [name, options] of sockets) {
    const refusal = await connect(options)
    say(name, refusal !== null, refusal || 'connected')
  }
  const survivor = await startSurvivor()
  say('${SURVIVOR}', survivor === null, survivor || 'it said so')
}
main()
`

/** Some of what lies in the home folder, without what leads to `tree`. */
async function homeEntries(tree: string): Promise<string[]> {
  const home = await realpath(homedir()).catch(() => null)
  if (home === null) return []
  const paths = (await readdir(home).catch(() => [])).map((name) => join(home, name))
  const open = await Promise.all(
    paths.map((path) =>
      access(path, constants.R_OK).then(
        () => [path],
        () => [],
      ),
    ),
  )
  return open
    .flat()
    .filter((path) => !isWithin(tree, path))
    .slice(0, 20)
}

interface Bait {
  targets: Targets
  tree: string
  reached(): number
  remove(): Promise<void>
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
      const count = createServer((socket) => {
        reached++
        socket.destroy()
      })
      const server = await listen(count, where)
      undo.push(() => new Promise((done) => server.close(done)))
      return server.address()
    }
    const [tree, beside, unixSocket] = [join(scratch, 'tree'), join(scratch, 'beside'), join(scratch, 's')]
    for (const dir of [tree, beside]) await mkdir(dir)
    await writeFile(join(beside, 'secret'), 'secret')
    const address = await open({ host: '127.0.0.1', port: 0 })
    await open({ path: unixSocket })
    const secret = await plantSecret(repository, marker)
    undo.push(secret.remove)
    const targets: Targets = {
      secrets: {
        'no secret from .agent': [secret.path],
        'no .git/config': await gitConfigs(repository),
        'nothing of your home': await homeEntries(tree),
        'no temporary files of others': [beside, join(beside, 'secret')],
      },
      outside: [repository, beside, homedir(), '/tmp/claude'],
      port: typeof address === 'object' && address !== null ? address.port : 0,
      unixSocket,
      marker,
    }
    // What got through is not left behind.
    for (const path of targets.outside) undo.push(() => rm(join(path, marker), { force: true }))
    return { targets, tree, reached: () => reached, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function lookFromOutside({ targets, tree, reached }: Bait, result: BoxResult): Promise<ProbeCheck[]> {
  const there = async (dir: string) => (await stat(join(dir, targets.marker)).catch(() => null)) !== null
  const arrived = await readFile(join(tree, targets.marker), 'utf8').catch(() => '')
  const leaks = (await Promise.all(targets.outside.map(async (dir) => ((await there(dir)) ? [dir] : [])))).flat()
  const { stdout } = await runProgram('ps', ['-axo', 'args='])
  const alive = stdout.includes(targets.marker)
  return [
    ...endingChecks(result, alive, reached()),
    { name: 'the tree is written on the host', held: arrived === 'probe', detail: arrived || 'missing' },
    { name: 'nothing was written outside', held: leaks.length === 0, detail: leaks.join(', ') || 'nothing there' },
  ]
}

async function tryAll(box: Box, bait: Bait): Promise<{ result: BoxResult; checks: ProbeCheck[] }> {
  const node = await realpath(process.execPath)
  const policy = { root: bait.targets.outside[0]!, tree: bait.tree, readOnly: [node], mounts: [], env: {} }
  const argv = [node, '-e', SCRIPT, '--', JSON.stringify(bait.targets)]
  const result = await box.run(argv, policy, PROBE_LIMITS, {})
  return { result, checks: [...parseLines(result.stdout), ...(await lookFromOutside(bait, result))] }
}

/** The advice for a box that cannot be made or does not hold here. */
function adviceFor(reason: string): string {
  const none = 'or run without protection: --isolation none'
  if (reason.includes('is not installed')) return `npm install @anthropic-ai/sandbox-runtime; ${none}`
  return `there is no other box on ${process.platform}; use Linux, a virtual machine or a container, ${none}`
}

/** Tries each forbidden thing in one run of a box that shows the tree at its own path. Leaves nothing behind. */
export async function probeOwnPath(box: Box, repository: string): Promise<Probe> {
  if (!['darwin', 'linux'].includes(process.platform)) {
    const reason = `${process.platform} has no box yet`
    return { ok: false, reason, advice: adviceFor(reason), checks: [] }
  }
  const probing: Probing<Bait> = {
    plant: plantBait,
    attempt: (bait) => tryAll(box, bait),
    complete: (checks, { targets }) => checks.length >= 4 + Object.keys(targets.secrets).length + 5,
    level: async () => LEVEL,
    adviceFor,
  }
  return probeBy(probing, repository)
}
