import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Event, EventOf, StampedEvent } from '../../src/core/events.ts'
import type { TestRepository } from './repository.ts'
import type { ScriptedModel } from './scripted-model.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js')

export interface AgentRun {
  code: number
  events: StampedEvent[]
  result: EventOf<'run.result'>
  stdout: string
  stderr: string
}

export interface AgentOptions {
  model?: ScriptedModel
  env?: Record<string, string>
  /** Sees each event while the run goes on. */
  onEvent?: (event: StampedEvent, child: ChildProcess) => void
  onStart?: (child: ChildProcess) => void
  /** The folder to start in; the checkout by default. */
  cwd?: string
}

/**
 * Runs the installed command on a repository. Whatever comes out, it must close with `run.result`, leave no worktree,
 * scratch folder or process, and not touch the checkout beyond a commit that landed.
 */
export async function agent(repository: TestRepository, args: string[], options: AgentOptions = {}): Promise<AgentRun> {
  await repository.remember()
  const started = await start(repository, args, options)
  const run = readRun(started)
  await expectNothingLeft(repository)
  await expectUntouched(repository, run.events)
  return run
}

/** `agent next` with the options that send it to a scripted model. */
export function next(
  repository: TestRepository,
  model: ScriptedModel,
  args: string[] = [],
  options: AgentOptions = {},
): Promise<AgentRun> {
  return agent(repository, ['next', ...model.args, ...args], { ...options, model })
}

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the command and judges nothing: for runs that are killed. */
export function start(repository: TestRepository, args: string[], options: AgentOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, '--json', '--cwd', options.cwd ?? repository.dir, ...args], {
    cwd: repository.around,
    env: { ...repository.env, ...options.model?.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  options.onStart?.(child)
  let stdout = ''
  let stderr = ''
  let unread = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    const lines = (unread + text).split('\n')
    unread = lines.pop()!
    if (options.onEvent) for (const line of lines) options.onEvent(JSON.parse(line) as StampedEvent, child)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

function readRun({ code, stdout, stderr, signal }: Ended): AgentRun {
  expect(signal, stderr).toBeNull()
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StampedEvent)
  const result = events.at(-1)
  if (result?.type !== 'run.result') throw new Error(`the last line is not run.result:\n${stdout}\n${stderr}`)
  expect(result.exitCode, result.message).toBe(code)
  expect(events.filter((event) => event.type === 'run.result')).toHaveLength(1)
  return { code: result.exitCode, events, result, stdout, stderr }
}

/** Events of one type, in order. */
export function eventsOf<T extends Event['type']>(run: AgentRun, type: T): EventOf<T>[] {
  return run.events.filter((event) => event.type === type) as unknown as EventOf<T>[]
}

/** Neither worktrees nor scratch folders nor processes of this repository. */
async function expectNothingLeft(repository: TestRepository): Promise<void> {
  const worktrees = await repository.git('worktree', 'list', '--porcelain').catch(() => '')
  expect(worktrees.split('\n').filter((line) => line.startsWith('worktree ')).length).toBeLessThanOrEqual(1)
  const cache = join(repository.env['XDG_CACHE_HOME']!, 'specproof')
  // Products of set-up stay for the next run; of what was begun or locked nothing may.
  for (const folder of await readdir(cache).catch(() => [])) {
    const kept = (await readdir(join(cache, folder))).filter((name) => !['specs', 'symbols', 'tokens'].includes(name))
    expect(kept.filter((name) => name !== 'setup')).toEqual([])
    for (const name of kept.length > 0 ? await readdir(join(cache, folder, 'setup')) : [])
      expect(name).toMatch(/^[0-9a-f]{32}$/)
  }
  expect(await processesIn(repository)).toEqual([])
}

/** Command lines of processes that know the repository. Ending takes the kernel a moment, so they get two seconds. */
export async function processesIn(repository: TestRepository): Promise<string[]> {
  let found: string[] = []
  for (let tries = 0; tries < 40; tries++) {
    found = await namedProcesses(repository.around)
    if (found.length === 0) break
    await sleep(50)
  }
  return found
}

async function namedProcesses(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id) || Number(id) === process.pid) continue
    const text = (name: string) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '')
    const cwd = await readlink(`/proc/${id}/cwd`).catch(() => '')
    const command = await text('cmdline')
    if ([command, cwd, await text('environ')].some((known) => known.includes(folder)))
      found.push(`${id}: ${command.replaceAll('\0', ' ')}`)
  }
  return found
}

/** Bit for bit as before; where a commit landed, only what it changed differs, and as it says. */
async function expectUntouched(repository: TestRepository, events: StampedEvent[]): Promise<void> {
  const before = repository.remembered()
  const after = await repository.snapshot()
  const landed = events.filter((event) => event.type === 'landed').filter((event) => event.ref !== null)
  const commit = landed.at(-1)?.commit
  if (commit === undefined) {
    expect(after).toEqual(before)
    return
  }
  expect(after.head).toBe(commit)
  expect({ branch: after.branch, status: after.status }).toEqual({ branch: before.branch, status: before.status })
  const changed = (await repository.git('diff', '--name-only', '-z', before.head, commit)).split('\0')
  const others = (files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).filter(([path]) => !changed.includes(path)))
  expect(others(after.files)).toEqual(others(before.files))
}
