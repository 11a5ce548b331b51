import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isUpToDate, termAt } from '../src/log.ts'
import type { AppendRequest, VoteRequest } from '../src/messages.ts'
import { decideAppend, decideVote, type Saved } from '../src/rules.ts'
import { logs, logsOfOneCluster } from './arbitraries.ts'

const CANDIDATES = ['a', 'b', 'c']

/** A node's log is of no greater term than its own. */
const states: fc.Arbitrary<Saved> = fc
  .record({ log: logs, more: fc.nat(2), votedFor: fc.constantFrom(null, ...CANDIDATES) })
  .map(({ log, more, votedFor }) => ({ term: (log.at(-1)?.term ?? 0) + more, votedFor, log }))

const asking = fc.record({ candidate: fc.constantFrom(...CANDIDATES), log: logs, term: fc.nat(10) })

it('1.2, 1.3, 1.5 a vote is granted exactly when the term is not lower, no other has it and the log is up to date', () => {
  fc.assert(
    fc.property(states, fc.array(asking, { minLength: 1, maxLength: 6 }), (start, requests) => {
      let saved = start
      const votes = new Map<number, string>()
      if (start.votedFor !== null) votes.set(start.term, start.votedFor)
      for (const { candidate, log, term } of requests) {
        const request: VoteRequest = { type: 'vote', term, lastIndex: log.length, lastTerm: log.at(-1)?.term ?? 0 }
        const { saved: after, answer } = decideVote(saved, candidate, request)
        const other = votes.has(term) && votes.get(term) !== candidate
        const granted = term >= saved.term && !other && isUpToDate(saved.log, request.lastIndex, request.lastTerm)
        expect(answer).toEqual({ type: 'vote-answer', term: Math.max(saved.term, term), granted })
        if (granted) votes.set(term, candidate)
        expect(after).toEqual({ ...saved, term: answer.term, votedFor: votes.get(answer.term) ?? null })
        saved = after
      }
    }),
  )
})

it('1.4 a greater term is adopted without a vote, and a lower one changes nothing', () => {
  fc.assert(
    fc.property(states, fc.nat(10), (saved, term) => {
      const empty: AppendRequest = { type: 'append', term, prevIndex: 0, prevTerm: 0, entries: [], commit: 0 }
      const { saved: after } = decideAppend(saved, empty)
      expect(after).toEqual(term > saved.term ? { ...saved, term, votedFor: null } : saved)
    }),
  )
})

it('2.4, 3.3, 4.3 an append message is refused exactly when its term is lower or the entry before it is missing', () => {
  const cut = fc.record({
    prev: fc.nat(20),
    count: fc.nat(5),
    commit: fc.nat(20),
    behind: fc.integer({ min: -1, max: 2 }),
  })
  fc.assert(
    fc.property(
      logsOfOneCluster,
      cut,
      fc.constantFrom(null, ...CANDIDATES),
      ([follower, leader], { prev, count, commit, behind }, votedFor) => {
        const term = 1 + Math.max(leader.at(-1)?.term ?? 0, follower.at(-1)?.term ?? 0)
        const saved: Saved = { term: term + behind, votedFor, log: follower }
        const prevIndex = prev % (leader.length + 1)
        const entries = leader.slice(prevIndex, prevIndex + count)
        const prevTerm = termAt(leader, prevIndex) ?? 0
        const decided = decideAppend(saved, { type: 'append', term, prevIndex, prevTerm, entries, commit })
        expect(decided.answer.term).toBe(Math.max(term, saved.term))
        expect(decided.saved.term).toBe(Math.max(term, saved.term))
        if (behind > 0) {
          expect(decided.answer).toMatchObject({ ok: false, match: 0 })
          expect(decided.saved).toEqual(saved)
          expect(decided.commit).toBe(0)
          return
        }
        const known = termAt(follower, prevIndex) === prevTerm
        const end = prevIndex + entries.length
        expect(decided.answer.ok).toBe(known)
        if (known) {
          expect(decided.answer.match).toBe(end)
          expect(decided.saved.log.slice(0, end)).toEqual(leader.slice(0, end))
          expect(decided.commit).toBe(Math.min(commit, end))
        } else {
          expect(decided.answer.match).toBe(Math.min(prevIndex - 1, follower.length))
          expect(decided.saved.log).toEqual(follower)
          expect(decided.commit).toBe(0)
        }
      },
    ),
  )
})
