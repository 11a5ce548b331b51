import { isDeepStrictEqual } from 'node:util'
import type { Delivery } from './types.ts'

/** Which messages are meant; what is left out may be anything. */
export interface Pattern {
  from?: string
  to?: string
  /** Properties that the message must have, with these values; or a function that says whether it is meant. */
  message?: Record<string, unknown> | ((message: unknown) => boolean)
}

export function patternOf({ from, to, message }: Pattern): (delivery: Delivery) => boolean {
  const fits = typeof message === 'function' ? message : message === undefined ? null : hasAll(message)
  return (delivery) =>
    (from === undefined || delivery.from === from) &&
    (to === undefined || delivery.to === to) &&
    (fits === null || fits(delivery.message))
}

function hasAll(wanted: Record<string, unknown>): (message: unknown) => boolean {
  const entries = Object.entries(wanted)
  return (message) => {
    if (typeof message !== 'object' || message === null) return false
    return entries.every(([key, value]) => isDeepStrictEqual((message as Record<string, unknown>)[key], value))
  }
}
