export interface SetState {
  /** Highest tag number seen of each replica. */
  readonly seen: Numbers
  /** Tags of each element, by replica; an element without tags is not listed. */
  readonly tags: Readonly<Record<string, Numbers>>
}

/** By replica. */
type Numbers = Readonly<Record<string, number>>

export const EMPTY: SetState = { seen: {}, tags: {} }

export function addElement(state: SetState, replica: string, element: string): SetState {
  const number = numberOf(state.seen, replica) + 1
  const tags = withNumber(tagsOf(state, element), replica, number)
  return {
    seen: withNumber(state.seen, replica, number),
    tags: Object.fromEntries([...Object.entries(state.tags), [element, tags]]),
  }
}

export function removeElement(state: SetState, element: string): SetState {
  return { seen: state.seen, tags: Object.fromEntries(Object.entries(state.tags).filter(([one]) => one !== element)) }
}

/** Sorted by UTF-16 code units. */
export function elementsOf(state: SetState): string[] {
  return Object.keys(state.tags).sort()
}

export function mergeSets(one: SetState, other: SetState): SetState {
  const elements = new Set([...Object.keys(one.tags), ...Object.keys(other.tags)])
  const merged = [...elements].map((element) => [element, mergedTags(one, other, element)] as const)
  return {
    seen: greatest(one.seen, other.seen),
    tags: Object.fromEntries(merged.filter(([, tags]) => Object.keys(tags).length > 0)),
  }
}

function mergedTags(one: SetState, other: SetState, element: string): Numbers {
  return greatest(kept(one, other, element), kept(other, one, element))
}

/** Tags that the other one has too, or has not seen: one that it has seen and does not have was removed there. */
function kept(state: SetState, other: SetState, element: string): Numbers {
  const there = tagsOf(other, element)
  const tags = Object.entries(tagsOf(state, element)).filter(
    ([replica, number]) => numberOf(there, replica) === number || number > numberOf(other.seen, replica),
  )
  return Object.fromEntries(tags)
}

function tagsOf(state: SetState, element: string): Numbers {
  return Object.hasOwn(state.tags, element) ? state.tags[element]! : {}
}

/** 0: none. A replica may be called like something that every object has. */
function numberOf(numbers: Numbers, replica: string): number {
  return Object.hasOwn(numbers, replica) ? numbers[replica]! : 0
}

function withNumber(numbers: Numbers, replica: string, number: number): Numbers {
  return Object.fromEntries([...Object.entries(numbers), [replica, number]])
}

function greatest(one: Numbers, other: Numbers): Numbers {
  const replicas = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(
    [...replicas].map((replica) => [replica, Math.max(numberOf(one, replica), numberOf(other, replica))]),
  )
}
