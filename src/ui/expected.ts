import type { StampedEvent } from '../core/events.ts'

/** Milliseconds that stages and roles took before, the newest last. */
export type Times = Readonly<Record<string, readonly number[]>>

const KEPT = 5

/** The same with one more. */
export function learn(times: Times, label: string, ms: number): Times {
  return { ...times, [label]: [...(times[label] ?? []), ms].slice(-KEPT) }
}

/** Half of the times it took less; null: it has not been seen. */
export function expectedMs(times: Times, label: string): number | null {
  const sorted = [...(times[label] ?? [])].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

/** What the events of earlier runs tell, oldest first. */
export function timesOf(events: readonly StampedEvent[]): Times {
  let times: Times = {}
  const asked = new Map<string | undefined, string>()
  for (const event of events) {
    if (event.type === 'model.started') asked.set(event.of, event.role)
    else if (event.type === 'model.finished' && event.ok) times = learn(times, asked.get(event.of) ?? 'model', event.ms)
    else if (event.type === 'check.finished') times = learn(times, event.stage, event.ms)
    else if (event.type === 'teeth.finished') times = learn(times, 'teeth', event.ms)
    else if (event.type === 'setup.finished') times = learn(times, 'set-up', event.ms)
    else if (event.type === 'baseline.finished' && !event.cached) times = learn(times, 'baseline', event.ms)
  }
  return times
}
