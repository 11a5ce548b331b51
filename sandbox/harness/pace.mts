/** Whether a wrong version ever ends: each test, and each case of a property, is looked at alone. */
export interface Pace {
  /** A test or a case begins. */
  begins(): void
  /** A turn of a loop, or a call of a function. True: the case goes on for ever. */
  tick(): boolean
}

export const ENDLESS = 'specproof: this wrong version does not end'

/** So many ticks cost next to nothing, however slow the machine is. */
const FREE = 100_000
/** Where one case does not end others may not either: they get this part of the time. */
const AFTER_ONE = 0.1
/** Looking at the clock takes longer than a tick. */
const EACH = 1_024

/** `maxMs`: of real time, for one case. `clock`: milliseconds. */
export function createPace(maxMs: number, clock: () => number): Pace {
  let ticks = 0
  let since = clock()
  let over = false
  let patienceMs = maxMs
  return {
    begins() {
      ticks = 0
      since = clock()
      over = false
    },
    tick() {
      ticks++
      if (over || ticks <= FREE || ticks % EACH !== 0) return over
      over = clock() - since > patienceMs
      if (over) patienceMs = maxMs * AFTER_ONE
      return over
    },
  }
}
