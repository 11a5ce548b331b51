import { OFFER, overridden } from '../../sandbox/harness/fast-check.mts'
import { createTestProcess } from '../../sandbox/harness/test-process.mts'

/** Of this process; what is asked of its tests is set anew for each of them. */
export const state = createTestProcess({
  intensity: { seeds: [1], runs: 1, minMs: 0 },
  replay: null,
  seedEnd: Number.POSITIVE_INFINITY,
  waitMs: 0,
})

// Campaigns of the kit run through this.
Object.assign(globalThis, { [Symbol.for(OFFER)]: (real: object) => overridden(real, state) })
