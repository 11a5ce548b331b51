import { chaos, type FaultKind } from 'specproof/sim'
import { it } from 'vitest'
import { openJournal } from '../src/journal.ts'

const UNTIL = 400

/** A node that appends all the time, and opens its journal anew now and then, after its crashes and without one. */
function appending(kinds: FaultKind[]): Promise<void> {
  return chaos({ nodes: ['n'], kinds, until: UNTIL, max: 4, diskLatency: 5 }, (sim) => {
    let ended: string[] = []
    let begun: string | null = null
    let mark = 0
    const wrong: string[] = []
    sim.node('n', async ({ disk, clock, random }) => {
      const open = async () => {
        const journal = await openJournal<string>(disk, 'records')
        const possible = [ended, ...(begun === null ? [] : [[...ended, begun]])].map((one) => JSON.stringify(one))
        const found = JSON.stringify(journal.records)
        if (!possible.includes(found)) wrong.push(`${found} instead of ${possible.join(' or ')}`)
        ended = [...journal.records]
        begun = null
        return journal
      }
      while (clock.monotonic() < UNTIL) {
        // As a crash leaves it, so that one more can come while that is mended.
        if (random.int(1) === 0) {
          await disk.append('records', '"torn')
          await disk.fsync('records')
        }
        const journal = await open()
        for (let appends = random.int(4); appends > 0; appends -= 1) {
          await clock.sleep(random.int(10))
          mark += 1
          begun = `${mark}\n`.repeat(1 + random.int(3))
          await journal.append(begun)
          ended.push(begun)
          begun = null
        }
      }
    })
    sim.sometimes('an append that has not ended', () => begun !== null)
    sim.always('nothing is lost', () => wrong)
  })
}

it('4.2 all records whose append had ended are read after a crash, in order, and at most one more', () =>
  appending(['crash']))

it('4.3 a torn record is left out, and those that follow it are kept', () => appending(['torn-crash']))
