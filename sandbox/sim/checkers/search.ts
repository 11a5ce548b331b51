import { mix } from '../random.ts'
import { contentKey } from './content.ts'
import type { Operation } from './operations.ts'

export interface Rule<S, I, O> {
  initial: S
  apply(state: S, input: I): { state: S; output: O }
  fits(expected: O, seen: O): boolean
  /** The time is up. */
  expired(): boolean
}

export interface Found<I, O> {
  verdict: 'ok' | 'illegal' | 'unknown'
  prefix: Operation<I, O>[]
  stuck: Operation<I, O>[]
}

/** Steps between two looks at the clock. A power of two. */
const LOOK_EVERY = 1_024

/** A call or a return, in a list in order of time from which operations that have found their place are taken out. */
interface Entry {
  /** Number of the operation. */
  id: number
  /** Of a call: its return; null where it never came. Undefined: this is a return. */
  answer: Entry | null | undefined
  previous: Entry | null
  next: Entry | null
}

/**
 * Depth first: of the calls that come before the first return, one after the other is put next, if the model allows it;
 * a return whose call was not put yet means that some earlier choice was wrong.
 */
export function search<S, I, O>(rule: Rule<S, I, O>, history: readonly Operation<I, O>[]): Found<I, O> {
  // Numbers in order of time keep what is put and what is not apart, with little in between.
  const operations = history.toSorted((a, b) => a.called - b.called)
  const head = entriesOf(operations)
  const seen = new Seen(operations.length)
  const stack: { entry: Entry; state: S }[] = []
  let unanswered = operations.filter(({ returned }) => returned !== null).length
  let best = -1
  let prefix: Operation<I, O>[] = []
  let stuck: Operation<I, O>[] = []
  let { initial: state } = rule
  let entry = head.next
  for (let step = 1; unanswered > 0; step += 1) {
    if ((step & (LOOK_EVERY - 1)) === 0 && rule.expired()) return { verdict: 'unknown', prefix, stuck }
    if (entry?.answer !== undefined) {
      const operation: Operation<I, O> = operations[entry.id]!
      const next = rule.apply(state, operation.input)
      if (allowed(rule, operation, state, next) && seen.add(entry.id, next.state)) {
        stack.push({ entry, state })
        state = next.state
        if (entry.answer !== null) unanswered -= 1
        lift(entry)
        entry = head.next
      } else entry = entry.next
      continue
    }
    if (stack.length > best) {
      best = stack.length
      prefix = stack.map(({ entry: { id } }) => operations[id]!)
      stuck = callsBeforeReturn(head).map((id) => operations[id]!)
    }
    const last = stack.pop()
    if (last === undefined) return { verdict: 'illegal', prefix, stuck }
    state = last.state
    seen.remove(last.entry.id)
    if (last.entry.answer !== null) unanswered += 1
    unlift(last.entry)
    entry = last.entry.next
  }
  return { verdict: 'ok', prefix: [], stuck: [] }
}

/** An operation of which nothing was heard may be left out; it is put only where it changes something. */
function allowed<S, I, O>(
  rule: Rule<S, I, O>,
  { returned, output }: Operation<I, O>,
  state: S,
  next: { state: S; output: O },
): boolean {
  return returned === null ? !Object.is(next.state, state) : rule.fits(next.output, output as O)
}

/** At the same time calls come before returns: what touches overlaps. */
function entriesOf(operations: readonly Operation[]): Entry {
  const dated = operations.flatMap(({ called, returned }, id) => {
    const answer: Entry | null = returned === null ? null : { id, answer: undefined, previous: null, next: null }
    const call: Entry = { id, answer, previous: null, next: null }
    const begin = { at: called, isReturn: 0, entry: call }
    return answer === null ? [begin] : [begin, { at: returned!, isReturn: 1, entry: answer }]
  })
  dated.sort((a, b) => a.at - b.at || a.isReturn - b.isReturn)
  const head: Entry = { id: -1, answer: null, previous: null, next: null }
  let last = head
  for (const { entry } of dated) {
    last.next = entry
    entry.previous = last
    last = entry
  }
  return head
}

function lift(call: Entry): void {
  unlink(call)
  if (call.answer) unlink(call.answer)
}

function unlift(call: Entry): void {
  if (call.answer) relink(call.answer)
  relink(call)
}

function unlink(entry: Entry): void {
  entry.previous!.next = entry.next
  if (entry.next !== null) entry.next.previous = entry.previous
}

function relink(entry: Entry): void {
  entry.previous!.next = entry
  if (entry.next !== null) entry.next.previous = entry
}

function callsBeforeReturn(head: Entry): number[] {
  const ids: number[] = []
  for (let entry = head.next; entry !== null && entry.answer !== undefined; entry = entry.next) ids.push(entry.id)
  return ids
}

/** A set of operations: only the words between those that are full and those that are empty. */
interface Snapshot {
  from: number
  bits: Uint32Array
  state: unknown
}

const FULL = 0xffffffff

/** Which operations are put, and with which states each such set was seen before: going there again leads nowhere. */
class Seen {
  #bits: Uint32Array
  /** All words before it are full, all words behind it are empty. */
  #low = 0
  #high = 0
  #hash = 0
  #known = new Map<number, Snapshot[]>()

  constructor(operations: number) {
    this.#bits = new Uint32Array(Math.ceil(operations / 32))
  }

  /** False: this set with this state was there before; nothing is put then. */
  add(id: number, state: unknown): boolean {
    this.#flip(id)
    this.#high = Math.max(this.#high, id >> 5)
    while (this.#bits[this.#low] === FULL) this.#low += 1
    const key = contentKey(state)
    const known = this.#known.get(this.#hash)
    if (known?.some((one) => Object.is(one.state, key) && this.#isSame(one))) {
      this.remove(id)
      return false
    }
    const snapshot = { from: this.#low, bits: this.#bits.slice(this.#low, this.#high + 1), state: key }
    if (known === undefined) this.#known.set(this.#hash, [snapshot])
    else known.push(snapshot)
    return true
  }

  remove(id: number): void {
    this.#flip(id)
    this.#low = Math.min(this.#low, id >> 5)
    while (this.#high > 0 && this.#bits[this.#high] === 0) this.#high -= 1
  }

  #flip(id: number): void {
    this.#bits[id >> 5]! ^= 1 << (id & 31)
    this.#hash ^= mix(id + 1)
  }

  #isSame({ from, bits }: Snapshot): boolean {
    if (from !== this.#low || from + bits.length !== this.#high + 1) return false
    for (let index = 0; index < bits.length; index += 1) if (bits[index] !== this.#bits[from + index]) return false
    return true
  }
}
