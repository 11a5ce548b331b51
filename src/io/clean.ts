import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item } from '../core/clean.ts'
import { cacheFolder } from './git/cache-folder.ts'
import { tryGit } from './git/git.ts'
import { removeTree } from './git/remove-tree.ts'
import type { Repository } from './git/repository.ts'
import { listRuns, runsFolder, unfinishedRun } from './journal/past-runs.ts'

/** All that runs have left, apart from commits. */
export interface Leftovers {
  /** Journals, oldest first. */
  runs: Item[]
  /** Results of tests on trees of the past, which are made again when they are wanted. */
  baselines: Item[]
  /** What set-up has installed, names of symbols and the like, in the cache folder of the user. */
  cache: Item[]
}

const DAY_MS = 24 * 3_600_000

/** `now`: milliseconds since 1970. */
export async function survey(repository: Repository, now: number): Promise<Leftovers> {
  const item = (path: string) => measure(path, now)
  const open = await unfinishedRun(repository.root)
  const needed = new Set(open?.ids)
  const runs: Item[] = []
  for (const id of await listRuns(repository.root)) {
    const run = await item(join(runsFolder(repository.root), id))
    runs.push(needed.has(id) ? { ...run, needed: 'the next run goes on with it' } : run)
  }
  const memory = join(repository.root, '.agent', 'memory')
  const baselines = (await names(memory)).filter((name) => name.startsWith('baseline-'))
  const cache = cacheFolder(repository)
  const cached: string[] = []
  for (const name of await names(cache)) {
    // Of what is set up each entry has its own age; folders that end in a number belong to a process.
    if (name === 'setup') cached.push(...(await names(join(cache, name))).map((entry) => join(name, entry)))
    else if (!/\.\d+$/.test(name)) cached.push(name)
  }
  return {
    runs,
    baselines: await Promise.all(baselines.map((name) => item(join(memory, name)))),
    cache: await Promise.all(cached.map(async (name) => inUse(await item(join(cache, name))))),
  }
}

/** `agent verify` and others may be at it, and take no lock. */
function inUse(item: Item): Item {
  return item.age * 24 < 1 ? { ...item, needed: 'used within the last hour' } : item
}

function names(dir: string): Promise<string[]> {
  return readdir(dir).then(
    (all) => all.sort(),
    () => [],
  )
}

async function measure(path: string, now: number): Promise<Item> {
  let bytes = 0
  let newest = 0
  const add = async (at: string): Promise<void> => {
    const stat = await lstat(at).catch(() => null)
    if (stat === null) return
    bytes += stat.size
    newest = Math.max(newest, stat.mtimeMs)
    if (stat.isDirectory()) for (const name of await names(at)) await add(join(at, name))
  }
  await add(path)
  return { path, bytes, age: Math.max(0, (now - newest) / DAY_MS) }
}

/** Removes a file or a folder of ours. */
export async function removeItem({ path }: Item): Promise<void> {
  const stat = await lstat(path).catch(() => null)
  if (stat?.isDirectory()) await removeTree(path)
  else await rm(path, { force: true })
}

/** A branch of ours whose commit is not part of HEAD. */
export interface Unmerged {
  branch: string
  commit: string
  subject: string
}

/** Commits that wait and findings: only a person may remove them. */
export async function unmergedBranches(root: string): Promise<Unmerged[]> {
  const format = '--format=%(refname:lstrip=2)%00%(objectname)%00%(contents:subject)'
  const out = (await tryGit(root, ['for-each-ref', format, '--no-merged=HEAD', 'refs/heads/specproof/'])).stdout
  return out
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [branch = '', commit = '', subject = ''] = line.split('\0')
      return { branch, commit, subject }
    })
}
