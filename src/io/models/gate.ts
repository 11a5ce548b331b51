import type { Clock } from './clock.ts'

/** Longest spread of those who go on when a wait is over, so that they do not all come at once. Milliseconds. */
const SPREAD = 1_000
/** Timers may end a moment before their time. */
const MOMENT = 5

/** What all questions to one service share: when it tells one of them to wait, all wait. */
export interface Gate {
  /** Nobody passes for that many milliseconds. */
  hold(ms: number): void
  /** Waits while it is held, or until the signal comes. `onWait` is told each wait. Answers the milliseconds waited. */
  pass(signal: AbortSignal, onWait: (ms: number) => void): Promise<number>
}

export function createGate(clock: Clock): Gate {
  let until = Number.NEGATIVE_INFINITY
  return {
    hold(ms) {
      until = Math.max(until, clock.now() + ms)
    },
    async pass(signal, onWait) {
      let waited = 0
      // Whoever holds it meanwhile makes the wait longer.
      for (let left = until - clock.now(); left > MOMENT && !signal.aborted; left = until - clock.now()) {
        const ms = Math.ceil(left + clock.random() * Math.min(SPREAD, left / 10))
        onWait(ms)
        await clock.wait(ms, signal)
        waited += ms
      }
      return waited
    },
  }
}
