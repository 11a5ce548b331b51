import { termAt } from './log.ts'
import type { AppendAnswer, AppendRequest, Entry } from './messages.ts'

/** Entries of one message. */
const MOST_ENTRIES = 4

/** What a leader knows of one follower: what it sends next, and up to where the logs are equal for certain. */
export interface Progress {
  readonly next: number
  readonly match: number
}

/** At the beginning of a term of office: nothing is known, and the end of the log is tried first. */
export function startProgress(log: readonly Entry[]): Progress {
  return { next: log.length + 1, match: 0 }
}

/** After an answer; answers may come late, twice and out of order, so `match` never falls. */
export function afterAnswer(progress: Progress, answer: AppendAnswer): Progress {
  if (answer.ok) {
    const match = Math.max(progress.match, answer.match)
    return { next: Math.max(match + 1, progress.next), match }
  }
  const next = Math.max(progress.match + 1, Math.min(progress.next, answer.match + 1))
  return { next, match: progress.match }
}

/** The message that follows from it: at most 4 entries from `next` on. */
export function nextAppend(log: readonly Entry[], term: number, progress: Progress, commit: number): AppendRequest {
  const prevIndex = progress.next - 1
  const entries = log.slice(prevIndex, prevIndex + MOST_ENTRIES)
  return { type: 'append', term, prevIndex, prevTerm: termAt(log, prevIndex)!, entries, commit }
}
