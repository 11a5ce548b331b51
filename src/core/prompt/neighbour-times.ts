import type { Slice } from '../spec/slice.ts'
import type { Spec } from '../spec/spec.ts'
import { type SetTime, timeOf } from '../spec/times.ts'

/** A time that the specification sets beside a task, and the name of what holds it. */
export interface NeighbourTime extends SetTime {
  name: string
}

const MOST = 3

/**
 * Times of what works together with a task and is not linked to it: of the other entries of its coordination protocol,
 * else of the other criteria of its requirements; at most three. A timeout is chosen by those beside it.
 */
export function neighbourTimes(spec: Spec, slice: Slice): NeighbourTime[] {
  const shown = new Set(slice.sections.map(({ path }) => path))
  const linked = new Set(slice.requirements.flatMap(({ id, criteria }) => [id, ...criteria.map((one) => one.id)]))
  const mine = spec.protocol.filter(
    ({ section, validates }) => shown.has(section) || validates.some((id) => linked.has(id)),
  )
  const others = mine.length > 0 ? spec.protocol.filter((entry) => !mine.includes(entry)) : []
  const requirements = spec.requirements.filter(({ id }) => slice.requirements.some((one) => one.id === id))
  const criteria = requirements
    .flatMap((requirement) => requirement.criteria)
    .filter(({ id }) => !linked.has(id))
    .map(({ id, text, bounds }) => ({ name: id, time: timeOf(text, bounds) }))
  return (others.length > 0 ? others : criteria)
    .flatMap(({ name, time }) => (time ? [{ name, ...time }] : []))
    .slice(0, MOST)
}
