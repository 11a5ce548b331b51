import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clock, calmAfter, type Fault, faults, type Net, Simulation } from '../../../sandbox/sim/index.ts'

const WORKERS = ['w1', 'w2', 'w3', 'w4']
const SILENCE = 30_000
const LOOK = 1_000

/** A worker fails when nothing was heard of it for 30 s; looked at every second. */
function detector(clock: Clock, net: Net, bug: 'none' | 'never forgives' | 'too patient') {
  const last = new Map(WORKERS.map((name) => [name, clock.now()]))
  const failed = new Set<string>()
  net.onMessage('coordinator', (from) => {
    last.set(from, clock.now())
    if (bug !== 'never forgives') failed.delete(from)
  })
  const limit = bug === 'too patient' ? SILENCE + 10_000 : SILENCE
  const look = () => {
    for (const [name, at] of last) if (clock.now() - at >= limit) failed.add(name)
    clock.setTimeout(look, LOOK)
  }
  look()
  return failed
}

function heartbeats(clock: Clock, net: Net, name: string): void {
  const beat = () => {
    net.send(name, 'coordinator', 'heartbeat')
    clock.setTimeout(beat, 10_000)
  }
  beat()
}

/** Runs the detector and compares it, every second, with what went over the wire. */
function check(schedule: Fault[], bug: Parameters<typeof detector>[2]): void {
  const sim = new Simulation({ faults: schedule })
  let failed = new Set<string>()
  sim.node('coordinator', () => {
    failed = detector(sim.clock('coordinator'), sim.net(), bug)
  })
  for (const name of WORKERS) sim.node(name, () => heartbeats(sim.clock(name), sim.net(), name))
  sim.every(LOOK, () => {
    for (const name of WORKERS) {
      const silence = sim.now() - (sim.received('coordinator', name).at(-1)?.deliveredAt ?? 0)
      if (silence < SILENCE && failed.has(name)) expect.fail(`${name} alive`)
      if (silence > SILENCE + LOOK && !failed.has(name)) expect.fail(`${name} failed`)
    }
  })
  sim.run(calmAfter(schedule) + 60_000)
  expect([...failed]).toEqual([])
}

const schedules = faults({ nodes: WORKERS, until: 200_000 })

describe('a failure detector in the simulation', () => {
  it('that is right holds under every schedule', () => {
    fc.assert(fc.property(schedules, (schedule) => check(schedule, 'none')))
  })

  it('that is wrong is found, and the schedule shrinks to one fault that is just long enough', () => {
    for (const bug of ['never forgives', 'too patient'] as const) {
      const result = fc.check(
        fc.property(schedules, (schedule) => check(schedule, bug)),
        { seed: 11, numRuns: 200 },
      )
      expect(result.failed).toBe(true)
      const [fault, ...others] = result.counterexample?.[0] ?? []
      expect(others).toEqual([])
      expect(fault?.at).toBeLessThanOrEqual(20_000)
      const tooLong = fault?.kind === 'delay' ? fault.extra : (fault?.ms ?? Number.POSITIVE_INFINITY)
      expect(tooLong).toBeLessThanOrEqual(SILENCE + 10_000)
      expect(result.counterexample?.[0] && fault && describeRun([fault], bug)).toMatch(/t=\d+ w1 -[>x] coordinator/)
    }
  })
})

/** The history that a person reads next to the counterexample. */
function describeRun(schedule: Fault[], bug: Parameters<typeof detector>[2]): string {
  expect(() => check(schedule, bug)).toThrow()
  const newest = (globalThis as never)[Symbol.for('specproof.sim')] as { history(): string[] }
  return newest.history().join('\n')
}
