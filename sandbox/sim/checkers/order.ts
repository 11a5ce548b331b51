import { isDeepStrictEqual } from 'node:util'
import { plainText } from '../event-text.ts'
import { contentKey } from './content.ts'

/** What each node has delivered, in its order; a node delivers each entry once. */
export type Logs<T = unknown> = Readonly<Record<string, readonly T[]>>

/** Two nodes deliver what both of them deliver in one order; gaps are allowed. */
export function totalOrder(logs: Logs): string[] {
  return pairs(logs).flatMap(([a, first, b, second]) => {
    const places = new Map(second.map((entry, index) => [contentKey(entry), index]))
    let last = -1
    let lastEntry: unknown
    for (const entry of first) {
      const place = places.get(contentKey(entry))
      if (place === undefined) continue
      if (place < last) {
        return [`${a} has ${plainText(lastEntry)} before ${plainText(entry)}, ${b} has them the other way round`]
      }
      last = place
      lastEntry = entry
    }
    return []
  })
}

/** Of two logs one is the beginning of the other: nothing is missing in between, nothing differs. */
export function samePrefix(logs: Logs): string[] {
  return pairs(logs).flatMap(([a, first, b, second]) => {
    const length = Math.min(first.length, second.length)
    for (let index = 0; index < length; index += 1) {
      if (isDeepStrictEqual(first[index], second[index])) continue
      return [`entry ${index} is ${plainText(first[index])} at ${a} and ${plainText(second[index])} at ${b}`]
    }
    return []
  })
}

/** Who has decided has decided the same, and with `proposed` something that was proposed. undefined: not decided yet. */
export function agreement(decisions: Readonly<Record<string, unknown>>, proposed?: Iterable<unknown>): string[] {
  const made = Object.entries(decisions).filter(([, value]) => value !== undefined)
  const [first] = made
  if (first === undefined) return []
  const [node, value] = first
  const split = made
    .filter(([, other]) => !isDeepStrictEqual(other, value))
    .map(([other, its]) => `${node} decided ${plainText(value)} and ${other} decided ${plainText(its)}`)
  if (proposed === undefined) return split
  const known = [...proposed]
  const invented = made.filter(([, its]) => !known.some((one) => isDeepStrictEqual(one, its)))
  return [...split, ...invented.map(([who, its]) => `${who} decided ${plainText(its)}, which nobody has proposed`)]
}

function pairs<T>(logs: Logs<T>): [string, readonly T[], string, readonly T[]][] {
  const all = Object.entries(logs)
  return all.flatMap(([a, first], index) =>
    all.slice(index + 1).map(([b, second]): [string, readonly T[], string, readonly T[]] => [a, first, b, second]),
  )
}
