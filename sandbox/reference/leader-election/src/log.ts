import type { Entry } from './messages.ts'

/** Term of the entry at `index`: 0 for index 0, undefined where the log has none. */
export function termAt(log: readonly Entry[], index: number): number | undefined {
  if (index === 0) return 0
  return log[index - 1]?.term
}

/** Whether a log that ends with this entry is at least as up to date as `log`. */
export function isUpToDate(log: readonly Entry[], lastIndex: number, lastTerm: number): boolean {
  const ownTerm = log.at(-1)?.term ?? 0
  if (lastTerm !== ownTerm) return lastTerm > ownTerm
  return lastIndex >= log.length
}

/** The log after `entries` came to stand behind `prevIndex`, which it holds. */
export function mergeEntries(log: readonly Entry[], prevIndex: number, entries: readonly Entry[]): readonly Entry[] {
  const known = entries.findIndex((entry, offset) => termAt(log, prevIndex + 1 + offset) !== entry.term)
  if (known === -1) return log
  return [...log.slice(0, prevIndex + known), ...entries.slice(known)]
}

/** The greatest index that a leader of `term` may commit; `stored`: up to where each node, itself included, holds its log. 0: none. */
export function committable(log: readonly Entry[], term: number, stored: readonly number[]): number {
  const majority = Math.floor(stored.length / 2) + 1
  const held = stored.toSorted((one, other) => other - one)[majority - 1]!
  return termAt(log, held) === term ? held : 0
}
