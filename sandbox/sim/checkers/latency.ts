import { plainText } from '../event-text.ts'

/** Something at a time, ms. An id is asked, or answered, again by another entry. */
export interface Dated {
  id: unknown
  at: number
}

export interface LatencyOptions {
  /** ms */
  within: number
  /** The end of the observation, ms: what is due later is not judged. Default: everything is judged. */
  until?: number
}

/** Each request is answered within so many ms. The first answer at or after it counts. */
export function boundedLatency(requests: Iterable<Dated>, answers: Iterable<Dated>, options: LatencyOptions): string[] {
  const { within, until = Number.POSITIVE_INFINITY } = options
  const times = new Map<unknown, number[]>()
  for (const { id, at } of answers) times.set(id, [...(times.get(id) ?? []), at])
  return [...requests]
    .filter(({ at }) => at + within <= until)
    .flatMap(({ id, at }) => {
      const answered = Math.min(...(times.get(id) ?? []).filter((time) => time >= at))
      if (answered <= at + within) return []
      const when = answered === Number.POSITIVE_INFINITY ? 'never answered' : `answered after ${answered - at} ms`
      return [`${plainText(id)} of t=${at} was ${when}, ${within} ms are allowed`]
    })
}
