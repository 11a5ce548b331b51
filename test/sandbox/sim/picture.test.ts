import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chaos, type Fault, faults, Simulation } from '../../../sandbox/sim/index.ts'

/** Two nodes that tell each other what they believe; "b" is cut off, "a" crashes and stands still. */
function story(): Simulation {
  const schedule: Fault[] = [
    { kind: 'partition', nodes: ['b'], at: 15, ms: 10 },
    { kind: 'crash', node: 'a', at: 35, ms: 10 },
    { kind: 'pause', node: 'a', at: 50, ms: 15 },
  ]
  const sim = new Simulation({ faults: schedule, latency: 5 })
  const heard = { a: 0, b: 0 }
  for (const [name, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    sim.node(name, ({ clock, net }) => {
      net.onMessage(name, () => {
        heard[name] += 1
      })
      clock.setInterval(() => net.send(name, other, { n: clock.now() }), 10)
    })
  }
  sim.watch('heard', () => heard.b, 'b')
  sim.watch('both', () => heard.a + heard.b)
  sim.run(70)
  return sim
}

describe('the picture as text', () => {
  it('shows messages between columns, losses with their reason, who was down and who believed what', () => {
    expect(story().picture({ lines: 40, width: 70 })).toMatchInlineSnapshot(`
      [
        "        t  a               b",
        "       10  |               = heard = 0",
        "       10  |               |               = both = 0",
        "       15  |               |               FAULT partition of b for 1…",
        "       15  +---------------x               lost (partition): {n:10}, …",
        "       15  x---------------+               lost (partition): {n:10}, …",
        "       20  +---------------x               lost (partition): {n:20}",
        "       20  x---------------+               lost (partition): {n:20}",
        "       25  |               |               over: partition of b for 1…",
        "       35  X crash         |",
        "       35  +--------------->               {n:30}",
        "       35  x---------------+               lost (receiver is down): {…",
        "       35  .               = heard = 1",
        "       35  .               |               = both = 1",
        "       45  * restart       |",
        "       45  <---------------+               {n:40}",
        "       45  |               |               = both = 2",
        "       50  :               |               FAULT pause of a for 15 ms",
        "       65  |               |               over: pause of a for 15 ms",
        "       65  <---------------+               {n:50}, sent 50",
        "       65  <---------------+               {n:60}",
        "       65  |               |               = both = 4",
        "       70  +--------------->               {n:65}",
        "       70  |               = heard = 2",
        "       70  |               |               = both = 5",
        "time in ms; ---> arrived, ---x lost, X crash, * restart, = state, | up",
      ]
    `)
  })

  it('fits, whatever happened: lines, width, faults kept, gaps counted', () => {
    const kinds = ['partition', 'crash', 'drop', 'pause', 'clog', 'skew'] as const
    const nodes = ['a', 'b', 'c', 'a node with quite a long name']
    fc.assert(
      fc.property(
        faults({ nodes, until: 3_000, kinds, max: 8 }),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 50, max: 120 }),
        (schedule, lines, width) => {
          const sim = new Simulation({ faults: schedule })
          for (const name of nodes) {
            sim.node(name, ({ clock, net }) => {
              net.onMessage(name, () => {})
              clock.setInterval(
                () => net.send(name, nodes[(clock.now() / 50) % 4] ?? 'a', { '"quoted"': clock.now() }),
                50,
              )
            })
          }
          sim.run(4_000)
          const drawn = sim.picture({ lines, width })
          expect(drawn.length).toBeLessThanOrEqual(lines)
          expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(width)
          const shown = sim.events().filter(({ what }) => what !== 'sent' && what !== 'timer').length
          const skipped = drawn.reduce((sum, line) => sum + Number(/(\d+) more$/.exec(line)?.[1] ?? 0), 0)
          const gaps = drawn.filter((line) => line.endsWith(' more')).length
          expect(drawn.length - 2 - gaps + skipped).toBe(shown)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('of nothing is nothing', () => {
    expect(new Simulation().picture()).toEqual([])
  })
})

describe('the picture as SVG', () => {
  it('is well-formed and harmless, whatever the messages hold', () => {
    const sim = story()
    sim.net().send('a', 'b', '</text><script>alert("x")</script>&\u0000')
    sim.run(100)
    const svg = sim.svg()
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;')
    const open: string[] = []
    for (const [, end, name = '', , empty] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[a-z0-9-]+="[^"<]*")*)\s*(\/?)>/gi)) {
      if (end === '/') expect(open.pop()).toBe(name)
      else if (empty !== '/') open.push(name)
    }
    expect(open).toEqual([])
    expect(svg.replace(/<(\/?)([a-z]+)((?:\s[a-z0-9-]+="[^"<]*")*)\s*(\/?)>/gi, '')).not.toMatch(/[<>]/)
    for (const part of ['class="lost"', 'class="down"', 'class="still"', 'marker-end', 'heard = 3'])
      expect(svg).toContain(part)
  })
})

describe('a chaos test that fails', () => {
  it('tells the seed, the shrunk schedule and the picture of what happened under it', async () => {
    const failing = chaos({ nodes: ['a', 'b'], kinds: ['partition', 'crash'], until: 1_000 }, (sim) => {
      let last = 0
      sim.node('a', ({ clock, net }) => void clock.setInterval(() => net.send('a', 'b', 'beat'), 100))
      sim.node('b', ({ clock, net }) => {
        net.onMessage('b', () => {
          last = clock.now()
        })
      })
      sim.always('b hears a', () => sim.now() - last <= 250)
    })
    const { message } = (await failing.catch((caught: Error) => caught)) as Error
    expect(message).toMatch(/^Property failed after \d+ tests\n\{ seed: -?\d+, path: "[\d:]+", endOnFailure: true \}\n/)
    expect(message).toContain('Counterexample: [{"faults":[{"kind":"partition","nodes":["a"],"at":')
    expect(message).toContain('FAULT partition of a for')
    expect(message).toContain('lost (partition): beat')
    expect(message).not.toContain('Hint')
    const again = /Once more: chaos\(\{ \.\.\., examples: \[(.*)\] \}, \.\.\.\)/.exec(message)?.[1]
    expect(JSON.parse(again ?? '')).toMatchObject({ faults: [{ kind: 'partition', nodes: ['a'] }], seed: 0 })
  })
})
