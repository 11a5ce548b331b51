import fc from 'fast-check'
import { expect, it } from 'vitest'
import { committable, isUpToDate, mergeEntries, termAt } from '../src/log.ts'
import { logs, logsOfOneCluster } from './arbitraries.ts'

it('3.4, 3.5 a merge keeps all that does not conflict, and drops nothing else', () => {
  fc.assert(
    fc.property(logsOfOneCluster, fc.nat(), fc.nat(), ([follower, leader], before, count) => {
      const equal = leader.findIndex(({ term }, at) => follower[at]?.term !== term)
      const shared = equal === -1 ? leader.length : equal
      const prevIndex = before % (shared + 1)
      const entries = leader.slice(prevIndex, prevIndex + (count % (leader.length - prevIndex + 1)))
      const end = prevIndex + entries.length
      const frozen = JSON.stringify([follower, entries])
      const merged = mergeEntries(follower, prevIndex, entries)
      expect(merged).toEqual(end <= shared ? follower : leader.slice(0, end))
      expect(JSON.stringify([follower, entries])).toBe(frozen)
    }),
  )
})

it('4.1, 4.2 what may be committed is of the own term and held by a majority, and is the last such entry', () => {
  fc.assert(
    fc.property(
      logs,
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(1, 3, 5),
      fc.array(fc.nat()),
      (log, term, size, rest) => {
        const stored = Array.from({ length: size }, (_, at) =>
          at === 0 ? log.length : (rest[at] ?? 0) % (log.length + 1),
        )
        const holds = (index: number) => stored.filter((one) => one >= index).length > size / 2
        const own = log.map((_, at) => at + 1).filter((index) => termAt(log, index) === term && holds(index))
        const last = log.at(-1)?.term ?? 0
        // No leader's log holds a greater term than its own.
        fc.pre(last <= term)
        expect(committable(log, term, stored)).toBe(own.at(-1) ?? 0)
      },
    ),
  )
})

it('1.2, 1.3 of two logs the one with the greater last term is more up to date, of equal terms the longer one', () => {
  fc.assert(
    fc.property(logs, logs, (own, other) => {
      const rank = (log: typeof own) => (log.at(-1)?.term ?? 0) * 1_000 + log.length
      expect(isUpToDate(own, other.length, other.at(-1)?.term ?? 0)).toBe(rank(other) >= rank(own))
    }),
  )
})
