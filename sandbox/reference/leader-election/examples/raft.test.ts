import { beforeEach, describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { type RaftNode, startRaft } from '../src/raft.ts'

const NAMES = ['a', 'b', 'c']
/** Beyond the shortest election timeout: a is always the first. */
const LATER: Record<string, number> = { a: 0, b: 400, c: 800 }

let world: FakeWorld
let disks: Map<string, FakeDisk>
let nodes: Map<string, RaftNode>
let committed: Map<string, string[]>
let kills: Map<string, () => void>

async function start(name: string): Promise<void> {
  const { env, kill } = world.node(name, disks.get(name)!, () => LATER[name]!)
  committed.set(name, [])
  const others = NAMES.filter((other) => other !== name)
  nodes.set(name, await startRaft(env, others, (_index, command) => committed.get(name)!.push(command)))
  kills.set(name, kill)
}

beforeEach(async () => {
  world = new FakeWorld()
  disks = new Map(NAMES.map((name) => [name, new FakeDisk()]))
  nodes = new Map()
  committed = new Map()
  kills = new Map()
  for (const name of NAMES) await start(name)
})

const status = (name: string) => nodes.get(name)!.status()
const isolate = (name: string) => {
  world.lose = (from, to) => from === name || to === name
}
const propose = (to: string, request: number, command: string) =>
  world.deliver('client', to, { type: 'propose', request, command })

describe('elections', () => {
  it('make one leader whom all follow', async () => {
    await world.pass(1_100)
    expect(status('a')).toMatchObject({ role: 'leader', term: 1 })
    for (const name of NAMES) expect(status(name).leader).toBe('a')
  })
  it('are not repeated while the leader lives', async () => {
    await world.pass(20_000)
    expect(status('a')).toMatchObject({ role: 'leader', term: 1 })
  })
  it('replace a leader that has crashed', async () => {
    await world.pass(1_500)
    kills.get('a')!()
    await world.pass(3_000)
    expect(status('b').role).toBe('leader')
    expect(status('b').term).toBeGreaterThan(1)
    expect(status('c').leader).toBe('b')
  })
  it('do not succeed without a majority', async () => {
    kills.get('b')!()
    kills.get('c')!()
    await world.pass(10_000)
    expect(status('a').role).not.toBe('leader')
  })
  it('bring a leader that was cut off back as a follower', async () => {
    await world.pass(1_500)
    isolate('a')
    await world.pass(3_000)
    expect(status('b').role).toBe('leader')
    world.lose = () => false
    await world.pass(1_000)
    expect(status('a')).toMatchObject({ role: 'follower', leader: 'b' })
  })
  it('end for a leader that nobody answers', async () => {
    await world.pass(1_500)
    isolate('a')
    await world.pass(4_100)
    expect(status('a').role).not.toBe('leader')
  })
  it('are kept alive every 300 ms', async () => {
    await world.pass(2_000)
    world.sent.length = 0
    await world.pass(3_000)
    expect(world.sent.filter(({ from, to }) => from === 'a' && to === 'b')).toHaveLength(10)
  })
  it('respect a vote over a restart', async () => {
    await world.pass(1_100)
    kills.get('b')!()
    await start('b')
    world.sent.length = 0
    world.deliver('c', 'b', { type: 'vote', term: 1, lastIndex: 9, lastTerm: 9 })
    await world.pass(10)
    expect(world.to('c').filter(({ type }) => type === 'vote-answer')).toEqual([
      { type: 'vote-answer', term: 1, granted: false },
    ])
  })
})

describe('commands', () => {
  it('are committed on all nodes and confirmed', async () => {
    await world.pass(1_100)
    propose('a', 1, 'x')
    propose('a', 2, 'y')
    await world.pass(1_000)
    for (const name of NAMES) expect(committed.get(name)).toEqual(['x', 'y'])
    expect(world.to('client')).toEqual([
      { type: 'committed', request: 1, index: 2 },
      { type: 'committed', request: 2, index: 3 },
    ])
  })
  it('are refused by a follower, which names the leader', async () => {
    await world.pass(1_100)
    propose('b', 7, 'x')
    await world.pass(10)
    expect(world.to('client')).toEqual([{ type: 'refused', request: 7, leader: 'a' }])
  })
  it('wait for a majority', async () => {
    await world.pass(1_100)
    isolate('a')
    propose('a', 1, 'x')
    await world.pass(500)
    expect(committed.get('a')).toEqual([])
    expect(world.to('client')).toEqual([])
  })
  it('of a leader that was cut off give way to those of the next one, and their clients are told', async () => {
    await world.pass(1_100)
    isolate('a')
    propose('a', 1, 'lost')
    await world.pass(3_000)
    propose('b', 2, 'kept')
    await world.pass(500)
    world.lose = () => false
    await world.pass(2_000)
    for (const name of NAMES) expect(committed.get(name)).toEqual(['kept'])
    expect(nodes.get('a')!.log()).toEqual(nodes.get('b')!.log())
    expect(world.to('client')).toContainEqual({ type: 'unknown', request: 1 })
  })
  it('survive a restart of all nodes', async () => {
    await world.pass(1_100)
    propose('a', 1, 'x')
    await world.pass(1_000)
    for (const kill of kills.values()) kill()
    for (const name of NAMES) await start(name)
    await world.pass(3_000)
    for (const name of NAMES) expect(committed.get(name)).toEqual(['x'])
  })
  it('reach a node that was down, however many there are', async () => {
    await world.pass(1_100)
    kills.get('c')!()
    for (let request = 1; request <= 10; request += 1) propose('a', request, `${request}`)
    await world.pass(1_000)
    await start('c')
    await world.pass(2_000)
    expect(committed.get('c')).toEqual(Array.from({ length: 10 }, (_, at) => `${at + 1}`))
  })
})
