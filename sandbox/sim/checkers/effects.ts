import { plainText } from '../event-text.ts'

/** Everything that was requested has happened, once or more often. Answers what has not, one line each. */
export function atLeastOnce(requested: Iterable<unknown>, done: Iterable<unknown>): string[] {
  const happened = new Set(done)
  return [...new Set(requested)]
    .filter((id) => !happened.has(id))
    .map((id) => `${plainText(id)} was requested and never done`)
}

/** Nothing has happened twice. */
export function atMostOnce(done: Iterable<unknown>): string[] {
  return [...counted(done)]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `${plainText(id)} was done ${count} times`)
}

/** What was requested has happened once, and nothing else has happened. Ids are compared as keys of a Map are. */
export function exactlyOnce(requested: Iterable<unknown>, done: Iterable<unknown>): string[] {
  const [wanted, effects] = [[...requested], [...done]]
  const known = new Set(wanted)
  const strange = [...new Set(effects)].filter((id) => !known.has(id))
  return [
    ...atLeastOnce(wanted, effects),
    ...atMostOnce(effects),
    ...strange.map((id) => `${plainText(id)} was done and nobody had requested it`),
  ]
}

/** What was acknowledged is still there in the end. */
export function noLostAcknowledgement(acknowledged: Iterable<unknown>, present: Iterable<unknown>): string[] {
  const there = new Set(present)
  return [...new Set(acknowledged)]
    .filter((id) => !there.has(id))
    .map((id) => `${plainText(id)} was acknowledged and is lost`)
}

function counted(ids: Iterable<unknown>): Map<unknown, number> {
  const counts = new Map<unknown, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
