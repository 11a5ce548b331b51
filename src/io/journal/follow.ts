import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { StampedEvent } from '../../core/events.ts'
import { parseEvent } from './read-events.ts'

/** Reads on in the events of a run that is at work. */
export interface Follower {
  /** What was written since the last time, oldest first, and how long ago the file was written last, in milliseconds. */
  more(now?: number): Promise<{ events: StampedEvent[]; age: number }>
}

const CHUNK = 1 << 20

/** `dir`: folder of the run in the journal. A line that is not written to its end is read the next time. */
export function followRun(dir: string): Follower {
  let position = 0
  let rest = Buffer.alloc(0)
  return {
    async more(now = Date.now()) {
      const file = await open(join(dir, 'events.jsonl')).catch(() => null)
      if (file === null) return { events: [], age: 0 }
      try {
        const { mtimeMs } = await file.stat()
        for (;;) {
          const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(CHUNK), position })
          if (bytesRead === 0) break
          position += bytesRead
          rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
        }
        const end = rest.lastIndexOf(10) + 1
        const lines = rest.toString('utf8', 0, end).split('\n')
        rest = rest.subarray(end)
        const events = lines.map(parseEvent).filter((one) => typeof one === 'object')
        return { events, age: Math.max(0, now - mtimeMs) }
      } finally {
        await file.close()
      }
    },
  }
}
