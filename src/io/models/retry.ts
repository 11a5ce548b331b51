import type { Trouble } from './failure.ts'

/** How often and how long a question is asked again. Milliseconds. */
export interface Patience {
  /** Times a question is asked in all. */
  tries: number
  /** The first wait where the service names none; doubles each time. */
  pauseMs: number
  /** A wait longer than this is not waited for. */
  longestMs: number
  /** All waits of one question together. */
  totalMs: number
}

export const PATIENCE: Patience = { tries: 5, pauseMs: 1_000, longestMs: 60_000, totalMs: 180_000 }

/** Longest wait of our own choice. */
const LONGEST_PAUSE = 30_000

/**
 * Milliseconds to wait before a question is asked again; null: it is not. What the service says counts, never less;
 * otherwise the pause doubles, between half of it and all of it by chance.
 *
 * @param asks how often it was asked, from 1
 * @param waited milliseconds waited for this question so far
 */
export function waitBefore(
  trouble: Trouble,
  asks: number,
  waited: number,
  patience: Patience,
  random: number,
): number | null {
  if (!trouble.again || asks >= patience.tries) return null
  const pause = Math.min(patience.pauseMs * 2 ** (asks - 1), LONGEST_PAUSE)
  const wait = trouble.waitMs === null ? pause * (0.5 + random / 2) : trouble.waitMs * (1 + random / 10)
  const whole = Math.ceil(wait)
  return (trouble.waitMs ?? 0) > patience.longestMs || waited + whole > patience.totalMs ? null : whole
}
