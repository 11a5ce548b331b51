import { lstatSync, readdirSync, type Stats, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { kernelText } from './kernel-text.ts'

/** Space that a run has taken. */
interface Taken {
  bytes: number
  files: number
}

/** What made the watch end a run: its own tree grew too much, or the disk is nearly full, whoever filled it. */
export type DiskEnd = 'grown' | 'nearly full'

const INTERVAL_MS = 50
/** How long one look through the tree may take. */
const WALK_MS = 3_000
/** How long the last look may take where free space says nothing: others may have removed as much as the run wrote. */
const LAST_WALK_MS = 10
/** How long the event loop may be held by it at once. */
const SLICE_MS = 5
/** After a look that proved nothing, so much longer than it took is waited before the next. */
const PATIENCE = 10
/** With less than this left, a disk that shrinks during a run counts as nearly full. */
const RESERVE_BYTES = 256 * 1024 ** 2
/** Many small files exhaust a disk as well: one is allowed per so many bytes, and some more. */
const BYTES_PER_FILE = 4_096
const FILES_AT_LEAST = 1_000

const attempt = <T>(action: () => T, otherwise: T): T => {
  try {
    return action()
  } catch {
    return otherwise
  }
}

/** Processes below `pid`, itself included. */
function familyOf(pid: number): number[] {
  const family = [pid]
  // The list grows while it is gone through.
  for (const parent of family) {
    const text = kernelText(`/proc/${parent}/task/${parent}/children`)
    family.push(...text.split(' ').filter(Boolean).map(Number))
  }
  return family
}

/**
 * Limits what a tree may grow by in one run. The free space of its file system is looked at often, which is cheap; only
 * when that has fallen by more than the limit the tree itself is looked through, so that nobody is blamed for what others
 * wrote. Counted are the blocks of what changed since the start, each file once, also of files that were removed and are
 * still open in a process of the run. Not found are removed files that are only mapped or under way in a socket: those
 * end a run when they fill the disk.
 */
export class DiskWatch {
  private readonly tree: string
  private readonly limit: Taken
  private readonly device: number
  private readonly free: Taken
  private readonly startedMs = Date.now()
  private timer: NodeJS.Timeout | undefined
  private pid: number | undefined
  private walking: Promise<DiskEnd | null> | null = null
  private notBefore = 0

  private constructor(tree: string, bytes: number, device: number, free: Taken) {
    this.tree = tree
    this.limit = { bytes, files: Math.ceil(bytes / BYTES_PER_FILE) + FILES_AT_LEAST }
    this.device = device
    this.free = free
  }

  /** Remembers how it is before a run. `bytes`: what `tree` may grow by. */
  static start(tree: string, bytes: number): DiskWatch {
    return new DiskWatch(tree, bytes, statSync(tree).dev, freeSpace(tree))
  }

  /** Looks from now on, and calls `onEnd` once when the run of `pid` and its children has to end. */
  watch(pid: number, onEnd: (why: DiskEnd) => void): void {
    this.pid = pid
    this.timer = setInterval(async () => {
      if (this.walking !== null || performance.now() < this.notBefore) return
      this.walking = this.look()
      const why = await this.walking
      this.walking = null
      if (why === null || this.timer === undefined) return
      this.end()
      onEnd(why)
    }, INTERVAL_MS)
  }

  end(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** Why the run has to end or should have ended; null when it may go on. */
  async look(): Promise<DiskEnd | null> {
    const now = attempt(() => freeSpace(this.tree), null)
    if (now === null || !this.isOver({ bytes: this.free.bytes - now.bytes, files: this.free.files - now.files }))
      return null
    const started = performance.now()
    const taken = await this.walk(WALK_MS)
    if (this.isOver(taken)) return 'grown'
    this.notBefore = performance.now() + PATIENCE * (performance.now() - started)
    return now.bytes < RESERVE_BYTES ? 'nearly full' : null
  }

  /** After the run, which may have been too quick for any look. */
  async lastLook(): Promise<DiskEnd | null> {
    return (await this.look()) ?? (this.isOver(await this.walk(LAST_WALK_MS)) ? 'grown' : null)
  }

  private isOver({ bytes, files }: Taken): boolean {
    return bytes > this.limit.bytes || files > this.limit.files
  }

  private async walk(maxMs: number): Promise<Taken> {
    const taken: Taken = { bytes: 0, files: 0 }
    const seen = new Set<number>()
    const add = (stats: Stats) => {
      if (stats.dev !== this.device || stats.ctimeMs < this.startedMs || seen.has(stats.ino)) return
      if (stats.nlink !== 1) seen.add(stats.ino)
      taken.bytes += stats.blocks * 512
      // Not every file system knows when a file was made.
      if (stats.birthtimeMs === 0 || stats.birthtimeMs >= this.startedMs) taken.files++
    }
    this.addRemoved(add)
    const end = performance.now() + maxMs
    let pause = performance.now() + SLICE_MS
    const dirs = [this.tree]
    for (let dir = dirs.pop(); dir !== undefined; dir = dirs.pop()) {
      for (const name of attempt(() => readdirSync(dir!), [])) {
        const path = join(dir, name)
        const stats = attempt(() => lstatSync(path), null)
        if (stats === null) continue
        add(stats)
        if (stats.isDirectory() && stats.dev === this.device) dirs.push(path)
        if (performance.now() < pause) continue
        if (this.isOver(taken) || performance.now() > end) return taken
        await nextTurn()
        pause = performance.now() + SLICE_MS
      }
    }
    return taken
  }

  /** Files without a name that processes of the run hold open. */
  private addRemoved(add: (stats: Stats) => void): void {
    if (this.pid === undefined) return
    for (const pid of familyOf(this.pid)) {
      for (const name of attempt(() => readdirSync(`/proc/${pid}/fd`), [])) {
        const stats = attempt(() => statSync(`/proc/${pid}/fd/${name}`), null)
        if (stats?.isFile() && stats.nlink === 0) add(stats)
      }
    }
  }
}

function freeSpace(path: string): Taken {
  const { bfree, bsize, ffree } = statfsSync(path)
  return { bytes: bfree * bsize, files: ffree }
}
