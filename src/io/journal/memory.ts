import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Memory {
  recall(key: string): Promise<unknown>
  remember(key: string, value: unknown): Promise<void>
}

/** Small facts between runs, one JSON file each under `.agent/memory/`. What cannot be read is forgotten. */
export function openMemory(root: string): Memory {
  const dir = join(root, '.agent', 'memory')
  const fileOf = (key: string) => join(dir, `${key.replace(/[^\w.-]/g, '_')}.json`)
  let count = 0
  return {
    async recall(key) {
      try {
        return JSON.parse(await readFile(fileOf(key), 'utf8'))
      } catch {
        return null
      }
    },
    async remember(key, value) {
      await mkdir(dir, { recursive: true })
      // Several workers may remember the same at once.
      const scratch = `${fileOf(key)}.${process.pid}.${++count}`
      await writeFile(scratch, JSON.stringify(value))
      await rename(scratch, fileOf(key))
    },
  }
}
