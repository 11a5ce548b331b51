import { isUpToDate, mergeEntries, termAt } from './log.ts'
import type { AppendAnswer, AppendRequest, Entry, VoteAnswer, VoteRequest } from './messages.ts'

/** What lies on the disk of a node. */
export interface Saved {
  readonly term: number
  readonly votedFor: string | null
  readonly log: readonly Entry[]
}

/** `saved` must be safe before `answer` is sent. */
export interface VoteDecision {
  readonly saved: Saved
  readonly answer: VoteAnswer
}

/** `saved` must be safe before `answer` is sent. `commit`: up to where the node may commit by this message; 0: refused. */
export interface AppendDecision {
  readonly saved: Saved
  readonly answer: AppendAnswer
  readonly commit: number
}

/** What a node does that hears of `term`: a greater one is its own from now on, with no vote in it yet. */
export function adoptTerm(saved: Saved, term: number): Saved {
  return term > saved.term ? { term, votedFor: null, log: saved.log } : saved
}

/** Whether `candidate` gets the vote. */
export function decideVote(before: Saved, candidate: string, request: VoteRequest): VoteDecision {
  const saved = adoptTerm(before, request.term)
  const free = saved.votedFor === null || saved.votedFor === candidate
  const granted = request.term === saved.term && free && isUpToDate(saved.log, request.lastIndex, request.lastTerm)
  return {
    saved: granted ? { ...saved, votedFor: candidate } : saved,
    answer: { type: 'vote-answer', term: saved.term, granted },
  }
}

/** What becomes of the log when a leader sends entries. */
export function decideAppend(before: Saved, request: AppendRequest): AppendDecision {
  const { prevIndex, prevTerm, entries } = request
  const saved = adoptTerm(before, request.term)
  const answer = { type: 'append-answer', term: saved.term } as const
  if (request.term < saved.term) return { saved, answer: { ...answer, ok: false, match: 0 }, commit: 0 }
  if (termAt(saved.log, prevIndex) !== prevTerm) {
    const match = Math.min(prevIndex - 1, saved.log.length)
    return { saved, answer: { ...answer, ok: false, match }, commit: 0 }
  }
  const log = mergeEntries(saved.log, prevIndex, entries)
  const match = prevIndex + entries.length
  return {
    saved: log === saved.log ? saved : { ...saved, log },
    answer: { ...answer, ok: true, match },
    commit: Math.min(request.commit, match),
  }
}
