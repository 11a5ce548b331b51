import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { UserError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import { bootId, isAlive } from '../alive.ts'

/** One process, told apart from a later one with the same number. `boot` and `start` are '' where the system does not say. */
interface Owner {
  pid: number
  host: string
  /** Id of the boot of the machine. */
  boot: string
  /** When the process started, in ticks since that boot. */
  start: string
  run: string
}

const LOCK = 'specproof.lock'
/** Others may come and go between two looks; with more of them than this something else is wrong. */
const TRIES = 20

export interface RunLock {
  release(): Promise<void>
}

/**
 * The right to run in a repository, all its linked worktrees included: one file in its git folder. An owner that was killed
 * holds nothing: whether it lives is asked of the system, not of a clock. Throws UserError (`git`) while another run has it.
 */
export async function lockRepository(commonDir: string, run: string): Promise<RunLock> {
  const path = join(commonDir, LOCK)
  const mine = JSON.stringify(await thisProcess(run))
  for (let tries = 0; tries < TRIES; tries++) {
    if (await create(path, mine)) return { release: () => release(path, mine) }
    const held = await text(path)
    if (held === null) continue
    const holder = parse(held)
    if (holder !== null && (await lives(holder))) throw new UserError(inWords(holder, path), 'git')
    await takeAway(path, held, mine)
  }
  throw new UserError(`${path} comes and goes: other runs start and end in this repository all the time.`, 'git')
}

/** The run that is at work in a repository, by what the lock says and the system knows of its owner; null: none is. */
export async function runAtWork(commonDir: string): Promise<string | null> {
  return (await lockHolder(commonDir))?.run ?? null
}

/** The same with the machine that its owner runs on where nobody can look whether it lives; null: this one, and it lives. */
export async function lockHolder(commonDir: string): Promise<{ run: string; host: string | null } | null> {
  const held = await text(join(commonDir, LOCK))
  const holder = held === null ? null : parse(held)
  if (holder === null || !(await lives(holder))) return null
  return { run: holder.run, host: holder.host === hostname() ? null : holder.host }
}

async function thisProcess(run: string): Promise<Owner> {
  return { pid: process.pid, host: hostname(), boot: await bootId(), start: await startOf(process.pid), run }
}

/** Field 22 of /proc/PID/stat; the name before it may hold blanks and parentheses. */
async function startOf(pid: number): Promise<string> {
  const line = (await text(`/proc/${pid}/stat`)) ?? ''
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function parse(json: string): Owner | null {
  try {
    const { pid, host, boot, start, run } = JSON.parse(json) as Owner
    const whole = typeof pid === 'number' && [host, boot, start, run].every((field) => typeof field === 'string')
    return whole ? { pid, host, boot, start, run } : null
  } catch {
    // After a loss of power the file may be there without its text.
    return null
  }
}

/** On another machine nobody can look, so its owner counts as alive. */
async function lives({ pid, host, boot, start }: Owner): Promise<boolean> {
  if (host !== hostname()) return true
  if (boot !== (await bootId()) || !isAlive(pid)) return false
  return start === (await startOf(pid))
}

function inWords({ pid, host, run }: Owner, path: string): string {
  const where = host === hostname() ? '' : ` on ${host}`
  const mend = where === '' ? '' : ` If it does not run there any more, remove ${path}.`
  return `another run works in this repository: ${run}, process ${pid}${where}. Wait for it, or end it.${mend}`
}

const text = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

/** With its text from the first moment on: whoever finds it can read whose it is. */
async function create(path: string, content: string): Promise<boolean> {
  const own = `${path}.${crypto.randomUUID()}`
  await writeFile(own, content, { flush: true })
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    await rm(own, { force: true })
  }
}

/**
 * Removes the lock of a dead owner. Several runs may find it at once, and one of them may have a lock of its own there by
 * the time that another gets to it: so only who holds the right to remove this very text does it, after a second look.
 */
async function takeAway(path: string, dead: string, mine: string): Promise<void> {
  const right = `${path}.${sha256(dead).slice(0, 12)}`
  if (await create(right, mine)) {
    if ((await text(path)) === dead) await rm(path, { force: true })
    await rm(right, { force: true })
    return
  }
  const held = await text(right)
  const holder = held === null ? null : parse(held)
  if (held !== null && (holder === null || !(await lives(holder)))) await takeAway(right, held, mine)
  else await setTimeout(5)
}

/** Removes what runs that were killed while they took or freed the lock have left beside it. */
export async function sweepLocks(commonDir: string): Promise<void> {
  for (const name of await readdir(commonDir).catch(() => [] as string[])) {
    if (!name.startsWith(`${LOCK}.`)) continue
    const path = join(commonDir, name)
    const holder = parse((await text(path)) ?? '')
    if (holder === null || !(await lives(holder))) await rm(path, { force: true })
  }
}

async function release(path: string, mine: string): Promise<void> {
  if ((await text(path)) === mine) await rm(path, { force: true })
}
