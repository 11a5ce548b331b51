import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import type { Failure, Ready, Service } from './protocol.mts'
import type { Running } from './service.mts'

const PAUSE_MS = 50
const CONNECT_MS = 1_000
const SETTLE_MS = 50
const DETAIL_CHARS = 500

/** What is wrong with a service that was just started, without its name and log; null: it is ready. */
export type Wrong =
  | Omit<Extract<Failure, { why: 'ended' }>, 'name' | 'log'>
  | Omit<Extract<Failure, { why: 'late' }>, 'name' | 'log'>
  | Omit<Extract<Failure, { why: 'unaskable' }>, 'name' | 'log'>

interface Probe {
  /** Resolves when it is ready, or with what makes it useless to ask again. */
  done: Promise<Wrong | null>
  /** What the last try said. */
  detail(): string
}

/** Waits until a service is ready, has ended, or its time is over. */
export async function untilReady(service: Service, running: Running): Promise<Wrong | null> {
  const over = new AbortController()
  const probe = probeOf(service.ready, running, over.signal)
  const late = sleep(service.seconds * 1_000, 'late' as const, { signal: over.signal }).catch(() => 'late' as const)
  const ended = running.ended.then((end): Wrong => ({ why: 'ended', ...end }))
  const first = await Promise.race([probe.done, ended, late])
  over.abort()
  running.onLine = () => {}
  if (first === 'late') return { why: 'late', detail: probe.detail() }
  // A service that goes to the background answers just before its first process ends.
  return first ?? Promise.race([ended, sleep(SETTLE_MS, null)])
}

/** Whether anything accepts connections on a port of the loopback addresses. */
export async function answers(port: number): Promise<boolean> {
  return (await Promise.all(['127.0.0.1', '::1'].map((host) => connects(port, host)))).includes(true)
}

function connects(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: CONNECT_MS })
    socket.once('connect', () => {
      // Taking leave and reading to the end: a reset by the first client that it ever has kills many a simple server.
      socket.end()
      socket.resume()
      socket.unref()
      resolve(true)
    })
    socket.once('timeout', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(false))
  })
}

function probeOf(ready: Ready, running: Running, over: AbortSignal): Probe {
  if ('output' in ready) return lineProbe(ready.output, running)
  if ('port' in ready) return portProbe(ready.port, over)
  return commandProbe(ready.command, running, over)
}

function portProbe(port: number, over: AbortSignal): Probe {
  const done = async () => {
    while (!over.aborted && !(await answers(port))) await sleep(PAUSE_MS)
    return null
  }
  return { done: done(), detail: () => '' }
}

function lineProbe(pattern: string, running: Running): Probe {
  const expected = linear(pattern)
  const done = new Promise<null>((resolve) => {
    running.onLine = (line) => expected.test(line) && resolve(null)
  })
  return { done, detail: () => '' }
}

/** A service may print what the patch under test says, so a pattern must not take for ever on it. */
function linear(pattern: string): RegExp {
  setFlagsFromString('--enable-experimental-regexp-engine')
  try {
    return new RegExp(pattern, 'l')
  } catch {
    // This Node has no such engine. The pattern is the user's own, and lines are cut.
    return new RegExp(pattern)
  }
}

function commandProbe(command: string, running: Running, over: AbortSignal): Probe {
  let detail = ''
  const done = async (): Promise<Wrong | null> => {
    while (!over.aborted) {
      const tried = await ask(command, running, over)
      if (tried.exitCode === 0) return null
      detail = `${tried.exitCode === null ? 'it did not end' : `exit code ${tried.exitCode}`}${tried.said && `: ${tried.said}`}`
      if (tried.exitCode === 126 || tried.exitCode === 127) return { why: 'unaskable', detail }
      await sleep(PAUSE_MS)
    }
    return { why: 'late', detail }
  }
  return { done: done(), detail: () => detail }
}

function ask(command: string, { env }: Running, over: AbortSignal): Promise<{ exitCode: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-DETAIL_CHARS)
      })
    }
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
    over.addEventListener('abort', kill)
    const end = (exitCode: number | null) => {
      over.removeEventListener('abort', kill)
      resolve({ exitCode, said: said.trim() })
    }
    child.once('error', (error) => {
      said = error.message
      end(126)
    })
    child.once('exit', () => kill())
    child.once('close', (exitCode) => end(exitCode))
  })
}
