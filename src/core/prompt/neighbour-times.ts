import { boundsOf } from '../spec/bounds.ts'
import type { Slice } from '../spec/slice.ts'
import type { Spec } from '../spec/spec.ts'

/** A time that the specification sets beside a task: what holds it, its sentence, and the bounds in it alone. */
export interface NeighbourTime {
  name: string
  sentence: string
  bounds: string[]
}

const MOST = 3
const LONGEST = 200
const TIME = /^(?:ns|us|ms|s|min|h|d|week|month|year)$/

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
  const entries = others.map(({ name, text, statements }) => ({ name, texts: [...statements, ...sentencesOf(text)] }))
  const requirements = spec.requirements.filter(({ id }) => slice.requirements.some((one) => one.id === id))
  const criteria = requirements
    .flatMap((requirement) => requirement.criteria)
    .filter(({ id }) => !linked.has(id))
    .map(({ id, text }) => ({ name: id, texts: [text] }))
  return (entries.length > 0 ? entries : criteria)
    .flatMap(({ name, texts }) => timeIn(name, texts) ?? [])
    .slice(0, MOST)
}

function timeIn(name: string, texts: readonly string[]): NeighbourTime | null {
  for (const text of texts) {
    const bounds = boundsOf(text).filter(({ unit }) => TIME.test(unit))
    const sentence = text.replace(/\s+/g, ' ').trim()
    if (bounds.length > 0)
      return { name, sentence: sentence.slice(0, LONGEST), bounds: bounds.map(({ text: written }) => written) }
  }
  return null
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?。])\s+/)
}
