import { chaos, type FaultKind } from 'specproof/sim'
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

const UNTIL = 400

/** A node that saves all the time, and opens its storage anew now and then, after its crashes and without one. */
function saving(kinds: FaultKind[]): Promise<void> {
  return chaos({ nodes: ['n'], kinds, until: UNTIL, max: 4, diskLatency: 5 }, (sim) => {
    let ended: Saved = { term: 0, votedFor: null, log: [] }
    let begun: Saved | null = null
    let mark = 0
    const wrong: string[] = []
    sim.node('n', async ({ disk, clock, random }) => {
      const open = async () => {
        const storage = await openStorage(disk)
        const possible = [ended, ...(begun === null ? [] : [begun, { ...begun, log: ended.log }])].map(text)
        const found = text(storage.saved)
        if (!possible.includes(found)) wrong.push(`${found} instead of ${possible.join(' or ')}`)
        ended = storage.saved
        begun = null
        return storage
      }
      while (clock.monotonic() < UNTIL) {
        const storage = await open()
        for (let saves = random.int(4); saves > 0; saves -= 1) {
          await clock.sleep(random.int(10))
          mark += 1
          begun = changed(ended, (max) => random.int(max), mark)
          await storage.save(begun)
          ended = begun
          begun = null
        }
      }
    })
    sim.sometimes('a save that has not ended', () => begun !== null)
    sim.always('nothing is lost', () => wrong)
  })
}

it('5.2 what is read after a crash is the last save that had ended, or one that had begun since', () =>
  saving(['crash']))

it('5.3 a torn record is left out, and those that follow it are kept', () => saving(['torn-crash']))
