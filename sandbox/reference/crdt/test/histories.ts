import fc from 'fast-check'

/** Two of them are also names of what every object has. */
export const NAMES = ['a', 'constructor', '__proto__']

/** A replica acts, or merges a state that was ever reached: of anybody, also an old one. */
export type Step<Act> =
  | { readonly replica: string; readonly act: Act }
  | { readonly replica: string; readonly back: number; readonly swapped: boolean }

export interface Reached<State, Event> {
  readonly replica: string
  readonly state: State
  readonly knows: ReadonlySet<Event>
  /** The state as it was when it was reached. */
  readonly json: string
}

export interface Played<State, Event> {
  readonly all: readonly Reached<State, Event>[]
  readonly last: ReadonlyMap<string, Reached<State, Event>>
}

export function histories<Act>(act: fc.Arbitrary<Act>): fc.Arbitrary<Step<Act>[]> {
  const replica = fc.constantFrom(...NAMES)
  return fc.array(
    fc.oneof(
      fc.record({ replica, act }),
      fc.record({ replica, back: fc.oneof(fc.nat(4), fc.nat(30)), swapped: fc.boolean() }),
    ),
    { maxLength: 25 },
  )
}

/** Plays a history beside a model: of each state, the set of events that it knows. */
export function play<State, Event, Act>(
  steps: readonly Step<Act>[],
  first: State,
  merge: (one: State, other: State) => State,
  apply: (state: State, replica: string, act: Act, knows: ReadonlySet<Event>) => { state: State; event: Event },
): Played<State, Event> {
  const all: Reached<State, Event>[] = []
  const last = new Map<string, Reached<State, Event>>()
  const reach = (replica: string, state: State, knows: ReadonlySet<Event>) => {
    const reached = { replica, state, knows, json: JSON.stringify(state) }
    all.push(reached)
    last.set(replica, reached)
  }
  for (const name of NAMES) reach(name, first, new Set())
  for (const step of steps) {
    const own = last.get(step.replica)!
    if ('act' in step) {
      const { state, event } = apply(own.state, step.replica, step.act, own.knows)
      reach(step.replica, state, new Set([...own.knows, event]))
      continue
    }
    const other = all[all.length - 1 - (step.back % all.length)]!
    // As it comes over a network.
    const sent = JSON.parse(other.json) as State
    const state = step.swapped ? merge(sent, own.state) : merge(own.state, sent)
    reach(step.replica, state, new Set([...own.knows, ...other.knows]))
  }
  return { all, last }
}
