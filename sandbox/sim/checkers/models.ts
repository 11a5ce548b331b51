import type { Model } from './linearizability.ts'

export type RegisterInput = { op: 'read' } | { op: 'write'; value: unknown } | { op: 'cas'; from: unknown; to: unknown }

/** One value. `write` answers undefined, `cas` whether it was done. */
export function register(initial: unknown = undefined): Model<unknown, RegisterInput, unknown> {
  return {
    initial,
    apply(state, input) {
      if (input.op === 'read') return { state, output: state }
      if (input.op === 'write') return { state: input.value, output: undefined }
      return state === input.from ? { state: input.to, output: true } : { state, output: false }
    },
  }
}

export type KeyValueInput = RegisterInput & { key: string }

/** A register for each key. */
export function keyValue(initial: unknown = undefined): Model<unknown, KeyValueInput, unknown> {
  return { ...register(initial), key: ({ key }) => key }
}

export type QueueInput = { op: 'push'; value: unknown } | { op: 'take' }

/** First in, first out. `take` answers undefined when it is empty. */
export const queue: Model<readonly unknown[], QueueInput, unknown> = {
  initial: [],
  apply(state, input) {
    if (input.op === 'push') return { state: [...state, input.value], output: undefined }
    return { state: state.slice(1), output: state[0] }
  },
}

export type LockInput = { op: 'acquire' | 'release'; client: string }

/** A lock without a lease. `acquire` and `release` answer whether they were done. */
export const lock: Model<string | null, LockInput, boolean> = {
  initial: null,
  apply(holder, { op, client }) {
    if (op === 'acquire') return holder === null ? { state: client, output: true } : { state: holder, output: false }
    return holder === client ? { state: null, output: true } : { state: holder, output: false }
  },
}
