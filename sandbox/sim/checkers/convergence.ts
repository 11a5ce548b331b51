import { isDeepStrictEqual } from 'node:util'
import { plainText } from '../event-text.ts'

type Equal<S> = (a: S, b: S) => boolean

/** All replicas are in one state. */
export function converged<S>(replicas: Readonly<Record<string, S>>, equal: Equal<S> = isDeepStrictEqual): string[] {
  const [first, ...others] = Object.entries(replicas)
  if (first === undefined) return []
  const [name, state] = first
  return others
    .filter(([, other]) => !equal(state, other))
    .map(([other, its]) => `${name} is ${plainText(state)} and ${other} is ${plainText(its)}`)
}

/**
 * The laws that let replicas merge in any order, any number of times: commutative, associative, idempotent. Tries all
 * triples of the given states, so give few, and different ones. `merge` must not change what it is given.
 */
export function crdtLaws<S>(
  states: readonly S[],
  merge: (a: S, b: S) => S,
  equal: Equal<S> = isDeepStrictEqual,
): string[] {
  const text = (...given: S[]) => given.map(plainText).join(', ')
  const broken = {
    idempotent: states.find((a) => !equal(merge(a, a), a)),
    commutative: firstPair(states, (a, b) => !equal(merge(a, b), merge(b, a))),
    associative: firstTriple(states, (a, b, c) => !equal(merge(merge(a, b), c), merge(a, merge(b, c)))),
  }
  return [
    ...(broken.idempotent === undefined ? [] : [`not idempotent: ${text(broken.idempotent)}`]),
    ...(broken.commutative === undefined ? [] : [`not commutative: ${text(...broken.commutative)}`]),
    ...(broken.associative === undefined ? [] : [`not associative: ${text(...broken.associative)}`]),
  ]
}

function firstPair<S>(states: readonly S[], breaks: (a: S, b: S) => boolean): [S, S] | undefined {
  for (const a of states) for (const b of states) if (breaks(a, b)) return [a, b]
  return undefined
}

function firstTriple<S>(states: readonly S[], breaks: (a: S, b: S, c: S) => boolean): [S, S, S] | undefined {
  for (const a of states) for (const b of states) for (const c of states) if (breaks(a, b, c)) return [a, b, c]
  return undefined
}
