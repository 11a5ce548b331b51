import { describe, expect, it } from 'vitest'
import { type Fault, Simulation } from '../../../sandbox/sim/index.ts'

/** Nodes a, b, c that note what they hear; returns when and what `to` heard from `from`. */
function stage(faults: Fault[] = [], options: { latency?: number; jitter?: number; seed?: number } = {}) {
  const sim = new Simulation({ faults, ...options })
  const net = sim.net()
  const heard: { at: number; from: string; to: string; message: unknown }[] = []
  for (const to of ['a', 'b', 'c']) {
    sim.node(to, () => net.onMessage(to, (from, message) => void heard.push({ at: sim.now(), from, to, message })))
  }
  const times = (from: string, to: string) => heard.filter((h) => h.from === from && h.to === to).map((h) => h.at)
  const sendAt = (ms: number, from: string, to: string, message: unknown = 'x') =>
    sim.at(ms, () => net.send(from, to, message))
  return { sim, net, heard, times, sendAt }
}

describe('messages', () => {
  it('arrive after the latency, and not before', () => {
    const { sim, net, times } = stage([], { latency: 30 })
    net.send('a', 'b', 'x')
    sim.run(29)
    expect(times('a', 'b')).toEqual([])
    expect(sim.messages).toMatchObject([{ sentAt: 0, deliveredAt: null, lost: null }])
    sim.run(30)
    expect(times('a', 'b')).toEqual([30])
    expect(sim.messages).toMatchObject([{ from: 'a', to: 'b', message: 'x', deliveredAt: 30, duplicate: false }])
  })

  it('are copies: neither sender nor receiver can change what the other or an observer sees', () => {
    const sim = new Simulation()
    const net = sim.net()
    const got: unknown[] = []
    net.onMessage('b', (_from, message) => {
      got.push(structuredClone(message))
      ;(message as { list: number[] }).list.push(99)
    })
    const message = { list: [1], when: new Date(5), none: undefined, map: new Map([['k', { v: 1 }]]) }
    net.send('a', 'b', message)
    message.list.push(2)
    sim.run(10)
    const sent = { list: [1], when: new Date(5), none: undefined, map: new Map([['k', { v: 1 }]]) }
    expect(got).toEqual([sent])
    expect(sim.messages[0]?.message).toEqual(sent)
  })

  it('cannot carry functions or refer to themselves', () => {
    const { net } = stage()
    const loop: { self?: unknown } = {}
    loop.self = loop
    expect(() => net.send('a', 'b', { reply: () => {} })).toThrow(/cannot carry a function/)
    expect(() => net.send('a', 'b', loop)).toThrow(/refers to itself/)
  })

  it('to a node without a handler are lost, and say so', () => {
    const { sim, net } = stage()
    net.send('a', 'nobody', 'x')
    sim.run(10)
    expect(sim.messages).toMatchObject([{ deliveredAt: null, lost: 'receiver has no handler' }])
    expect(sim.history()).toEqual(['t=5 a -x nobody "x" lost: receiver has no handler'])
  })

  it('have one handler per node', () => {
    const { net } = stage()
    expect(() => net.onMessage('a', () => {})).toThrow(/"a" already has a message handler/)
  })

  it('with jitter, take from latency to latency + jitter, and not always the same', () => {
    const { sim, sendAt } = stage([], { latency: 10, jitter: 4, seed: 7 })
    for (let i = 0; i < 300; i += 1) sendAt(i * 100, 'a', 'b')
    sim.run(100_000)
    const taken = sim.messages.map((message) => (message.deliveredAt ?? 0) - message.sentAt)
    expect([...new Set(taken)].toSorted()).toEqual([10, 11, 12, 13, 14])
  })
})

describe('a partition', () => {
  const cut: Fault = { kind: 'partition', nodes: ['a'], at: 100, ms: 100 }

  it('cuts both ways, leaves the others alone, and heals', () => {
    const { sim, times, sendAt } = stage([cut])
    for (const at of [50, 150, 200]) {
      sendAt(at, 'a', 'b')
      sendAt(at, 'b', 'a')
      sendAt(at, 'b', 'c')
    }
    sim.run(1000)
    expect(times('a', 'b')).toEqual([55, 205])
    expect(times('b', 'a')).toEqual([55, 205])
    expect(times('b', 'c')).toEqual([55, 155, 205])
  })

  it('lets the nodes that are cut off together talk, and a node talk to itself', () => {
    const { sim, times, sendAt } = stage([{ ...cut, nodes: ['a', 'b'] }])
    sendAt(150, 'a', 'b')
    sendAt(150, 'a', 'a')
    sendAt(150, 'a', 'c')
    sim.run(1000)
    expect(times('a', 'b')).toEqual([155])
    expect(times('a', 'a')).toEqual([155])
    expect(times('a', 'c')).toEqual([])
  })

  it('takes a message that is cut off when it is sent or when it would arrive, but not in between', () => {
    const { sim, times, sendAt } = stage([cut], { latency: 20 })
    for (const at of [79, 80, 99, 100, 199, 200]) sendAt(at, 'a', 'b')
    sim.run(1000)
    expect(times('a', 'b')).toEqual([99, 220])
    const slow = stage([cut], { latency: 150 })
    slow.sendAt(90, 'a', 'b')
    slow.sim.run(1000)
    expect(slow.times('a', 'b')).toEqual([240])
  })
})

