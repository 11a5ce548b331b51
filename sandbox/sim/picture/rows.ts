import { plainText } from '../event-text.ts'
import type { SimulationEvent } from '../types.ts'

/** A row of the picture: an event, or how many were left out here. */
export type Row = { event: Shown; skipped?: undefined } | { skipped: number; event?: undefined }

/** Sending is told with what became of it, and timers would be all that one sees. */
export type Shown = Exclude<SimulationEvent, { what: 'sent' | 'timer' }>

/** Of the room, what faults, losses and beliefs may take; the rest is for the last messages before the end. */
const SHARE_OF_TURNS = 0.65

/**
 * The events that tell the story of a run, oldest first, in so many rows: what went wrong and who believed what, as far
 * back as there is room, and the last of the messages that simply arrived.
 */
export function rowsOf(events: readonly SimulationEvent[], room: number): Row[] {
  const shown = events.filter((event): event is Shown => event.what !== 'sent' && event.what !== 'timer')
  if (shown.length <= room) return shown.map((event) => ({ event }))
  // Every stretch that is left out costs a row, so fewer events are tried until all fit.
  for (let wanted = room; wanted > 0; wanted -= 1) {
    const rows = withGaps(shown, chosen(shown, wanted))
    if (rows.length <= room) return rows
  }
  const kept = shown.slice(shown.length - room + 1)
  return [{ skipped: shown.length - kept.length }, ...kept.map((event) => ({ event }))]
}

function chosen(shown: readonly Shown[], wanted: number): Set<number> {
  const turns: number[] = []
  const others: number[] = []
  for (const [index, event] of shown.entries()) (isTurn(event) ? turns : others).push(index)
  const forTurns = Math.min(turns.length, Math.max(Math.ceil(wanted * SHARE_OF_TURNS), wanted - others.length))
  return new Set([...last(turns, forTurns), ...last(others, wanted - forTurns)])
}

function last(indices: readonly number[], count: number): number[] {
  return count > 0 ? indices.slice(-count) : []
}

/** Something that does not happen all the time. */
function isTurn(event: Shown): boolean {
  return event.what !== 'delivered'
}

function withGaps(shown: readonly Shown[], keep: ReadonlySet<number>): Row[] {
  const rows: Row[] = []
  let skipped = 0
  for (const [index, event] of shown.entries()) {
    if (!keep.has(index)) {
      skipped += 1
      continue
    }
    if (skipped > 0) rows.push({ skipped })
    skipped = 0
    rows.push({ event })
  }
  if (skipped > 0) rows.push({ skipped })
  return rows
}

/** Nodes in the order in which they are given, of those that the rows concern. */
export function nodesIn(rows: readonly Row[], nodes: readonly string[]): string[] {
  const named = new Set<string>()
  for (const { event } of rows) for (const name of namesOf(event)) named.add(name)
  return nodes.filter((name) => named.has(name))
}

function namesOf(event: Shown | undefined): string[] {
  if (event === undefined || 'fault' in event) return []
  if ('delivery' in event) return [event.delivery.from, event.delivery.to]
  return event.node === null ? [] : [event.node]
}

/** ms that most of the messages took: only others are worth telling. */
export function usualLatency(rows: readonly Row[]): number {
  const counts = new Map<number, number>()
  for (const { event } of rows) {
    if (event?.what !== 'delivered') continue
    const took = event.at - event.delivery.sentAt
    counts.set(took, (counts.get(took) ?? 0) + 1)
  }
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [0, 0])[0]
}

/** What a message or a state holds, without the quotes that JSON needs. */
export function shortText(value: unknown): string {
  return plainText(value).replaceAll('"', '')
}

export type Passage = Extract<SimulationEvent, { what: 'delivered' | 'lost' }>

export function isPassage(event: Shown): event is Passage {
  return event.what === 'delivered' || event.what === 'lost'
}

export function passageText({ at, what, delivery }: Passage, usual: number): string {
  const { sentAt, message, lost, duplicate } = delivery
  const text = `${shortText(message)}${duplicate ? ' (duplicate)' : ''}`
  if (what === 'lost') return `lost (${lost}): ${text}${sentAt === at ? '' : `, sent ${sentAt}`}`
  return at - sentAt === usual ? text : `${text}, sent ${sentAt}`
}
