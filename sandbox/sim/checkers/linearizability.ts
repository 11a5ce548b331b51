import { isDeepStrictEqual } from 'node:util'
import { plainText } from '../event-text.ts'
import { real } from '../guard.ts'
import type { Operation } from './operations.ts'
import { search } from './search.ts'

/** How the thing would behave if there were only one of it, used by one client at a time. */
export interface Model<S, I, O> {
  initial: S
  /** What the input does and answers. Must not change the state it is given: states are plain values, compared by content. */
  apply(state: S, input: I): { state: S; output: O }
  /** Inputs of different keys have nothing to do with each other: much faster where it can be said. */
  key?(input: I): string
  /** Whether an output that was seen fits the one that the model gives. Default: equal in content. */
  fits?(expected: O, seen: O): boolean
}

export interface LinearizabilityOptions {
  /** ms of real time after which the answer is `unknown`. Default 2,000. */
  limit?: number
}

export interface Linearizability<I, O> {
  verdict: 'ok' | 'illegal' | 'unknown'
  /** Where it is not ok: the key that is not, if there are keys. */
  key: string | null
  /** The longest beginning that fits the model, in an order in which it does. Of that key alone; empty when ok. */
  prefix: Operation<I, O>[]
  /** What could have come next, and does not fit. */
  stuck: Operation<I, O>[]
  /** One line each, for people; empty when ok. */
  report: string[]
}

/**
 * Is there an order of all operations that the model allows, and in which those that did not overlap keep their order?
 * The search of Wing and Gong with the cache of Lowe, for each key by itself. Operations whose effect is unknown may
 * stand anywhere after their call, or nowhere; many of them in one key make the search slow.
 */
export function checkLinearizability<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  { limit = 2_000 }: LinearizabilityOptions = {},
): Linearizability<I, O> {
  const deadline = real.now() + limit
  const fits = model.fits ?? sameContent
  const rule = { initial: model.initial, apply: model.apply.bind(model), fits, expired: () => real.now() > deadline }
  let unknown: Linearizability<I, O> | null = null
  for (const [key, own] of byKey(model, operations)) {
    const found = search(rule, own)
    if (found.verdict === 'ok') continue
    const told = { ...found, key: model.key ? key : null }
    const result = { ...told, report: reportOf(told, limit) }
    // One key that breaks the rule decides, whatever is not known of the others.
    if (found.verdict === 'illegal') return result
    unknown ??= result
  }
  return unknown ?? { verdict: 'ok', key: null, prefix: [], stuck: [], report: [] }
}

/** Lines that say why it is not linearizable, or that it is not known; empty: it is. */
export function linearizable<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  options: LinearizabilityOptions = {},
): string[] {
  return checkLinearizability(model, operations, options).report
}

function sameContent(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && isDeepStrictEqual(a, b)) || Object.is(a, b)
}

function byKey<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
): Iterable<[string, Operation<I, O>[]]> {
  const keys = new Map<string, Operation<I, O>[]>()
  for (const operation of operations) {
    const key = model.key?.(operation.input) ?? ''
    const own = keys.get(key)
    if (own === undefined) keys.set(key, [operation])
    else own.push(operation)
  }
  return keys
}

const SHOWN = 10

function reportOf<I, O>(found: Omit<Linearizability<I, O>, 'report'>, limit: number): string[] {
  const of = found.key === null ? '' : ` for key ${plainText(found.key)}`
  if (found.verdict === 'unknown')
    return [`not known whether it is linearizable${of}: the search took more than ${limit} ms`]
  const skipped = Math.max(0, found.prefix.length - SHOWN)
  return [
    `not linearizable${of}: no order of the operations fits the model. The longest beginning that does has ${found.prefix.length}:`,
    ...(skipped > 0 ? [`  ... ${skipped} before`] : []),
    ...found.prefix.slice(skipped).map((operation) => `  ${operationText(operation)}`),
    'and none of these can come next:',
    ...found.stuck.map((operation) => `  ${operationText(operation)}`),
  ]
}

export function operationText({ client, input, output, called, returned }: Operation): string {
  const end = returned === null ? ' and never answered' : ` to ${returned}: ${plainText(output)}`
  return `${client} ${plainText(input)} from t=${called}${end}`
}
