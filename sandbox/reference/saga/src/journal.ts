import type { Disk } from 'specproof/sim'

/** Records that survive crashes. */
export interface Journal<R> {
  /** What was there when it was opened. */
  readonly records: readonly R[]
  /** Resolves when it is safe. One call at a time. */
  append(record: R): Promise<void>
}

/** Opens the file `name`, and cuts off what a crash has torn. */
export async function openJournal<R>(disk: Disk, name: string): Promise<Journal<R>> {
  const text = disk.existsSync(name) ? await disk.readText(name) : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole !== text) {
    const fresh = `${name}.new`
    await disk.write(fresh, whole)
    await disk.fsync(fresh)
    await disk.rename(fresh, name)
    await disk.fsyncDir()
  }
  return {
    records: whole
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as R),
    async append(record) {
      await disk.append(name, `${JSON.stringify(record)}\n`)
      await disk.fsync(name)
    },
  }
}
