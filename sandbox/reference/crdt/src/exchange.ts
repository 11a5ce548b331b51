import type { Clock, Net } from 'specproof/sim'
import { add, type CounterState, mergeCounters, subtract, valueOf as total, ZERO } from './counter.ts'

export interface CounterReplica {
  /** Throws RangeError for an amount that is not a whole number of at least 0. */
  add(amount: number): void
  /** Throws RangeError likewise. */
  subtract(amount: number): void
  value(): number
  state(): CounterState
}

/** Begins with `ZERO` and sends its whole state to all others every `everyMs`. The only receiver of the node `name`. */
export function startReplica(
  clock: Clock,
  net: Net,
  name: string,
  others: readonly string[],
  everyMs: number,
): CounterReplica {
  let state = ZERO
  net.onMessage(name, (_from, message) => {
    const received = message as { readonly type: string; readonly state: CounterState }
    if (received?.type === 'state') state = mergeCounters(state, received.state)
  })
  const send = () => {
    for (const other of others) net.send(name, other, { type: 'state', state })
    clock.setTimeout(send, everyMs)
  }
  clock.setTimeout(send, everyMs)
  return {
    add: (amount) => {
      state = add(state, name, amount)
    },
    subtract: (amount) => {
      state = subtract(state, name, amount)
    },
    value: () => total(state),
    state: () => state,
  }
}
