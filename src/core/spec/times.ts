import { boundsOf } from './bounds.ts'
import type { Bound } from './requirement.ts'

/** A sentence that sets a time, shortened, and the bounds in it that do, as they are written. */
export interface SetTime {
  sentence: string
  bounds: string[]
}

const LONGEST = 200
const TIME = /^(?:ns|us|ms|s|min|h|d|week|month|year)$/

/** The first of these sentences that sets a time. */
export function firstTime(sentences: readonly string[]): SetTime | null {
  for (const sentence of sentences) {
    const found = timeOf(sentence, boundsOf(sentence))
    if (found) return found
  }
  return null
}

/** `bounds`: all that the sentence has. */
export function timeOf(sentence: string, bounds: readonly Bound[]): SetTime | null {
  const times = bounds.filter(({ unit }) => TIME.test(unit))
  if (times.length === 0) return null
  const squeezed = sentence.replace(/\s+/g, ' ').trim()
  return { sentence: squeezed.slice(0, LONGEST), bounds: times.map(({ text }) => text) }
}

export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?。])\s+/)
}
