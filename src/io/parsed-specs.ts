import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { sha256 } from '../core/hash.ts'
import type { ParsedSpecs } from '../core/spec/source.ts'

/** Of more than so many all are forgotten. */
const MOST_KEPT = 200
/** What is longer is rare, and its answer would be large. Characters. */
const LONGEST = 1_000_000
/** Of an answer, bytes. */
const LARGEST = 4_000_000

/**
 * Specs as this build of the program has read them, a file each under the hash of their texts: reading one takes longer than all else
 * that `agent status` does. What cannot be read or written there is no error. `build`: names the program.
 */
export function keepParsed(dir: string, build: string): ParsedSpecs {
  return async (source, parse) => {
    const text = JSON.stringify(source)
    if (text.length > LONGEST) return parse()
    return keepAnswer(dir, sha256(`${build}\0${process.versions.v8}\0${text}`).slice(0, 32), parse)
  }
}

/**
 * What all specs of a commit are read to: neither git nor a hash is needed to find it again. `commit` is a whole hash, and `roots` are what
 * else decides about the answer.
 */
export function keepAtCommit<T>(
  dir: string,
  build: string,
  commit: string,
  roots: readonly string[],
  read: () => Promise<T>,
): Promise<T> {
  const further = roots.length === 0 ? '' : `-${sha256(JSON.stringify(roots)).slice(0, 16)}`
  return keepAnswer(dir, `${commit}-${build}-${process.versions.v8}${further}`, read)
}

/** The answer that lies in a file, else the one that is asked for and then laid there. */
async function keepAnswer<T>(dir: string, name: string, ask: () => Promise<T>): Promise<T> {
  const file = join(dir, name)
  try {
    return deserialize(await readFile(file)) as T
  } catch {}
  const answer = await ask()
  const bytes = serialize(answer)
  if (bytes.length > LARGEST) return answer
  const scratch = `${file}.${crypto.randomUUID()}`
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    if ((await readdir(dir)).length > MOST_KEPT) await rm(dir, { recursive: true, force: true })
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(scratch, bytes)
    await rename(scratch, file)
  } catch {
    await rm(scratch, { force: true }).catch(() => {})
  }
  return answer
}
