import type { Disk } from 'specproof/sim'

export interface Journal {
  /** Resolves when the entry is safe on the disk. Entries are written one after the other, in the order of the calls. */
  append(entry: unknown): Promise<void>
}

/** Drops a torn last line, calls `replay` with each entry on the disk, in order, and then answers. Throws the disk's error. */
export function openJournal(disk: Disk, file: string, replay: (entry: unknown) => void): Journal {
  const text = disk.existsSync(file) ? disk.readTextSync(file) : ''
  /** What is safe, in UTF-16 code units. */
  let length = text.lastIndexOf('\n') + 1
  let clean = length === text.length
  let before: Promise<unknown> = Promise.resolve()

  function cutBack(): void {
    if (disk.existsSync(file)) {
      disk.writeSync(file, disk.readTextSync(file).slice(0, length))
      disk.fsyncSync(file)
    }
    clean = true
  }

  async function write(line: string): Promise<void> {
    if (!clean) cutBack()
    clean = false
    await disk.append(file, line)
    await disk.fsync(file)
    clean = true
    length += line.length
  }

  if (!clean) cutBack()
  for (const line of text.slice(0, length).split('\n').slice(0, -1)) replay(JSON.parse(line))

  return {
    append(entry) {
      const line = `${JSON.stringify(entry)}\n`
      const written = before.then(() => write(line))
      // One that is refused must not keep the next from being written.
      before = written.catch(() => {})
      return written
    },
  }
}
