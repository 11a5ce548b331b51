import type { EventOf, StampedEvent } from '../core/events.ts'

/** Event time in milliseconds between two lines of the same frequent kind. */
const INTERVAL = 250

type Frequent = EventOf<'model.delta' | 'check.progress'> & { v: number; t: number; of?: string }

function merged(pending: Frequent | undefined, event: Frequent): Frequent {
  if (pending?.type !== 'model.delta' || event.type !== 'model.delta') return event
  const hidden = (pending.hidden ?? 0) + (event.hidden ?? 0)
  return { ...event, chars: pending.chars + event.chars, ...(hidden > 0 ? { hidden } : {}) }
}

/** The kind that shares a rate: the stream of the model, or one stage of the checks, of one task. */
const kindOf = ({ of = '', ...event }: Frequent) =>
  `${of} ${event.type === 'model.delta' ? 'model' : `check ${event.stage}`}`

function isFrequent(event: StampedEvent): event is Frequent {
  return event.type === 'model.delta' || event.type === 'check.progress'
}

/** The kinds of which nothing may follow this event. */
function ends(event: StampedEvent, kind: string): boolean {
  const of = event.of ?? ''
  if (event.type === 'model.finished') return kind === `${of} model`
  if (event.type === 'check.finished') return kind === `${of} check ${event.stage}`
  return event.type === 'run.result'
}

/**
 * A listener that writes each event as one line of JSON. `model.delta` and `check.progress` come at most four times a
 * second of event time and kind: characters are added up, of progress the newest stands. What is held back is written before the
 * event that ends it. Nothing follows `run.result`.
 */
export function createJsonlView(write: (text: string) => void): (event: StampedEvent) => void {
  const pending = new Map<string, Frequent>()
  const written = new Map<string, number>()
  let last = 0
  let closed = false
  const put = (event: StampedEvent) => {
    last = Math.max(last, event.t)
    // A line that was held back would otherwise be older than those already written.
    write(`${JSON.stringify({ ...event, t: last })}\n`)
  }
  const hold = (event: Frequent) => {
    const kind = kindOf(event)
    const next = merged(pending.get(kind), event)
    pending.set(kind, next)
    if (event.t - (written.get(kind) ?? Number.NEGATIVE_INFINITY) < INTERVAL) return
    pending.delete(kind)
    written.set(kind, event.t)
    put(next)
  }
  return (event) => {
    if (closed) return
    if (isFrequent(event)) return hold(event)
    for (const [kind, held] of [...pending]) {
      if (!ends(event, kind)) continue
      pending.delete(kind)
      put(held)
    }
    put(event)
    closed = event.type === 'run.result'
  }
}
