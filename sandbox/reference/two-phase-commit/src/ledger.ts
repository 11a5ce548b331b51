/** A whole number that is added to the balance of an account, below 0 to withdraw. */
export interface Change {
  readonly account: string
  readonly amount: number
}

export type Outcome = 'commit' | 'abort'

export interface Prepared {
  readonly changes: readonly Change[]
  /** Who knows the decision. */
  readonly coordinator: string
}

/** What a participant has promised and done. */
export interface Ledger {
  readonly balances: ReadonlyMap<string, number>
  /** By transaction. */
  readonly prepared: ReadonlyMap<string, Prepared>
  readonly finished: ReadonlyMap<string, Outcome>
}

export function openLedger(balances: Readonly<Record<string, number>>): Ledger {
  return { balances: new Map(Object.entries(balances)), prepared: new Map(), finished: new Map() }
}

/** The vote. `changes` may name one account more than once; then their sum counts. */
export function canPrepare(ledger: Ledger, tx: string, changes: readonly Change[]): boolean {
  if (ledger.prepared.has(tx)) return true
  if (ledger.finished.has(tx)) return false
  const after = added(ledger.balances, changes)
  return changes.every(
    ({ account }) => ledger.balances.has(account) && !isLocked(ledger, account) && after.get(account)! >= 0,
  )
}

/** Of a transaction that can be prepared. The same ledger where it is prepared already. */
export function prepare(ledger: Ledger, tx: string, prepared: Prepared): Ledger {
  if (ledger.prepared.has(tx)) return ledger
  return { ...ledger, prepared: new Map(ledger.prepared).set(tx, prepared) }
}

/** The same ledger where the transaction is finished already. */
export function finish(ledger: Ledger, tx: string, outcome: Outcome): Ledger {
  if (ledger.finished.has(tx)) return ledger
  const { changes } = ledger.prepared.get(tx) ?? { changes: [] }
  const prepared = new Map(ledger.prepared)
  prepared.delete(tx)
  const balances = outcome === 'commit' ? added(ledger.balances, changes) : ledger.balances
  return { balances, prepared, finished: new Map(ledger.finished).set(tx, outcome) }
}

function isLocked(ledger: Ledger, account: string): boolean {
  return [...ledger.prepared.values()].some(({ changes }) => changes.some((change) => change.account === account))
}

function added(balances: ReadonlyMap<string, number>, changes: readonly Change[]): ReadonlyMap<string, number> {
  const after = new Map(balances)
  for (const { account, amount } of changes) after.set(account, (after.get(account) ?? 0) + amount)
  return after
}
