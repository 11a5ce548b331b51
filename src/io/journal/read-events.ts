import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventBody, type StampedEvent } from '../../core/events.ts'

/** Events of a run, oldest first. */
export interface ReadEvents {
  events: StampedEvent[]
  /** Lines of events as this version does not know them. */
  unread: number
}

/** Reads what there is: a line that a kill has cut is left out, and where there is no such file there are no events. */
export async function readEvents(dir: string): Promise<ReadEvents> {
  const text = await readFile(join(dir, 'events.jsonl'), 'utf8').catch(() => '')
  const lines = text.split('\n').map(parseEvent)
  return {
    events: lines.filter((one) => typeof one === 'object'),
    unread: lines.filter((one) => one === 'unknown').length,
  }
}

/** One line; `cut`: it is none, `unknown`: an event that this version does not know. */
export function parseEvent(line: string): StampedEvent | 'unknown' | 'cut' {
  try {
    const read = JSON.parse(line) as StampedEvent
    return typeof read?.t === 'number' && eventBody.safeParse(read).success ? read : 'unknown'
  } catch {
    return 'cut'
  }
}
