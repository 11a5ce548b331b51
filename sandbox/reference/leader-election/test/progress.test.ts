import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AppendAnswer, Entry } from '../src/messages.ts'
import { afterAnswer, nextAppend, startProgress } from '../src/progress.ts'
import { decideAppend, type Saved } from '../src/rules.ts'
import { logsOfOneCluster } from './arbitraries.ts'

/** Up to where both hold the same. */
function common(one: readonly Entry[], other: readonly Entry[]): number {
  const differs = one.findIndex(({ term }, at) => other[at]?.term !== term)
  return differs === -1 ? one.length : differs
}

it('3.3, 3.6, 3.7 a follower catches up within one message for each entry, by messages of 4 entries at most', () => {
  fc.assert(
    fc.property(logsOfOneCluster, fc.nat(7), ([log, leader], known) => {
      const term = 1 + Math.max(leader.at(-1)?.term ?? 0, log.at(-1)?.term ?? 0)
      let follower: Saved = { term, votedFor: null, log }
      // The term of office may have begun with a shorter log.
      let progress = startProgress(leader.slice(0, Math.max(0, leader.length - known)))
      for (let messages = 0; messages <= log.length + leader.length; messages += 1) {
        const request = nextAppend(leader, term, progress, 0)
        expect(request.entries.length).toBeLessThanOrEqual(4)
        const { saved, answer } = decideAppend(follower, request)
        follower = saved
        progress = afterAnswer(progress, answer)
        if (progress.match === leader.length) break
      }
      expect(follower.log.slice(0, leader.length)).toEqual(leader)
    }),
  )
})

it('3.3 answers that come late, twice and out of order never make match fall, or say more than is held', () => {
  // Mostly the newest message, now and then one of long ago.
  const pick = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(30))
  const events = fc.array(fc.record({ request: pick, answer: pick }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(logsOfOneCluster, fc.nat(7), events, ([log, leader], known, steps) => {
      const term = 1 + Math.max(leader.at(-1)?.term ?? 0, log.at(-1)?.term ?? 0)
      let follower: Saved = { term, votedFor: null, log }
      let progress = startProgress(leader.slice(0, Math.max(0, leader.length - known)))
      const requests = [nextAppend(leader, term, progress, 0)]
      const answers: AppendAnswer[] = []
      for (const { request, answer } of steps) {
        const decided = decideAppend(follower, requests.at(-1 - (request % requests.length))!)
        follower = decided.saved
        answers.push(decided.answer)
        const after = afterAnswer(progress, answers.at(-1 - (answer % answers.length))!)
        expect(after.match).toBeGreaterThanOrEqual(progress.match)
        expect(after.match).toBeLessThanOrEqual(common(leader, follower.log))
        expect(after.next).toBeGreaterThan(after.match)
        expect(after.next).toBeLessThanOrEqual(leader.length + 1)
        progress = after
        requests.push(nextAppend(leader, term, progress, 0))
      }
    }),
  )
})
