import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../alive.ts'
import { removeTree } from '../git/remove-tree.ts'

/** What one set-up has made; kept in a folder of its own that is complete or not there. */
export interface Entry {
  dir: string
  /** Top-most paths of the tree that set-up created; they lie under `products` in `dir`. */
  products: string[]
  /** Folders of the user's home that were filled, for each cache of the part. */
  caches: string[][]
}

/** Entries that are kept however old, and the age under which none is removed: a run may be using it. */
const KEEP = 5
const DAY_MS = 86_400_000
const POLL_MS = 100

/** Products of set-up by their key, shared by all runs in one repository. */
export interface Store {
  find(key: string): Promise<Entry | null>
  /**
   * Makes the entry of a key, once for all runs on this machine: another run that is at it already is waited for.
   * `make` fills a folder; what it answers with `ok: false` is passed on, and nothing is kept.
   */
  make<F>(
    key: string,
    signal: AbortSignal,
    make: (dir: string) => Promise<{ ok: true; products: string[]; caches: string[][] } | { ok: false; failure: F }>,
  ): Promise<{ ok: true; entry: Entry; made: boolean } | { ok: false; failure: F }>
}

export async function openStore(dir: string): Promise<Store> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await removeLeftovers(dir)
  const find = async (key: string): Promise<Entry | null> => {
    const place = join(dir, key)
    const text = await readFile(join(place, 'entry.json'), 'utf8').catch(() => null)
    if (text === null) return null
    const now = new Date()
    await utimes(place, now, now).catch(() => {})
    const { products, caches } = JSON.parse(text) as Entry
    const there = await Promise.all(caches.flat().map((path) => stat(path).catch(() => null)))
    // Somebody cleaned the cache that this entry stands for.
    if (there.includes(null)) return null
    return { dir: place, products, caches }
  }
  return {
    find,
    async make(key, signal, make) {
      const release = await lock(join(dir, `${key}.lock`), signal)
      try {
        const known = await find(key)
        if (known) return { ok: true, entry: known, made: false }
        const draft = join(dir, ownName(key))
        await mkdir(draft, { mode: 0o700 })
        const made = await make(draft).catch(async (error: unknown) => {
          await removeTree(draft)
          throw error
        })
        if (!made.ok) {
          await removeTree(draft)
          return made
        }
        const { products, caches } = made
        await writeFile(join(draft, 'entry.json'), `${JSON.stringify({ products, caches }, null, 2)}\n`)
        // Only an entry whose caches are gone can be there.
        if (await stat(join(dir, key)).catch(() => null)) await rename(join(dir, key), join(dir, ownName(`${key}.old`)))
        await rename(draft, join(dir, key))
        await removeOld(dir, key)
        return { ok: true, entry: { dir: join(dir, key), products, caches }, made: true }
      } finally {
        await release()
      }
    },
  }
}

/** Waits until this process alone holds the lock; that of a process that died is taken over. Rejects when aborted. */
async function lock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const mine = ownName(path)
  await writeFile(mine, `${process.pid}`)
  try {
    for (;;) {
      // A link appears with its content, so that nobody reads a lock without its owner.
      const taken = await link(mine, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      )
      if (taken) return () => rm(path, { force: true })
      const owner = Number(await readFile(path, 'utf8').catch(() => ''))
      if (owner && !isAlive(owner)) await takeOver(path, owner)
      else await sleep(POLL_MS, undefined, { signal })
    }
  } finally {
    await rm(mine, { force: true })
  }
}

/** Removes the lock of a dead process, and only that: of several that see it, one alone can move it away. */
async function takeOver(path: string, owner: number): Promise<void> {
  const aside = ownName(path)
  await rename(path, aside).catch(() => {})
  const moved = Number(await readFile(aside, 'utf8').catch(() => String(owner)))
  if (moved !== owner) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

/** Ends in our process id, so that a later run knows what is left over. */
function ownName(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.${process.pid}`
}

/** What runs that were killed have begun. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = Number(/\.(\d+)$/.exec(name)?.[1])
    const old = name.includes('.old.')
    if (pid && (old || !isAlive(pid))) await removeTree(join(dir, name))
  }
}

async function removeOld(dir: string, current: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => /^[0-9a-f]+$/.test(name) && name !== current)
  const aged = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(dir, name)).catch(() => null))?.mtimeMs ?? 0 })),
  )
  const old = aged.sort((a, b) => b.used - a.used).slice(KEEP - 1)
  for (const { name, used } of old) if (Date.now() - used > DAY_MS) await removeTree(join(dir, name))
}
