import { execFile } from 'node:child_process'
import { lstatSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TreeEntry } from './tree.ts'

const run = promisify(execFile)

/** With more files than this a program looks through them sooner than this process. */
const MANY = 3_000
/** A file system whose clock stands longer cannot tell when something changed. Milliseconds. */
const LONGEST_TICK = 60
/** How far the clock of the machine may be off against the time that has passed: it was set, beyond. Milliseconds, and a share. */
const SLACK_MS = 1
const SLACK_SHARE = 0.001

/** A moment after which every change in a tree has a later change time, which nobody in a box can set. */
export interface Stamp {
  path: string
  ctimeNs: bigint
  /** Of `performance.now()`. */
  at: number
}

/** Null where the file system cannot tell two moments apart. */
export async function stampNow(path: string): Promise<Stamp | null> {
  const { ctimeNs: first, at } = bothClocks(path)
  const tick = `${path}.tick`
  while (touch(tick) <= first) {
    if (performance.now() - at > LONGEST_TICK) return null
    await sleep(1)
  }
  return { path, ctimeNs: first, at }
}

function touch(path: string): bigint {
  writeFileSync(path, '.')
  return lstatSync(path, { bigint: true }).ctimeNs
}

/** The clock of files and that of this process, read at nearly the same moment: a process that has to wait between two reads tries again. */
function bothClocks(path: string): { ctimeNs: bigint; at: number } {
  for (let tries = 0; ; tries++) {
    const at = performance.now()
    const ctimeNs = touch(path)
    if (performance.now() - at < SLACK_MS || tries === 50) return { ctimeNs, at }
  }
}

/** Whether the clock has gone on evenly since, so that change times can be compared. */
function isEven({ path, ctimeNs, at }: Stamp): boolean {
  const now = bothClocks(`${path}.tick`)
  const passed = now.at - at
  const told = Number(now.ctimeNs - ctimeNs) / 1e6
  // The coarse clock of files lags behind by a tick.
  return Math.abs(told - passed) <= LONGEST_TICK / 4 + SLACK_MS + passed * SLACK_SHARE
}

/** What is in folders of a tree, by git's own word. */
export interface Layout {
  entries: Map<string, TreeEntry>
  /** Names in each folder that holds tracked files; '' is the top. */
  folders: Map<string, Set<string>>
}

export function layoutOf(entries: Map<string, TreeEntry>): Layout {
  const folders = new Map<string, Set<string>>([['', new Set()]])
  for (const path of entries.keys()) {
    for (let rest = path; rest !== ''; ) {
      const cut = rest.lastIndexOf('/')
      const folder = cut < 0 ? '' : rest.slice(0, cut)
      const names = folders.get(folder)
      const name = rest.slice(cut + 1)
      if (names?.has(name)) break
      if (names) names.add(name)
      else folders.set(folder, new Set([name]))
      rest = folder
    }
  }
  return { entries, folders }
}

/** What may differ from a tree's commit. */
export interface Touched {
  /** Tracked files that were changed, replaced, removed or moved, or may have been. */
  suspects: Set<string>
  /** What is in the way: not tracked, or of another kind. Outermost paths. */
  strangers: string[]
  /** Tracked folders of which something was changed, outermost first. */
  folders: string[]
}

/**
 * What was touched in `dir` since the stamp. `inodes`: of its folders, since one that was moved to another one's place brings old
 * files with it. Null where it cannot be told.
 */
export async function touchedSince(
  dir: string,
  stamp: Stamp,
  layout: Layout,
  inodes: ReadonlyMap<string, bigint>,
): Promise<Touched | null> {
  if (!isEven(stamp)) return null
  const changed = await changedPaths(dir, stamp, layout.entries.size)
  if (changed === null) return null
  const suspects = new Set<string>()
  const strangers: string[] = []
  const folders: string[] = []
  const below = (folder: string) => {
    for (const path of layout.entries.keys()) if (path.startsWith(`${folder}/`)) suspects.add(path)
  }
  const gone = new Set<string>()
  for (const path of changed.sort()) {
    if (layout.entries.has(path)) suspects.add(path)
    const names = layout.folders.get(path)
    if (!names || [...gone].some((folder) => path === folder || path.startsWith(`${folder}/`))) continue
    folders.push(path)
    const there = new Set(readdirSync(path === '' ? dir : join(dir, path)))
    for (const name of there) if (!names.has(name)) strangers.push(path === '' ? name : `${path}/${name}`)
    for (const name of names) {
      const child = path === '' ? name : `${path}/${name}`
      const stat = lstatSync(join(dir, child), { bigint: true, throwIfNoEntry: false })
      if (layout.folders.has(child)) {
        if (stat?.isDirectory() && stat.ino === inodes.get(child)) continue
        if (stat) strangers.push(child)
        gone.add(child)
        below(child)
      } else {
        suspects.add(child)
        if (stat?.isDirectory() && layout.entries.get(child)?.mode !== '160000') strangers.push(child)
      }
    }
  }
  return { suspects, strangers, folders }
}

/** Paths of all that changed since the stamp, '' for the top; null where a name cannot be read. */
async function changedPaths(dir: string, stamp: Stamp, files: number): Promise<string[] | null> {
  const found = files > MANY ? await byFind(dir, stamp) : null
  const paths = found ?? byWalk(dir, stamp)
  return paths.some((path) => path.includes('\ufffd')) ? null : paths
}

async function byFind(dir: string, { path }: Stamp): Promise<string[] | null> {
  try {
    const args = [dir, '-xdev', '-newercc', path, '-print0']
    const { stdout } = await run('find', args, { maxBuffer: 1 << 28, encoding: 'utf8' })
    return stdout
      .split('\0')
      .filter(Boolean)
      .map((one) => one.slice(dir.length + 1))
  } catch {
    return null
  }
}

function byWalk(dir: string, { ctimeNs }: Stamp): string[] {
  const changed: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const path = folder === '' ? dir : join(dir, folder)
    if (lstatSync(path, { bigint: true }).ctimeNs > ctimeNs) changed.push(folder)
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(child)
      else if (lstatSync(join(dir, child), { bigint: true }).ctimeNs > ctimeNs) changed.push(child)
    }
  }
  return changed
}
