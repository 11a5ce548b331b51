/**
 * Starts services, then the command in argv with the streams of this process, and ends as the command ends. The request
 * is the first line of stdin. What happened to the services is told in signed lines on stdout.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type End,
  type Failure,
  type Service,
  type ServicesLine,
  type ServicesRequest,
  servicesLine,
} from './protocol.mts'
import { answers, untilReady } from './ready.mts'
import { Guard, Running, stopAll } from './service.mts'

type Say = (line: ServicesLine) => Promise<void>

const LAST_MOMENT_MS = 50

async function main(): Promise<never> {
  const { nonce, services } = readRequest()
  const say: Say = (line) => print(servicesLine(nonce, line))
  const guard = new Guard()
  const running: Running[] = []
  const failure = await startAll(services, running, guard, say)
  const end = failure ? null : await runCommand(process.argv.slice(2), running, say)
  await stopAll(running)
  guard.dismiss()
  if (failure) await say({ kind: 'failed', ...failure })
  return endLike(end ?? { exitCode: 1, signal: null })
}

/** One after the other, since the next may need the one before. */
async function startAll(services: Service[], running: Running[], guard: Guard, say: Say): Promise<Failure | null> {
  const folder = mkdtempSync(join(tmpdir(), 'specproof-services-'))
  const times: { name: string; ms: number }[] = []
  for (const service of services) {
    const started = performance.now()
    const { name, ready } = service
    // Another program behind the port would pass for a service that never started.
    if ('port' in ready && (await answers(ready.port))) return { name, why: 'taken', port: ready.port, log: '' }
    const dataFolder = join(folder, name)
    mkdirSync(dataFolder)
    const one = new Running(service, dataFolder)
    running.push(one)
    guard.watch(one)
    const wrong = await untilReady(service, one)
    if (wrong) return { name, log: one.log, ...wrong }
    times.push({ name, ms: Math.round(performance.now() - started) })
  }
  await say({ kind: 'ready', services: times })
  return null
}

/** Runs the command, and tells which services did not live as long. */
async function runCommand(command: string[], running: Running[], say: Say): Promise<End> {
  let dead: Running[] | null = null
  const told = new Map(
    running.map((service) => [
      service,
      service.ended.then((end) => {
        if (dead === null || dead.includes(service))
          return say({ kind: 'died', name: service.name, log: service.log, ...end })
      }),
    ]),
  )
  const end = await new Promise<End>((resolve) => {
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: 'inherit' })
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    child.once('error', (error) => {
      writeSync(2, `${error.message}\n`)
      resolve({ exitCode: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 126, signal: null })
    })
  })
  // What the command did last may take a service a moment to die of.
  await sleep(LAST_MOMENT_MS)
  dead = running.filter((service) => service.end)
  await Promise.all(dead.map((service) => told.get(service)))
  await say({ kind: 'ended' })
  return end
}

/** Byte by byte: what follows the line is the command's. */
function readRequest(): ServicesRequest {
  const bytes: number[] = []
  const next = Buffer.alloc(1)
  while (readByte(next)) {
    if (next[0] === 10) return JSON.parse(Buffer.from(bytes).toString('utf8'))
    bytes.push(next[0] ?? 0)
  }
  throw new Error('the input ended before the request')
}

function readByte(into: Buffer): boolean {
  for (;;) {
    try {
      return readSync(0, into) === 1
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/**
 * `process.stdout` would make the descriptor non-blocking, which it shares with the command: programs that do not expect
 * that fail when they print much.
 */
async function print(text: string): Promise<void> {
  let left = Buffer.from(text)
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      await sleep(10)
    }
  }
}

function endLike({ exitCode, signal }: End): never {
  if (signal) {
    // Node ignores some signals; taking a handler away brings the default back.
    const nothing = () => {}
    const name = signal as NodeJS.Signals
    if (name !== 'SIGKILL' && name !== 'SIGSTOP') process.on(name, nothing).off(name, nothing)
    process.kill(process.pid, name)
  }
  process.exit(exitCode ?? 1)
}

await main()
