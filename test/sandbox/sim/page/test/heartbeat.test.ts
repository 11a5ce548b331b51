import fc from 'fast-check'
import { expect, it } from 'vitest'
import { calmAfter, faults, Simulation } from '../../../../../sandbox/sim/index.ts'
import { type Detector, startDetector, startHeartbeats } from '../src/heartbeat.ts'

const WORKERS = ['w1', 'w2', 'w3']
const schedules = faults({ nodes: WORKERS, until: 120_000, kinds: ['partition', 'crash'] })
it('a worker is failed after 30 s without a heartbeat (noticed within 5 s), and only then', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const sim = new Simulation({ faults: schedule })
      let detector: Detector | undefined
      sim.node('coordinator', () => {
        detector = startDetector(sim.clock('coordinator'), sim.net(), WORKERS)
      })
      for (const w of WORKERS) sim.node(w, () => startHeartbeats(sim.clock(w), sim.net(), w))
      const wrong: string[] = [] // one `expect` at the end: thousands of them make a run slow
      sim.every(1_000, () => {
        for (const w of WORKERS) {
          const silence = sim.now() - (sim.received('coordinator', w).at(-1)?.deliveredAt ?? 0)
          const status = detector?.status(w)
          if (silence < 30_000 && status !== 'alive')
            wrong.push(`${w} ${status} at ${sim.now()}, silent for ${silence}`)
          if (silence > 35_000 && status !== 'failed')
            wrong.push(`${w} ${status} at ${sim.now()}, silent for ${silence}`)
        }
      })
      sim.run(calmAfter(schedule) + 15_000) // quiet time: one heartbeat interval and some slack
      expect(wrong).toEqual([])
      for (const w of WORKERS) expect(detector?.status(w)).toBe('alive')
    }),
  )
})
