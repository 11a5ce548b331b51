import { createServer, perRepository, type Reader } from './server.ts'

/** Reads objects by their hash, as they are stored. Rejects for a hash that names none, and where git ends early. */
export interface Blobs {
  read(hash: string): Promise<Buffer>
}

/** Objects of a repository through one `git cat-file --batch`. */
export const openBlobs: (root: string) => Blobs = perRepository((root) => {
  const server = createServer(root, ['cat-file', '--batch'], readObjects)
  return {
    async read(hash) {
      const bytes = await server.ask(`${hash}\n`)
      if (bytes === null) throw new Error('git has no such object')
      return bytes
    },
  }
})

/** Takes the output apart: `<hash> <type> <size>`, so many bytes, a line end; `<hash> missing` gives null. */
const readObjects: Reader<Buffer | null> = (found) => {
  let chunks: Buffer[] = []
  let have = 0
  /** Bytes of the body and its line end; null: a header comes next. */
  let need: number | null = null
  return (chunk) => {
    chunks.push(chunk)
    have += chunk.length
    if (need !== null && have < need) return
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    for (;;) {
      if (need === null) {
        const end = rest.indexOf(10)
        if (end < 0) break
        const size = / (\d+)$/.exec(rest.toString('latin1', 0, end))?.[1]
        rest = rest.subarray(end + 1)
        if (size === undefined) found(null)
        else need = Number(size) + 1
      } else {
        if (rest.length < need) break
        // A copy, so that a small file does not keep the whole chunk in memory.
        const body = Buffer.from(rest.subarray(0, need - 1))
        rest = rest.subarray(need)
        need = null
        found(body)
      }
    }
    chunks = [rest]
    have = rest.length
  }
}
