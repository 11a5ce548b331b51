import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { sha256 } from '../core/hash.ts'
import type { ParsedSpecs } from '../core/spec/source.ts'
import type { Spec } from '../core/spec/spec.ts'

/** Of more than so many all are forgotten. */
const MOST_KEPT = 200
/** What is longer is rare, and its answer would be large. Characters. */
const LONGEST = 1_000_000

/**
 * Specs as this build of the program has read them, a file each under the hash of their texts: reading one takes longer than all else
 * that `agent status` does. What cannot be read or written there is no error. `build`: names the program.
 */
export function keepParsed(dir: string, build: string): ParsedSpecs {
  return async (source, parse) => {
    const text = JSON.stringify(source)
    if (text.length > LONGEST) return parse()
    const file = join(dir, sha256(`${build}\0${process.versions.v8}\0${text}`).slice(0, 32))
    try {
      return deserialize(await readFile(file)) as Spec
    } catch {}
    const spec = await parse()
    const scratch = `${file}.${randomUUID()}`
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      if ((await readdir(dir)).length > MOST_KEPT) await rm(dir, { recursive: true, force: true })
      await mkdir(dir, { recursive: true, mode: 0o700 })
      await writeFile(scratch, serialize(spec))
      await rename(scratch, file)
    } catch {
      await rm(scratch, { force: true }).catch(() => {})
    }
    return spec
  }
}
