import { describe, expect, it } from 'vitest'
import { type Case, chaos, checkDeterminism, Marks, Simulation } from '../../../sandbox/sim/index.ts'

/**
 * A server that hands out a lock for `leaseMs` at most; a client that takes it gives it up `early` ms before the end, counted
 * from when it asked. Counted `fromArrival` of the answer, a late answer makes it hold the lock for too long.
 */
function locks(sim: Simulation, { leaseMs, early, fromArrival = false }: Locks): () => string[] {
  let free = 0
  const until = new Map<string, number>()
  sim.node('lock', ({ clock, net }) => {
    net.onMessage('lock', (from, asked) => {
      if (clock.now() < free) return
      free = clock.now() + leaseMs
      net.send('lock', from, asked)
    })
  })
  for (const name of ['a', 'b']) {
    sim.node(name, async ({ clock, net }) => {
      until.set(name, 0)
      net.onMessage(name, (_lock, asked) => {
        until.set(name, (fromArrival ? clock.now() : (asked as number)) + leaseMs - early)
      })
      for (;;) {
        await clock.sleep(500)
        if (clock.now() < until.get(name)!) continue
        net.send(name, 'lock', clock.now())
      }
    })
  }
  return () => ['a', 'b'].filter((name) => sim.clock(name).now() < (until.get(name) ?? 0))
}

interface Locks {
  leaseMs: number
  early: number
  fromArrival?: boolean
}

const OPTIONS = { nodes: ['lock', 'a', 'b'], kinds: ['partition', 'delay', 'pause'], until: 20_000, runs: 150 } as const

