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
/** Looking at the clock takes longer than a tick. */
const EACH = 1_024

/** `maxMs`: of real time, for one case. `clock`: milliseconds. */
export function createPace(maxMs: number, clock: () => number): Pace {
  let ticks = 0
  let since = clock()
  let over = false
  return {
    begins() {
      ticks = 0
      since = clock()
      over = false
    },
    tick() {
      ticks++
      if (!over && ticks > FREE && ticks % EACH === 0) over = clock() - since > maxMs
      return over
    },
  }
}
