import { setTimeout as sleep } from 'node:timers/promises'

/** Time and chance as the retries see them, so that tests need neither. */
export interface Clock {
  /** Milliseconds from any fixed point. */
  now(): number
  /** Ends early, and without an error, when the signal comes. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 up to 1. */
  random(): number
}

export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
  random: Math.random,
}