describe('chaos', () => {
  it('holds for code that is right, reaches its marks and meets its goals', async () => {
    let runs = 0
    await chaos(OPTIONS, (sim) => {
      runs += 1
      const holders = locks(sim, { leaseMs: 3_000, early: 1_000 })
      sim.always('at most one holder', () => holders().length <= 1)
      sim.sometimes('b holds it', () => holders().includes('b'))
      sim.eventually('somebody holds it', () => holders().length === 1)
    })
    // Runs 1, 2, 4 ... 128 are done twice, and eight seeds run without faults.
    expect(runs).toBe(150 + 8 + 8)
  })

  it('does not watch what comes after it', async () => {
    await chaos({ ...OPTIONS, runs: 1, eventLimit: 1_000 }, (sim) => {
      for (const name of OPTIONS.nodes) sim.node(name, () => {})
    })
    const end = performance.now() + 1_500
    while (performance.now() < end);
  })

  it('fails with the smallest schedule, the invariant, and what was seen', async () => {
    // Seeds are fresh, and few schedules show it.
    const failing = chaos({ ...OPTIONS, runs: 5_000 }, (sim) => {
      const holders = locks(sim, { leaseMs: 3_000, early: 1_000, fromArrival: true })
      sim.always('at most one holder', () => holders().length <= 1 || holders().join(' and '))
    })
    const error = (await failing.catch((caught: Error) => caught)) as Error & { cause: Error }
    expect(error.message).toMatch(/Property failed after \d+ tests\n\{ seed: /)
    const [{ faults, seed }] = JSON.parse(/Counterexample: (.*)/.exec(error.message)![1]!) as [Case]
    expect([1, 2]).toContain(faults.length)
    expect(seed).toBe(0)
    expect(error.cause.name).toBe('AssertionError')
    expect(error.cause.message).toMatch(/always "at most one holder" does not hold at t=\d+: a and b/)
  })

  it('refuses what must eventually hold and does not, in words', async () => {
    const failing = chaos({ ...OPTIONS, runs: 1, quiet: 100, liveness: 2_000 }, (sim) => {
      locks(sim, { leaseMs: 3_000, early: 0 })
      sim.eventually('pigs fly', () => 'they sit')
      sim.eventually('time passes', () => sim.now() > 0)
    })
    const { cause } = (await failing.catch((caught: Error) => caught)) as Error & { cause: Error }
    expect(cause.message).toMatch(/eventually "pigs fly": not within 2000 ms from t=\d+ on.*: they sit/)
    expect(cause.message).not.toContain('time passes')
  })

  it('refuses what does not hold in the end, looked at once when all is over', async () => {
    let looked = 0
    const failing = chaos({ ...OPTIONS, runs: 1, liveness: 2_000 }, (sim) => {
      looked = 0
      locks(sim, { leaseMs: 3_000, early: 1_000 })
      sim.client('c', ({ clock }) => clock.sleep(20_500))
      sim.finally('it is later', () => sim.now() >= 20_500)
      sim.finally('the total is right', () => {
        looked += 1
        return ['1 is missing', '2 are too many']
      })
    })
    const { cause } = (await failing.catch((caught: Error) => caught)) as Error & { cause: Error }
    expect(cause.message).toBe('finally "the total is right" does not hold:\n  1 is missing\n  2 are too many')
    expect(looked).toBe(1)
  })

  it('fails when a mark was never reached in enough runs, and only then', async () => {
    const scenario = (sim: Simulation) => {
      locks(sim, { leaseMs: 3_000, early: 1_000 })
      sim.sometimes('two holders', () => false)
      sim.sometimes('a run', () => true)
      sim.sometimes('reached by hand')
      sim.at(5, () => sim.reach('reached by hand'))
    }
    await expect(chaos(OPTIONS, scenario)).rejects.toThrow(/never reached in 150 runs: "two holders"\./)
    await chaos({ ...OPTIONS, runs: 20 }, scenario)
    expect(() => new Simulation().reach('unknown')).toThrow(/declare it first/)
  })

  it('names the first event that differs when something real leaks in', async () => {
    let leak = 0
    const failing = chaos({ ...OPTIONS, nodes: ['a', 'b'], kinds: ['delay'] }, (sim) => {
      leak += 1
      const ms = 100 + leak
      sim.node('a', ({ clock, net }) => void clock.setTimeout(() => net.send('a', 'b', ms), 50))
      sim.node('b', ({ clock, net }) => {
        net.onMessage('b', () => {})
        clock.setTimeout(() => {}, ms)
      })
    })
    const { cause } = (await failing.catch((caught: Error) => caught)) as Error & { cause: Error }
    expect(cause).toMatchObject({ name: 'SimulationError', code: 'not-deterministic' })
    expect(cause.message).toMatch(/first {2}t=50 a sends \d+ to b\n {2}again {2}t=50 a sends \d+ to b/)
  })

  it('tries given cases first', async () => {
    const seen: unknown[] = []
    const known: Case = { faults: [{ kind: 'pause', node: 'a', at: 1, ms: 2 }], seed: 5 }
    await chaos({ ...OPTIONS, examples: [known], runs: 1 }, (sim) => {
      locks(sim, { leaseMs: 1_000, early: 0 })
      seen.push(sim.faults)
    })
    expect(seen[8]).toEqual(known.faults)
  })
})

describe('phases', () => {
  it('are faults, healing, quiet and liveness, and end when the goals are met', async () => {
    const sim = new Simulation({ faults: [{ kind: 'partition', nodes: ['a'], at: 10, ms: 90 }] })
    for (const name of ['a', 'b']) sim.node(name, ({ net }) => net.onMessage(name, () => {}))
    let asked = Number.POSITIVE_INFINITY
    sim.every(10, () => {})
    sim.eventually('it is 1,000 o’clock', () => {
      asked = Math.min(asked, sim.now())
      return sim.now() >= 1_000
    })
    await sim.runPhases({ quiet: 200 })
    expect(asked).toBe(300)
    expect(sim.now()).toBe(1_000)
  })

  it('end faults that never end only when told how long to let them be', async () => {
    const make = () => new Simulation({ faults: [{ kind: 'crash', node: 'a', at: 10, ms: Number.POSITIVE_INFINITY }] })
    const start = (sim: Simulation) => sim.node('a', () => {})
    const forever = make()
    start(forever)
    await expect(forever.runPhases()).rejects.toThrow(/never ends/)
    const healed = make()
    start(healed)
    await healed.runPhases({ faults: 50 })
    expect(healed.isUp('a')).toBe(true)
    expect(healed.history()).toEqual(['t=10 crash a', 't=50 restart a'])
  })
})

describe('determinism', () => {
  it('is checked over seeds, and a leak is found at its first event', async () => {
    const build = (seed: number, extra: number) => {
      const sim = new Simulation({ seed, jitter: 50 })
      sim.node('a', ({ net }) => net.onMessage('a', () => {}))
      for (let n = 0; n < 10; n += 1) sim.at(n, () => sim.net().send('b', 'a', n === 7 ? n + extra : n))
      sim.run(1_000)
      return sim
    }
    await checkDeterminism((seed) => build(seed, 0), [1, 2, 3])
    let runs = 0
    const leaking = checkDeterminism(
      (seed) => {
        runs += 1
        return build(seed, runs)
      },
      [1],
    )
    await expect(leaking).rejects.toThrow(/first {2}t=7 b sends 8 to a\n {2}again {2}t=7 b sends 9 to a/)
  })

  it('counts marks over runs of one’s own', () => {
    const marks = new Marks()
    for (let run = 0; run < 3; run += 1) {
      const sim = new Simulation({ marks })
      sim.clock('a').setTimeout(() => {}, 5)
      sim.sometimes('the third run', () => run === 2)
      sim.sometimes('never', () => false)
      sim.run(10)
    }
    expect(marks.counts()).toEqual({ 'the third run': 1, never: 0 })
    expect(() => marks.assertReached()).toThrow(/never reached over all runs: "never"/)
  })
})
