import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Goes up when what is kept means something else. */
const VERSION = 3

/** Facts on blobs, kept between runs under what they were read from. */
export interface BlobCache<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  /** Writes what was added; with `used`, everything else is forgotten. A cache that cannot be written is no error. */
  save(used?: ReadonlySet<string>): Promise<void>
}

/** Opens one file of the cache. One that is missing, broken or of another version is empty. */
export async function openBlobCache<T>(dir: string, name: string): Promise<BlobCache<T>> {
  const file = join(dir, `${name}.json`)
  const known = new Map<string, T>(await readFile(file, 'utf8').then(entriesOf<T>, () => []))
  let changed = false
  return {
    get: (key) => known.get(key),
    set(key, value) {
      known.set(key, value)
      changed = true
    },
    async save(used) {
      const kept = used ? [...known].filter(([key]) => used.has(key)) : [...known]
      if (!changed && kept.length > known.size / 2) return
      changed = false
      const scratch = `${file}.${randomUUID()}`
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 })
        await writeFile(scratch, JSON.stringify({ version: VERSION, entries: kept }))
        await rename(scratch, file)
      } catch {
        await rm(scratch, { force: true }).catch(() => {})
      }
    },
  }
}

function entriesOf<T>(text: string): [string, T][] {
  try {
    const { version, entries } = JSON.parse(text) as { version: number; entries: [string, T][] }
    return version === VERSION && Array.isArray(entries) ? entries : []
  } catch {
    return []
  }
}
