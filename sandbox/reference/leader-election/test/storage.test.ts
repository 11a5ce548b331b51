import { chaos } from 'specproof/sim'
import { it } from 'vitest'
import type { Entry } from '../src/messages.ts'
import type { Saved } from '../src/rules.ts'
import { openStorage } from '../src/storage.ts'

const text = (saved: Saved) => JSON.stringify([saved.term, saved.votedFor, saved.log])

/** A random step as a node takes it: a new term, a vote, entries that replace others. */
function changed(saved: Saved, int: (max: number) => number, mark: number): Saved {
  const kind = int(3)
  if (kind === 0) return { ...saved, term: saved.term + 1, votedFor: null }
  if (kind === 1) return { ...saved, votedFor: `v${mark}` }
  // Entries of one index and term are the same, so only those of earlier terms are ever replaced.
  const from = saved.log.at(-1)?.term === saved.term ? saved.log.length : int(saved.log.length)
  const fresh: Entry[] = Array.from({ length: 1 + int(2) }, (_, at) => ({ term: saved.term, command: `${mark}/${at}` }))
  return { ...saved, log: [...saved.log.slice(0, from), ...fresh] }
}

it('5.1, 5.2, 5.3 what is read after a crash is the last save that had ended, or one that had begun since', () =>
  chaos({ nodes: ['n'], kinds: ['crash', 'torn-crash'], until: 300, max: 4 }, (sim) => {
    let ended: Saved = { term: 0, votedFor: null, log: [] }
    let begun: Saved | null = null
    let mark = 0
    const wrong: string[] = []
    sim.node('n', async ({ disk, clock, random }) => {
      const storage = await openStorage(disk)
      const possible = [ended, ...(begun === null ? [] : [begun, { ...begun, log: ended.log }])].map(text)
      if (!possible.includes(text(storage.saved)))
        wrong.push(`${text(storage.saved)} instead of ${possible.join(' or ')}`)
      ended = storage.saved
      begun = null
      while (clock.monotonic() < 300) {
        await clock.sleep(random.int(20))
        mark += 1
        begun = changed(ended, (max) => random.int(max), mark)
        await storage.save(begun)
        ended = begun
        begun = null
      }
    })
    sim.sometimes('a restart finds more than the last save that had ended', () => begun !== null)
    sim.always('nothing is lost', () => wrong)
  }))
