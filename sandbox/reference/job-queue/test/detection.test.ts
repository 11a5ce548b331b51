import fc from 'fast-check'
import { chaos, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { createFailureDetector, type FailureDetector, type WorkerStatus } from '../src/failure-detector.ts'
import { startHeartbeats } from '../src/heartbeat.ts'

const WORKERS = ['w1', 'w2']

it('3.1 a heartbeat is sent at the start and every 10 s, with the time of that start', () =>
  chaos({ nodes: ['w1', 'coordinator'], kinds: ['crash', 'partition', 'drop'], until: 60_000 }, (sim) => {
    let starts: number[] = []
    sim.node('coordinator', ({ net }) => net.onMessage('coordinator', () => {}))
    sim.node('w1', ({ clock, net }) => {
      starts = [...starts, sim.now()]
      startHeartbeats(clock, net, 'w1')
    })
    sim.finally('as they should', () => {
      const sent = sim.sent({ from: 'w1' }).map(({ sentAt, message }) => ({ at: sentAt, message }))
      for (const [index, start] of starts.entries()) {
        const own = sent.filter(({ at }) => at >= start && at < (starts[index + 1] ?? Number.POSITIVE_INFINITY))
        const wrong = own.find(
          ({ at, message }, n) =>
            at !== start + 10_000 * n ||
            JSON.stringify(message) !== JSON.stringify({ type: 'heartbeat', epoch: start }),
        )
        if (wrong) return `${JSON.stringify(wrong)} of the start at ${start}`
        const due = Math.floor((sim.now() - start) / 10_000)
        if (index === starts.length - 1 && own.length < due)
          return `${own.length} heartbeats in ${sim.now() - start} ms`
      }
      return true
    })
  }))

it('3.1 no heartbeat is sent after the end', () => {
  fc.assert(
    fc.property(fc.nat(45_000), (end) => {
      const sim = new Simulation()
      sim.node('w1', () => {
        const stop = startHeartbeats(sim.clock('w1'), sim.net(), 'w1')
        sim.at(end, stop)
      })
      sim.run(100_000)
      expect(sim.sent({ from: 'w1' }).filter(({ sentAt }) => sentAt > end)).toEqual([])
    }),
  )
})

const gap = fc.oneof(
  fc.integer({ min: 29_990, max: 30_010 }),
  fc.integer({ min: 1, max: 12_000 }),
  fc.integer({ min: 1, max: 80_000 }),
)

it('3.4 a worker is marked as failed 30 s to 45 s after its last heartbeat, and alive by the next one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...WORKERS, 'stranger'), gap), { maxLength: 20 }), (heard) => {
      const sim = new Simulation()
      const told: Record<string, WorkerStatus> = { w1: 'alive', w2: 'alive' }
      const wrong: string[] = []
      let detector: FailureDetector | undefined
      sim.node('coordinator', () => {
        detector = createFailureDetector(sim.clock('coordinator'), WORKERS, (worker, status) => {
          if (told[worker] === status) wrong.push(`${worker} is told ${status} again at ${sim.now()}`)
          told[worker] = status
        })
      })
      const last: Record<string, number> = { w1: 0, w2: 0 }
      let at = 0
      for (const [worker, after] of heard) {
        at += after
        sim.at(at, () => {
          detector!.heard(worker)
          if (!(worker in last)) return
          last[worker] = sim.now()
          if (detector!.status(worker) !== 'alive') wrong.push(`${worker} is heard at ${sim.now()} and not alive`)
        })
      }
      sim.every(500, () => {
        for (const worker of WORKERS) {
          const silence = sim.now() - last[worker]!
          const status = detector!.status(worker)
          if (status !== told[worker]) wrong.push(`${worker} is ${status} and told ${told[worker]}`)
          if (silence < 30_000 && status !== 'alive') wrong.push(`${worker} is ${status} after ${silence} ms`)
          if (silence > 45_000 && status !== 'failed') wrong.push(`${worker} is ${status} after ${silence} ms`)
        }
      })
      sim.run(at + 60_000)
      expect(wrong.slice(0, 3)).toEqual([])
      expect(() => detector!.status('stranger')).toThrow(Error)
    }),
  )
})
