import { beforeEach, describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { type CoordinatorNode, startCoordinator } from '../src/coordinator.ts'
import { type ParticipantNode, startParticipant } from '../src/participant.ts'

let world: FakeWorld
let disks: Map<string, FakeDisk>
let kills: Map<string, () => void>
let coordinator: CoordinatorNode
const participants = new Map<string, ParticipantNode>()

async function start(name: string): Promise<void> {
  if (!disks.has(name)) disks.set(name, new FakeDisk())
  const { env, kill } = world.node(name, disks.get(name)!)
  kills.set(name, kill)
  if (name === 'c') coordinator = await startCoordinator(env)
  else participants.set(name, await startParticipant(env, { x: 10 }))
}

beforeEach(async () => {
  world = new FakeWorld()
  disks = new Map()
  kills = new Map()
  for (const name of ['c', 'p', 'q']) await start(name)
})

const transfer = (amount: number, request = 1) =>
  world.deliver('client', 'c', {
    type: 'begin',
    request,
    parts: { p: [{ account: 'x', amount: -amount }], q: [{ account: 'x', amount }] },
  })
const balances = () => ['p', 'q'].map((name) => participants.get(name)!.ledger().balances.get('x'))
const prepared = () => ['p', 'q'].map((name) => participants.get(name)!.ledger().prepared.size)
const outcomes = () => world.to('client').map(({ request, outcome }) => [request, outcome])

describe('a transaction', () => {
  it('is committed on both when both can', async () => {
    transfer(4)
    await world.pass(100)
    expect(balances()).toEqual([6, 14])
    expect(outcomes()).toEqual([[1, 'commit']])
    expect(coordinator.open()).toEqual([])
  })
  it('is aborted on both when one cannot', async () => {
    transfer(11)
    await world.pass(100)
    expect(balances()).toEqual([10, 10])
    expect(prepared()).toEqual([0, 0])
    expect(outcomes()).toEqual([[1, 'abort']])
  })
  it('is aborted after 3 s when one does not vote', async () => {
    kills.get('q')!()
    transfer(4)
    await world.pass(2_900)
    expect(outcomes()).toEqual([])
    await world.pass(200)
    expect(outcomes()).toEqual([[1, 'abort']])
    expect(balances()[0]).toBe(10)
    expect(prepared()[0]).toBe(0)
  })
  it('does not share an account with another one', async () => {
    transfer(4, 1)
    transfer(4, 2)
    await world.pass(100)
    expect(outcomes()).toContainEqual([1, 'commit'])
    expect(outcomes()).toContainEqual([2, 'abort'])
    expect(balances()).toEqual([6, 14])
  })
  it('follows another one', async () => {
    for (const request of [1, 2, 3]) {
      transfer(2, request)
      await world.pass(100)
    }
    expect(balances()).toEqual([4, 16])
  })
})

describe('after a crash', () => {
  it('of a participant that has voted, it asks and commits', async () => {
    world.lose = (_from, to, message) => to === 'q' && (message as { type: string }).type === 'decision'
    transfer(4)
    await world.pass(100)
    expect(balances()).toEqual([6, 10])
    kills.get('q')!()
    await start('q')
    expect(prepared()).toEqual([0, 1])
    world.lose = () => false
    await world.pass(2_100)
    expect(balances()).toEqual([6, 14])
    expect(prepared()).toEqual([0, 0])
    expect(coordinator.open()).toEqual([])
  })
  it('of the coordinator that has decided, all commit', async () => {
    world.lose = (_from, _to, message) => (message as { type: string }).type === 'decision'
    transfer(4)
    await world.pass(100)
    kills.get('c')!()
    world.lose = () => false
    await start('c')
    await world.pass(3_000)
    expect(balances()).toEqual([6, 14])
    expect(coordinator.open()).toEqual([])
  })
  it('of the coordinator that has not decided, all abort', async () => {
    world.lose = (from, _to, message) => from === 'q' && (message as { type: string }).type === 'vote'
    transfer(4)
    await world.pass(100)
    expect(prepared()).toEqual([1, 1])
    kills.get('c')!()
    world.lose = () => false
    await start('c')
    await world.pass(3_000)
    expect(balances()).toEqual([10, 10])
    expect(prepared()).toEqual([0, 0])
  })
  it('of the coordinator, ids are new', async () => {
    transfer(1)
    await world.pass(100)
    kills.get('c')!()
    await start('c')
    transfer(1)
    await world.pass(100)
    expect(balances()).toEqual([8, 12])
    expect(new Set(world.to('client').map(({ tx }) => tx)).size).toBe(2)
  })
  it('a commit that was not confirmed is sent again', async () => {
    world.lose = (from, _to, message) => from === 'q' && (message as { type: string }).type === 'finished'
    transfer(4)
    await world.pass(1_000)
    expect(coordinator.open()).toHaveLength(1)
    world.lose = () => false
    await world.pass(2_000)
    expect(coordinator.open()).toEqual([])
    expect(balances()).toEqual([6, 14])
  })
})

describe('a participant', () => {
  it('refuses to prepare what was aborted before', async () => {
    world.deliver('c', 'p', { type: 'decision', tx: '9.9', outcome: 'abort' })
    await world.pass(10)
    world.deliver('c', 'p', { type: 'prepare', tx: '9.9', changes: [{ account: 'x', amount: 1 }] })
    await world.pass(10)
    expect(world.to('c')).toContainEqual({ type: 'vote', tx: '9.9', yes: false })
    expect(prepared()).toEqual([0, 0])
  })
  it('is not answered while votes are collected', async () => {
    world.lose = (from, _to, message) => from === 'q' && (message as { type: string }).type === 'vote'
    transfer(4)
    await world.pass(2_500)
    expect(world.to('p').filter(({ type }) => type === 'decision')).toEqual([])
  })
})
