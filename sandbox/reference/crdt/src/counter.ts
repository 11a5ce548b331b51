/** Sums by replica. */
export interface CounterState {
  readonly up: Readonly<Record<string, number>>
  readonly down: Readonly<Record<string, number>>
}

type Sums = Readonly<Record<string, number>>

export const ZERO: CounterState = { up: {}, down: {} }

/** Throws RangeError for an amount that is not a whole number of at least 0. */
export function add(state: CounterState, replica: string, amount: number): CounterState {
  return { up: raised(state.up, replica, amount), down: state.down }
}

/** Throws RangeError likewise. */
export function subtract(state: CounterState, replica: string, amount: number): CounterState {
  return { up: state.up, down: raised(state.down, replica, amount) }
}

// biome-ignore lint/suspicious/noShadowRestrictedNames: the design names it so
export function valueOf({ up, down }: CounterState): number {
  return total(up) - total(down)
}

/** Of each replica the greater sum is the later one. */
export function mergeCounters(one: CounterState, other: CounterState): CounterState {
  return { up: greatest(one.up, other.up), down: greatest(one.down, other.down) }
}

function raised(sums: Sums, replica: string, amount: number): Sums {
  if (!Number.isSafeInteger(amount) || amount < 0)
    throw new RangeError(`an amount is a whole number of at least 0, not ${amount}`)
  return Object.fromEntries([...Object.entries(sums), [replica, sumOf(sums, replica) + amount]])
}

/** A replica may be called like something that every object has. */
function sumOf(sums: Sums, replica: string): number {
  return Object.hasOwn(sums, replica) ? sums[replica]! : 0
}

function greatest(one: Sums, other: Sums): Sums {
  const replicas = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(
    [...replicas].map((replica) => [replica, Math.max(sumOf(one, replica), sumOf(other, replica))]),
  )
}

function total(sums: Sums): number {
  return Object.values(sums).reduce((sum, amount) => sum + amount, 0)
}
