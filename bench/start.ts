/**
 * What starting costs, on the demo's repository: `node -e 0`, `agent --help`, `agent status`, and what `status` has to read (three
 * questions to git and three files) by a script of nothing else, taking turns, as CPU time with that of the git processes; then how
 * long after its start a run asks its first question of a server on this machine, by the clock and as CPU time of its own process.
 * `npm run build` first. `node bench/start.ts [rounds]`
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDemoRepository } from '../src/io/demo.ts'

const rounds = Number(process.argv[2] ?? 11)
const AGENT = join(import.meta.dirname, '..', 'bin', 'agent.js')

/** What `agent status` reads. */
const READING = `
const { execFile } = process.getBuiltinModule('child_process')
const git = (...args) => new Promise((done) => execFile('git', args, done))
await git('rev-parse', '--show-toplevel', '--git-common-dir', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD')
const log = git('log', '--topo-order', '--extended-regexp', '--grep=^Task: ', '--format=%H%x00%P%x00%cI%x00%B%x00', 'HEAD')
await Promise.all([log, git('status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', 'specs')])
for (const file of ['requirements', 'design', 'tasks'])
  process.getBuiltinModule('fs').readFileSync('specs/job-queue/' + file + '.md', 'utf8')`

function told(values: number[], unit = 'ms'): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `${sorted[0]!.toFixed(0)} (${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)}) ${unit}`
}

/** CPU time of a program and all that it waited for, milliseconds. */
async function cpuOf(cwd: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const script = `ulimit -c 0; "$@" > /dev/null 2>&1; times`
  // Where its input is a socket a shell may take itself for a login and read what the user starts with.
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
  const child = spawn('bash', ['--norc', '-c', script, 'bash', process.execPath, ...args], { cwd, env, stdio })
  const out: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  await new Promise((done) => child.on('close', done))
  const last = Buffer.concat(out).toString().trim().split('\n').at(-1) ?? ''
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, min, s]) => sum + Number(min) * 60_000 + Number(s) * 1000,
    0,
  )
}

/** CPU time of the threads of a process until now, milliseconds. */
function threadsOf({ pid }: ChildProcess): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.reduce((sum, id) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]) / 1e6
    } catch {
      return sum
    }
  }, 0)
}

interface First {
  ms: number
  cpu: number
}

async function firstQuestion(cwd: string, env: NodeJS.ProcessEnv, provider: string): Promise<First> {
  let asked: (first: First) => void = () => {}
  const first = new Promise<First>((done) => {
    asked = done
  })
  let started = 0
  let child: ChildProcess | null = null
  const server = createServer((_request, response) => {
    asked({ ms: performance.now() - started, cpu: threadsOf(child!) })
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const url = `http://127.0.0.1:${port}`
  const keys = { OPENAI_API_KEY: 'x', ANTHROPIC_API_KEY: 'x', OPENAI_BASE_URL: `${url}/v1`, ANTHROPIC_BASE_URL: url }
  started = performance.now()
  child = spawn(process.execPath, [AGENT, 'next', '--json', '--model', `${provider}/m`], {
    cwd,
    env: { ...env, ...keys },
    stdio: ['ignore', 'ignore', process.env['LOUD'] ? 'inherit' : 'ignore'],
  })
  const ended = new Promise<First>((_, reject) =>
    child!.on('exit', () => setTimeout(reject, 100, new Error('nothing was asked'))),
  )
  ended.catch(() => {})
  const result = await Promise.race([first, ended])
  await new Promise((done) => (child!.exitCode === null ? child!.on('exit', done) : done(0)))
  server.close()
  return result
}

const repository = await makeDemoRepository()
const cache = await mkdtemp(join(tmpdir(), 'specproof-start-'))
try {
  const env = { ...process.env, XDG_CACHE_HOME: cache }
  const commands: Record<string, string[]> = {
    'node -e 0': ['-e', '0'],
    'agent --help': [AGENT, '--help'],
    'agent status': [AGENT, 'status'],
  }
  commands['the reading'] = ['--input-type=module', '-e', READING]
  const costs = new Map(Object.keys(commands).map((name) => [name, [] as number[]]))
  const firsts = new Map(['anthropic', 'openai-compatible'].map((provider) => [provider, [] as First[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const cost = await cpuOf(repository, args, env)
      if (round > 0) costs.get(name)!.push(cost)
    }
    for (const [provider, found] of firsts) {
      const first = await firstQuestion(repository, env, provider)
      if (round > 0) found.push(first)
    }
  }
  const base = Math.min(...costs.get('node -e 0')!)
  for (const [name, found] of costs)
    console.log(`${name}: ${told(found)} of CPU, ${(Math.min(...found) / base).toFixed(2)} times`)
  for (const [provider, found] of firsts)
    console.log(
      `first question to ${provider}: ${told(found.map(({ ms }) => ms))} after the start, ${told(found.map(({ cpu }) => cpu))} of CPU of its process`,
    )
} finally {
  rmSync(repository, { recursive: true, force: true })
  rmSync(cache, { recursive: true, force: true })
}
