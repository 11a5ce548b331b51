import fc from 'fast-check'
import { boundedLatency, exactlyOnce, type Fault, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { startApi } from '../src/api.ts'
import { Cluster } from './cluster.ts'

const TEN = Array.from({ length: 10 }, (_, index) => `w${index}`)

/** Submissions over the network, each answered; answers ids by request. */
function submitAll(submissions: { at: number; priority: number }[]) {
  const sim = new Simulation({ maxEvents: 10_000_000 })
  const cluster = new Cluster(sim, ['w1', 'w2', 'w3'])
  sim.node('api', () => startApi(sim.net(), (payload, priority) => cluster.coordinator!.submit(payload, priority)))
  sim.node('user', () => sim.net().onMessage('user', () => {}))
  for (const [index, { at, priority }] of submissions.entries())
    sim.at(at, () => sim.net().send('user', 'api', { type: 'submit', request: `r${index}`, payload: index, priority }))
  sim.run(60_000)
  const key = (message: unknown) => (message as { request: string }).request
  const asked = sim.arrived({ to: 'api' }).map(({ message, deliveredAt }) => ({ id: key(message), at: deliveredAt }))
  const answers = sim.sent({ from: 'api' }).map(({ message, sentAt }) => ({ id: key(message), at: sentAt }))
  const ids = sim.sent({ from: 'api' }).map(({ message }) => (message as { id: string }).id)
  expect(boundedLatency(asked, answers, { within: 100, until: 60_000 })).toEqual([])
  expect(ids.length).toBe(submissions.length)
  expect(
    exactlyOnce(
      ids,
      cluster.executions.map(({ job }) => job),
    ),
  ).toEqual([])
}

it('1.2 submissions get ids of their own within 100 ms, and each job is executed', () => {
  const submission = fc.record({ at: fc.nat(20_000), priority: fc.integer({ min: 0, max: 9 }) })
  fc.assert(fc.property(fc.array(submission, { maxLength: 40 }), (all) => void submitAll(all)))
})

it('1.2 ten thousand of them do, too', () => {
  submitAll(
    Array.from({ length: 10_000 }, (_, index) => ({ at: (index * 7_919) % 20_000, priority: (index * 31) % 10 })),
  )
})

it('4.1 ten workers of which one is killed every 30 s complete all jobs, none more than twice, reassigned within 60 s', () => {
  // The killed one is down for up to 29 s, so that no job meets two of them.
  const kill = fc.record({ worker: fc.constantFrom(...TEN), ms: fc.integer({ min: 1, max: 29_000 }) })
  const jobs = fc.array(fc.nat(270_000), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(kill, { minLength: 1, maxLength: 9 }), jobs, fc.nat(9_999), (kills, times, shift) => {
      const faults = kills.map(
        ({ worker, ms }, index): Fault => ({ kind: 'crash', node: worker, at: 30_000 * (index + 1) - shift, ms }),
      )
      const sim = new Simulation({ faults })
      const cluster = new Cluster(sim, TEN)
      for (const at of times) sim.at(at, () => cluster.submit(at % 10))
      const wrong: string[] = []
      sim.every(1_000, () => {
        for (const job of cluster.submitted) {
          const [first, second] = cluster.assignmentsOf(job)
          if (!first || second || cluster.results.has(job)) continue
          const silence = cluster.silence(first.worker, first.epoch)
          if (silence > 60_000) wrong.push(`${job} waits for ${silence} ms`)
        }
      })
      sim.run(400_000)
      for (const job of cluster.submitted) {
        const count = cluster.executions.filter((one) => one.job === job).length
        if (count < 1 || count > 2) wrong.push(`${job} is executed ${count} times`)
        if (cluster.coordinator!.state(job).status !== 'done')
          wrong.push(`${job} is ${cluster.coordinator!.state(job).status}`)
      }
      expect(wrong.slice(0, 3)).toEqual([])
    }),
  )
})