describe('other faults on links', () => {
  it('a one-way cut leaves the way back open, to one node or to all', () => {
    for (const to of ['b', '*']) {
      const { sim, times, sendAt } = stage([{ kind: 'one-way', from: 'a', to, at: 0, ms: 100 }])
      sendAt(50, 'a', 'b')
      sendAt(50, 'b', 'a')
      sendAt(50, 'a', 'c')
      sim.run(1000)
      expect(times('a', 'b')).toEqual([])
      expect(times('b', 'a')).toEqual([55])
      expect(times('a', 'c')).toEqual(to === '*' ? [] : [55])
    }
  })

  it('a delay makes what the node sends meanwhile late, so that later messages may overtake it', () => {
    const { sim, heard, sendAt } = stage([{ kind: 'delay', node: 'a', at: 100, ms: 10, extra: 500 }])
    sendAt(105, 'a', 'b', 'late')
    sendAt(110, 'a', 'b', 'in time')
    sendAt(105, 'b', 'a', 'other way')
    sim.run(1000)
    expect(heard.map(({ at, message }) => [at, message])).toEqual([
      [110, 'other way'],
      [115, 'in time'],
      [610, 'late'],
    ])
    expect(sim.messages.map(({ message }) => message)).toEqual(['late', 'other way', 'in time'])
    expect(sim.received('b').map(({ deliveredAt }) => deliveredAt)).toEqual([115, 610])
    expect(sim.received('b', 'c')).toEqual([])
    expect(sim.received('a', 'b')).toMatchObject([{ message: 'other way', deliveredAt: 110 }])
  })

  it('two delays add up', () => {
    const delay: Fault = { kind: 'delay', node: 'a', at: 0, ms: 10, extra: 100 }
    const { sim, net, times } = stage([delay, delay])
    net.send('a', 'b', 'x')
    sim.run(1000)
    expect(times('a', 'b')).toEqual([205])
  })

  it('a drop takes the first messages of its time, and only so many', () => {
    const { sim, times, sendAt } = stage([{ kind: 'drop', from: 'a', to: 'b', at: 100, ms: 1000, count: 2 }])
    for (const at of [50, 150, 250, 350]) sendAt(at, 'a', 'b')
    sendAt(120, 'a', 'c')
    sim.run(2000)
    expect(times('a', 'b')).toEqual([55, 355])
    expect(times('a', 'c')).toEqual([125])
    expect(sim.history()).toContain('t=150 a -x b "x" lost: drop')
  })

  it('a drop counts each link by itself', () => {
    const { sim, times, sendAt } = stage([{ kind: 'drop', from: 'a', to: '*', at: 0, ms: 1000, count: 1 }])
    for (const [at, to] of [
      [10, 'b'],
      [20, 'c'],
      [30, 'b'],
      [40, 'c'],
    ] as const)
      sendAt(at, 'a', to)
    sim.run(2000)
    expect(times('a', 'b')).toEqual([35])
    expect(times('a', 'c')).toEqual([45])
  })

  it('a duplicate arrives a second time, as a message of its own', () => {
    const { sim, times, sendAt } = stage([{ kind: 'duplicate', from: '*', to: 'b', at: 0, ms: 100, extra: 40 }])
    sendAt(10, 'a', 'b', { n: 1 })
    sendAt(10, 'b', 'a')
    sendAt(200, 'a', 'b')
    sim.run(1000)
    expect(times('a', 'b')).toEqual([15, 55, 205])
    expect(times('b', 'a')).toEqual([15])
    expect(sim.messages.filter((message) => message.duplicate)).toMatchObject([{ message: { n: 1 }, deliveredAt: 55 }])
  })
})

describe('a schedule that makes no sense', () => {
  it('is refused, with the fault in the message', () => {
    const wrong = [
      { kind: 'partition', nodes: ['a'], at: -1, ms: 5 },
      { kind: 'crash', node: 'a', at: 0, durationMs: 5 },
      { kind: 'delay', node: 'a', at: 0, ms: 5 },
      { kind: 'drop', from: 'a', to: 'b', at: 0, ms: 5, count: 0 },
      { kind: 'partition', node: 'a', at: 0, ms: 5 },
      { kind: 'one-way', from: 'a', at: 0, ms: 5 },
      { kind: 'meteor', node: 'a', at: 0, ms: 5 },
    ]
    for (const fault of wrong) {
      expect(() => new Simulation({ faults: [fault as unknown as Fault] })).toThrow(JSON.stringify(fault))
    }
  })

  it('is refused when it names a node that never took part', () => {
    const { sim } = stage([{ kind: 'partition', nodes: ['w9'], at: 10, ms: 5 }])
    sim.run(9)
    expect(() => sim.run(20)).toThrow(/"w9".*there are: a, b, c/)
  })
})
