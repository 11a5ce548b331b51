import type { Disk } from 'specproof/sim'
import type { Entry } from './messages.ts'
import type { Saved } from './rules.ts'

/** What a node keeps over crashes. */
export interface Storage {
  /** What was on the disk when it was opened. */
  readonly saved: Saved
  /** Resolves when it is safe. One call at a time. */
  save(saved: Saved): Promise<void>
}

type Line = { term: number; votedFor: string | null } | { from: number; entries: readonly Entry[] }

const JOURNAL = 'raft'
const FRESH = 'raft.new'
const EMPTY: Saved = { term: 0, votedFor: null, log: [] }

/** Reads the journal, and writes it anew without what a crash has torn and what later records replaced. */
export async function openStorage(disk: Disk): Promise<Storage> {
  const saved = disk.existsSync(JOURNAL) ? replay(await disk.readText(JOURNAL)) : EMPTY
  await disk.write(FRESH, changes(EMPTY, saved))
  await disk.fsync(FRESH)
  await disk.rename(FRESH, JOURNAL)
  await disk.fsyncDir()
  let kept = saved
  return {
    saved,
    async save(next) {
      const text = changes(kept, next)
      if (text === '') return
      await disk.append(JOURNAL, text)
      await disk.fsync(JOURNAL)
      kept = next
    },
  }
}

/** The records that lead from one state to another. The term comes first: no entry may be of a greater one. */
function changes(before: Saved, after: Saved): string {
  const lines: Line[] = []
  if (after.term !== before.term || after.votedFor !== before.votedFor)
    lines.push({ term: after.term, votedFor: after.votedFor })
  const same = commonLength(before.log, after.log)
  if (same < before.log.length || same < after.log.length)
    lines.push({ from: same + 1, entries: after.log.slice(same) })
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** Entries of the same index and term are the same. */
function commonLength(one: readonly Entry[], other: readonly Entry[]): number {
  const differs = one.findIndex(({ term }, index) => other[index]?.term !== term)
  return differs === -1 ? one.length : differs
}

/** What follows the last end of a line was torn by a crash. */
function replay(journal: string): Saved {
  let { term, votedFor } = EMPTY
  const log: Entry[] = []
  for (const text of journal.split('\n').slice(0, -1)) {
    const line = JSON.parse(text) as Line
    if ('entries' in line) log.splice(line.from - 1, log.length, ...line.entries)
    else ({ term, votedFor } = line)
  }
  return { term, votedFor, log }
}
