/** What the tries inside need to know; travels as JSON in the last argument. */
export interface ProbeTargets {
  /** Where the tree is mounted: the repository's path. */
  root: string
  /** A folder that is mounted read-only. */
  readOnlyDir: string
  /** Files of the host that must not be readable, by the name of their check. */
  secrets: Record<string, string[]>
  /** TCP port on the host's loopback. */
  port: number
  unixSocket: string
  /** Name without the leading zero byte. */
  abstractSocket: string
  /** Argument by which the child that tries to survive is found again. */
  marker: string
}

/**
 * Runs inside the box with Node: tries every forbidden thing and prints one JSON line `{ name, held, detail }` for each.
 * It is JavaScript as text because only the Node binary is visible inside, not this package.
 */
export const PROBE_SCRIPT = `
const fs = require('node:fs')
const net = require('node:net')
const { spawn, spawnSync } = require('node:child_process')
const targets = JSON.parse(process.argv[process.argv.length - 1])
const say = (name, held, detail) => console.log(JSON.stringify({ name, held, detail }))
const why = (error) => error.code || error.message
const attempt = (action) => { try { action(); return null } catch (error) { return why(error) } }
const denied = (name, tries) => {
  const outcomes = tries.map(([what, action]) => [what, attempt(action)])
  const open = outcomes.filter(([, refusal]) => refusal === null).map(([what]) => what)
  say(name, open.length === 0, open.length ? 'possible: ' + open.join(', ') : outcomes.map((o) => o.join(': ')).join(', '))
}
const connect = (options) => new Promise((resolve) => {
  const socket = net.connect(options)
  const end = (refusal) => { socket.destroy(); resolve(refusal) }
  socket.setTimeout(500, () => end('no answer'))
  socket.on('connect', () => end(null))
  socket.on('error', (error) => end(why(error)))
})
const ownLoopback = () => new Promise((resolve) => {
  const server = net.createServer((socket) => socket.end())
  server.on('error', (error) => resolve(why(error)))
  server.listen(0, '127.0.0.1', async () => {
    const refusal = await connect({ host: '127.0.0.1', port: server.address().port })
    server.close()
    resolve(refusal)
  })
})
// The end must not come before the child is up, or nobody could tell whether it was ended.
const startSurvivor = () => new Promise((resolve) => {
  const script = 'echo up; for i in 1 2 3 4 5 6; do sleep 10; done'
  // Detached: Node calls setsid() for it.
  const options = { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }
  const child = spawn('sh', ['-c', script, targets.marker], options)
  child.on('error', (error) => resolve(why(error)))
  child.on('exit', () => resolve('it ended by itself'))
  child.stdout.on('data', () => resolve(null))
})
const writeTo = (path) => [path, () => fs.writeFileSync(path, 'probe')]
const inside = (path) => path.replace(/\\/$/, '') + '/' + targets.marker

async function main() {
  const refusal = attempt(() => fs.writeFileSync(inside(targets.root), 'probe'))
  say('writes in the tree', refusal === null, refusal || 'written')
  const loopback = await ownLoopback()
  say('own loopback works', loopback === null, loopback || 'connected')

  denied('no write outside the tree', ['/usr', '/etc', '/', targets.readOnlyDir].map(inside).map(writeTo))

  const again = 'mount -o remount,bind,rw "$0"; : > "$0/$1"'
  const remounts = []
  for (const dir of ['/usr', '/', targets.readOnlyDir]) {
    spawnSync('sh', ['-c', again, dir, targets.marker], { stdio: 'ignore' })
    remounts.push(writeTo(inside(dir)))
  }
  denied('no remount', remounts)
  const further = spawnSync('unshare', ['-U', '-r', '-m', 'sh', '-c', again, targets.readOnlyDir, targets.marker])
  say('no remount from a further user namespace', further.status !== 0, String(further.stderr).trim().split('\\n').pop())

  for (const [name, paths] of Object.entries(targets.secrets)) {
    denied(name, paths.map((path) => [path, () => fs.readFileSync(path)]))
  }
  const status = fs.readFileSync('/proc/self/status', 'utf8')
  const rights = status.match(/^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs):.*$/gm) || []
  const none = rights.length === 6 && rights.every((line) => /^Cap\\w+:\\s*0+$|^NoNewPrivs:\\s*1$/.test(line))
  say('no capabilities', none, rights.map((line) => line.replace(/\\s+/, ' ')).join(', '))

  const sockets = [
    ["no connection to the host's loopback", { host: '127.0.0.1', port: targets.port }],
    ['no Unix socket of the host', { path: targets.unixSocket }],
    ['no abstract Unix socket of the host', { path: '\\0' + targets.abstractSocket }],
  ]
  for (const [name, options] of sockets) {
    const refusal = await connect(options)
    say(name, refusal !== null, refusal || 'connected')
  }
  const survivor = await startSurvivor()
  say('started a child in a session of its own', survivor === null, survivor || 'it said so')
}
main().then(() => process.exit(0))
`
