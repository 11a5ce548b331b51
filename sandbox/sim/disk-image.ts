/** A file's bytes: what programs see, and what a crash would leave. */
interface File {
  seen: Uint8Array
  safe: Uint8Array
}

/** A write that no `fsync` has made safe. `from` null: it replaced the whole content; else it was appended there. */
interface Unsynced {
  file: File
  from: number | null
  data: Uint8Array
}

/** What lies on a disk, and what of it is safe. Knows neither time nor faults; paths that do not exist are its user's business. */
export class DiskImage {
  #seen = new Map<string, File>()
  #safe = new Map<string, File>()
  /** In the order of writing, over all files. */
  #unsynced: Unsynced[] = []

  has(path: string): boolean {
    return this.#seen.has(path)
  }

  list(): string[] {
    return [...this.#seen.keys()].sort()
  }

  /** A copy. */
  read(path: string): Uint8Array {
    return this.#seen.get(path)!.seen.slice()
  }

  write(path: string, data: Uint8Array): void {
    const file = this.#open(path)
    file.seen = data
    this.#unsynced.push({ file, from: null, data })
  }

  append(path: string, data: Uint8Array): void {
    const file = this.#open(path)
    this.#unsynced.push({ file, from: file.seen.length, data })
    file.seen = extended(file.seen, data)
  }

  fsync(path: string): void {
    const file = this.#seen.get(path)!
    file.safe = file.seen
    this.#unsynced = this.#unsynced.filter((write) => write.file !== file)
    for (const [name, other] of this.#safe) if (other === file && this.#seen.get(name) !== file) this.#safe.delete(name)
    this.#safe.set(path, file)
  }

  rename(from: string, to: string): void {
    this.#seen.set(to, this.#seen.get(from)!)
    if (from !== to) this.#seen.delete(from)
  }

  remove(path: string): void {
    this.#seen.delete(path)
  }

  fsyncDir(): void {
    this.#safe = new Map(this.#seen)
  }

  /** Only what is safe stays, and the first `keep` bytes of the rest. Answers how many bytes were lost. */
  crash(keep: number): number {
    let left = keep
    let lost = 0
    for (const { file, from, data } of this.#unsynced) {
      const kept = data.subarray(0, left)
      lost += data.length - kept.length
      if (left === 0) continue
      left -= kept.length
      file.safe = from === null ? kept : extended(file.safe.subarray(0, from), kept)
      for (const [name, other] of this.#seen) if (other === file) this.#safe.set(name, file)
    }
    this.#unsynced = []
    this.#seen = new Map(this.#safe)
    for (const file of this.#seen.values()) file.seen = file.safe
    return lost
  }

  /** Turns over one bit, in the byte at `position` over all files and round and round. False: there is no byte yet. */
  corrupt(position: number): boolean {
    const names = this.list()
    const total = names.reduce((sum, name) => sum + this.#seen.get(name)!.seen.length, 0)
    if (total === 0) return false
    let at = position % total
    for (const name of names) {
      const file = this.#seen.get(name)!
      if (at < file.seen.length) {
        file.safe = file.safe === file.seen ? flipped(file.seen, at) : flipped(file.safe, at)
        file.seen = flipped(file.seen, at)
        break
      }
      at -= file.seen.length
    }
    return true
  }

  #open(path: string): File {
    let file = this.#seen.get(path)
    if (file === undefined) {
      file = { seen: new Uint8Array(), safe: new Uint8Array() }
      this.#seen.set(path, file)
    }
    return file
  }
}

/**
 * Both, one behind the other. The first stays where it is when there is room behind it, so that a log that grows is not
 * copied with every line; nobody looks at what lies behind a file's end.
 */
function extended(first: Uint8Array, second: Uint8Array): Uint8Array {
  const length = first.length + second.length
  const room = first.buffer.byteLength - first.byteOffset
  const start = room >= length && first.length > 0 ? first : new Uint8Array(2 * length)
  const both = new Uint8Array(start.buffer, start.byteOffset, length)
  if (start !== first) both.set(first)
  both.set(second, first.length)
  return both
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  if (at < copy.length) copy[at]! ^= 1 << (at & 7)
  return copy
}
