import { NOTHING_SPENT, type Spent, spend } from '../core/budget.ts'
import type { Usage } from '../world.ts'

/** What one call may cost at most, held back until it is known what it did cost. */
export interface Reservation {
  /** Charged to the run, and held back for all calls under way but this one. */
  others(): Spent
  /** Beside that, what a lost answer has cost: the call is made once more. Replaces what was told of it before. */
  repeat(usage: Usage, usd: number | null): void
  /** What it did cost; the first word counts. */
  settle(usage: Usage, usd: number | null): void
}

/** One account for all workers of a run: no two of them can spend the same rest of a budget. */
export interface Ledger {
  /** What was charged. */
  charged(): Spent
  /** Charged, and held back for the calls under way. */
  taken(): Spent
  /** How many calls are under way. */
  underWay(): number
  reserve(usage: Usage, usd: number | null): Reservation
  /** Resolves when a call has ended that is under way now. */
  changed(): Promise<void>
}

interface Cost {
  usage: Usage
  usd: number | null
}

export function createLedger(): Ledger {
  const held = new Map<object, Cost[]>()
  let charged = NOTHING_SPENT
  let waiting: (() => void)[] = []
  const takenWithout = (own: object | null) =>
    [...held]
      .flatMap(([key, costs]) => (key === own ? [] : costs))
      .reduce<Spent>((sum, { usage, usd }) => spend(sum, usage, usd), charged)
  return {
    charged: () => charged,
    taken: () => takenWithout(null),
    underWay: () => held.size,
    reserve(usage, usd) {
      const own = {}
      held.set(own, [{ usage, usd }])
      return {
        others: () => takenWithout(own),
        repeat(billed, cost) {
          if (held.has(own))
            held.set(own, [
              { usage, usd },
              { usage: billed, usd: cost },
            ])
        },
        settle(billed, cost) {
          if (!held.delete(own)) return
          charged = spend(charged, billed, cost)
          const now = waiting
          waiting = []
          for (const wake of now) wake()
        },
      }
    },
    changed: () => (held.size === 0 ? Promise.resolve() : new Promise((wake) => waiting.push(wake))),
  }
}
