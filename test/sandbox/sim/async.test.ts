import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fault, faults, Simulation } from '../../../sandbox/sim/index.ts'

describe('code with promises', () => {
  it('sleeps in simulated time, and everything that an event settles runs before the next event', async () => {
    const sim = new Simulation()
    const seen: [string, number][] = []
    sim.node('a', async ({ clock }) => {
      await clock.sleep(10)
      // Twenty turns of the queue of promises, all of them at t=10.
      for (let turn = 0; turn < 20; turn += 1) await null
      seen.push(['a', clock.now()])
    })
    sim.node('b', async ({ clock }) => {
      await clock.sleep(11)
      seen.push(['b', clock.now()])
    })
    await sim.runAsync(60_000)
    expect(seen).toEqual([
      ['a', 10],
      ['b', 11],
    ])
    expect(sim.now()).toBe(60_000)
    expect(sim.pending()).toEqual([])
  })

  it('waits for ticks, chains and combinators as well', async () => {
    const sim = new Simulation()
    const seen: string[] = []
    sim.node('a', async ({ clock }) => {
      await Promise.all([clock.sleep(5), clock.sleep(7)])
      await new Promise<void>((resolve) => process.nextTick(() => queueMicrotask(resolve)))
      seen.push(`all at ${clock.now()}`)
      seen.push(await Promise.race([clock.sleep(3).then(() => 'fast'), clock.sleep(4).then(() => 'slow')]))
    })
    sim.at(8, () => seen.push('8'))
    await sim.runAsync(100)
    expect(seen).toEqual(['all at 7', '8', 'fast'])
  })

  it('handles messages with async handlers, and sends from them', async () => {
    const sim = new Simulation({ latency: 10 })
    const answers: unknown[] = []
    sim.node('server', ({ clock, net }) => {
      net.onMessage('server', async (from, message) => {
        await clock.sleep(100)
        net.send('server', from, { double: 2 * (message as number) })
      })
    })
    sim.node('client', ({ clock, net }) => {
      net.onMessage('client', (_from, message) => void answers.push([clock.now(), message]))
      net.send('client', 'server', 21)
    })
    await sim.runAsync(1_000)
    expect(answers).toEqual([[120, { double: 42 }]])
  })

  it('never wakes in a life that is over, and is built anew in the next one', async () => {
    const sim = new Simulation({ faults: [{ kind: 'crash', node: 'a', at: 15, ms: 10 }] })
    const seen: [number, number][] = []
    let life = 0
    sim.node('a', async ({ clock }) => {
      life += 1
      const own = life
      for (;;) {
        await clock.sleep(10)
        seen.push([own, clock.now()])
      }
    })
    await sim.runAsync(50)
    expect(seen).toEqual([
      [1, 10],
      [2, 35],
      [2, 45],
    ])
    expect(sim.pending()).toEqual(['t=25, start of "a"'])
  })

  it('gives an old life nothing that still works', async () => {
    const sim = new Simulation({ faults: [{ kind: 'crash', node: 'a', at: 10, ms: 10 }] })
    const old: (() => void)[] = []
    const fired: string[] = []
    sim.node('a', ({ clock, net, disk }) => {
      old.push(() => {
        clock.setTimeout(() => fired.push('timer'), 1)
        net.send('a', 'b', 'ghost')
        expect(() => disk.writeSync('f', 'x')).toThrow(/EIO/)
      })
    })
    sim.node('b', ({ net }) => net.onMessage('b', () => void fired.push('message')))
    sim.at(30, () => old[0]!())
    await sim.runAsync(100)
    expect(fired).toEqual([])
    expect(sim.messages).toMatchObject([{ lost: 'sender is down' }])
  })

  it('repeats intervals until they are cleared', async () => {
    const sim = new Simulation()
    const fired: number[] = []
    sim.node('a', ({ clock }) => {
      const id = clock.setInterval(() => {
        fired.push(clock.now())
        if (fired.length === 3) clock.clearInterval(id)
      }, 10)
    })
    await sim.runAsync(100)
    expect(fired).toEqual([10, 20, 30])
  })

  it('gives the same history for the same seed and faults, one run after the other or many at once', async () => {
    const gossip = async (schedule: Fault[], seed: number) => {
      const sim = new Simulation({ faults: schedule, jitter: 30, seed })
      const names = ['a', 'b', 'c']
      for (const name of names) {
        sim.node(name, async ({ clock, net, random, disk }) => {
          net.onMessage(name, async (from, message) => {
            await disk.append('log', `${from} ${JSON.stringify(message)}\n`)
            if (random.int(3) === 0) net.send(name, from, { echo: random.uuid() })
          })
          for (;;) {
            await clock.sleep(50 + random.int(100))
            net.send(name, names[random.int(2)]!, random.next())
          }
        })
      }
      await sim.runAsync(3_000)
      return sim.hash()
    }
    const kinds = ['crash', 'pause', 'slow', 'skew', 'drift', 'reorder', 'clog', 'disk-slow'] as const
    await fc.assert(
      fc.asyncProperty(faults({ nodes: ['a', 'b', 'c'], until: 2_000, kinds }), fc.nat(), async (schedule, seed) => {
        const [first, second, third] = await Promise.all([
          gossip(schedule, seed),
          gossip(structuredClone(schedule), seed),
          gossip(schedule, seed + 1),
        ])
        expect(second).toBe(first)
        expect(third).not.toBe(first)
        expect(await gossip(schedule, seed)).toBe(first)
      }),
      { numRuns: 30 },
    )
  })
})
