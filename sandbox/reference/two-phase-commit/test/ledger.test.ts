import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Change, canPrepare, finish, type Outcome, openLedger, prepare } from '../src/ledger.ts'

const ACCOUNTS = ['a', 'b', 'c']
const START = { a: 5, b: 0, c: 9 }

const changes = fc.array(
  fc.record({
    // Now and then an account that is not there, or a name that every object knows.
    account: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ACCOUNTS) }, fc.constantFrom('d', 'toString')),
    amount: fc.integer({ min: -6, max: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
)
const tx = fc.constantFrom('1.1', '1.2', '1.3', '2.1', '2.2')
const steps = fc.array(
  fc.oneof(fc.record({ tx, changes }), fc.record({ tx, outcome: fc.constantFrom<Outcome>('commit', 'abort') })),
  { maxLength: 20 },
)

it('1.1 1.2, 1.3, 1.4, 1.5, 3.1, 3.2, 3.3, 3.4 votes and balances are those of a model with a list of all that happened', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let ledger = openLedger(START)
      const balances: Record<string, number> = { ...START }
      const prepared = new Map<string, Change[]>()
      const finished = new Map<string, Outcome>()
      for (const step of all) {
        const before = JSON.stringify([[...ledger.balances], [...ledger.prepared], [...ledger.finished]])
        const old = ledger
        if ('changes' in step) {
          const locked = new Set([...prepared.values()].flat().map(({ account }) => account))
          const sum = (account: string) =>
            step.changes
              .filter((one) => one.account === account)
              .reduce((total, { amount }) => total + amount, balances[account]!)
          const possible = step.changes.every(
            ({ account }) => ACCOUNTS.includes(account) && !locked.has(account) && sum(account) >= 0,
          )
          const yes = prepared.has(step.tx) || (possible && !finished.has(step.tx))
          expect(canPrepare(ledger, step.tx, step.changes)).toBe(yes)
          if (!yes) continue
          if (!prepared.has(step.tx)) prepared.set(step.tx, step.changes)
          ledger = prepare(ledger, step.tx, { changes: step.changes, coordinator: 'c' })
        } else {
          if (!finished.has(step.tx)) {
            if (step.outcome === 'commit')
              for (const { account, amount } of prepared.get(step.tx) ?? []) balances[account]! += amount
            prepared.delete(step.tx)
            finished.set(step.tx, step.outcome)
          }
          ledger = finish(ledger, step.tx, step.outcome)
        }
        expect(Object.fromEntries(ledger.balances)).toEqual(balances)
        expect([...ledger.prepared].map(([id, one]) => [id, one.changes])).toEqual([...prepared])
        expect([...ledger.finished]).toEqual([...finished])
        expect(JSON.stringify([[...old.balances], [...old.prepared], [...old.finished]])).toBe(before)
      }
    }),
  )
})
