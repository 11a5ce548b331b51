import { describe, expect, it } from 'vitest'
import { FakeWorld } from '../../fakes.ts'
import { startClient } from '../src/client.ts'
import { createLeaseTable } from '../src/leases.ts'
import { startServer } from '../src/server.ts'
import { createStore } from '../src/store.ts'

const LEASE_MS = 10_000

describe('lease table', () => {
  it('grants a free lock with the first token', () => {
    expect(createLeaseTable(LEASE_MS).acquire('a', 5)).toEqual({ ok: true, token: 1, until: 10_005 })
  })
  it('refuses a second client and names the time left', () => {
    const table = createLeaseTable(LEASE_MS)
    table.acquire('a', 0)
    expect(table.acquire('b', 4_000)).toEqual({ ok: false, leftMs: 6_000 })
  })
  it('gives a greater token after expiry', () => {
    const table = createLeaseTable(LEASE_MS)
    table.acquire('a', 0)
    expect(table.acquire('b', 10_000)).toMatchObject({ ok: true, token: 2 })
  })
  it('gives a greater token after a release', () => {
    const table = createLeaseTable(LEASE_MS)
    table.acquire('a', 0)
    expect(table.release('a', 1, 100)).toBe(true)
    expect(table.current(100)).toBe(undefined)
    expect(table.acquire('b', 200)).toMatchObject({ ok: true, token: 2 })
  })
  it('extends with the same token', () => {
    const table = createLeaseTable(LEASE_MS)
    table.acquire('a', 0)
    expect(table.extend('a', 1, 3_000)).toBe(true)
    expect(table.current(3_000)).toEqual({ holder: 'a', token: 1, until: 13_000 })
    expect(table.acquire('a', 6_000)).toEqual({ ok: true, token: 1, until: 16_000 })
  })
  it('does not extend or release with another token or for another client', () => {
    const table = createLeaseTable(LEASE_MS)
    table.acquire('a', 0)
    expect(table.extend('a', 2, 1)).toBe(false)
    expect(table.extend('b', 1, 1)).toBe(false)
    expect(table.release('a', 2, 1)).toBe(false)
    expect(table.release('b', 1, 1)).toBe(false)
    expect(table.current(1)?.until).toBe(10_000)
  })
  it('does not extend a lease that has ended', () => {
    const table = createLeaseTable(LEASE_MS)
    table.acquire('a', 0)
    expect(table.extend('a', 1, 10_500)).toBe(false)
  })
})

describe('fenced store', () => {
  it('takes rising and equal tokens and rejects lower ones', () => {
    const store = createStore()
    expect(store.write(1, 'x')).toBe(true)
    expect(store.write(1, 'y')).toBe(true)
    expect(store.write(3, 'z')).toBe(true)
    expect(store.write(2, 'late')).toBe(false)
    expect(store.read()).toBe('z')
    expect(store.greatestToken()).toBe(3)
  })
})

describe('server', () => {
  function start() {
    const world = new FakeWorld()
    startServer(world.clock, world.net, LEASE_MS)
    return world
  }
  it('grants, refuses, extends and releases', async () => {
    const world = start()
    world.deliver('a', 'lock', { type: 'acquire', request: 1 })
    world.deliver('b', 'lock', { type: 'acquire', request: 1 }, 1_000)
    world.deliver('a', 'lock', { type: 'extend', request: 2, token: 1 }, 2_000)
    world.deliver('a', 'lock', { type: 'extend', request: 3, token: 9 }, 3_000)
    world.deliver('a', 'lock', { type: 'release', request: 4, token: 1 }, 4_000)
    world.deliver('a', 'lock', { type: 'release', request: 5, token: 1 }, 5_000)
    await world.pass(6_000)
    expect(world.sent.map(({ to, message }) => [to, message])).toEqual([
      ['a', { type: 'granted', request: 1, token: 1, leaseMs: LEASE_MS }],
      ['b', { type: 'refused', request: 1, leftMs: 9_000 }],
      ['a', { type: 'granted', request: 2, token: 1, leaseMs: LEASE_MS }],
      ['a', { type: 'refused', request: 3, leftMs: 0 }],
      ['a', { type: 'released', request: 4 }],
      ['a', { type: 'refused', request: 5, leftMs: 0 }],
    ])
  })
  it('ignores other messages', async () => {
    const world = start()
    for (const message of [null, 'x', { type: 'steal', request: 1 }]) world.deliver('a', 'lock', message)
    await world.pass(100)
    expect(world.sent).toEqual([])
  })
})

describe('client', () => {
  function start() {
    const world = new FakeWorld()
    startServer(world.clock, world.net, LEASE_MS)
    let lost = 0
    const client = startClient(world.clock, world.net, 'a', () => {
      lost += 1
    })
    return { world, client, lost: () => lost }
  }
  it('gets the lock and keeps it by extensions every 3 s', async () => {
    const { world, client, lost } = start()
    await world.pass(30_000)
    expect(client.token()).toBe(1)
    expect(lost()).toBe(0)
    expect(world.sent.filter(({ to, message }) => to === 'lock' && message['type'] === 'extend').length).toBe(9)
  })
  it('loses the lock 8 s after the last answer when it is cut off, and tells it once', async () => {
    const { world, client, lost } = start()
    await world.pass(1_000)
    world.lose = () => true
    await world.pass(6_900)
    expect(client.token()).toBe(1)
    await world.pass(300)
    expect(client.token()).toBe(undefined)
    expect(lost()).toBe(1)
    await world.pass(20_000)
    expect(lost()).toBe(1)
  })
  it('waits while another has the lock, and asks every 2 s', async () => {
    const world = new FakeWorld()
    startServer(world.clock, world.net, LEASE_MS)
    world.deliver('b', 'lock', { type: 'acquire', request: 1 })
    await world.pass(10)
    const client = startClient(world.clock, world.net, 'a', () => {})
    await world.pass(9_000)
    expect(client.token()).toBe(undefined)
    expect(world.to('lock').length).toBe(5)
    await world.pass(3_000)
    expect(client.token()).toBe(2)
  })
  it('ignores a grant that comes too late', async () => {
    const world = new FakeWorld()
    const client = startClient(world.clock, world.net, 'a', () => {})
    const request = world.to('lock')[0]?.['request']
    world.deliver('lock', 'a', { type: 'granted', request, token: 1, leaseMs: LEASE_MS }, 9_000)
    await world.pass(9_500)
    expect(client.token()).toBe(undefined)
  })
  it('releases the lock when it is stopped, and asks no more', async () => {
    const { world, client } = start()
    await world.pass(1_000)
    client.stop()
    expect(client.token()).toBe(undefined)
    await world.pass(20_000)
    expect(world.to('lock').at(-1)).toMatchObject({ type: 'release', token: 1 })
  })
})
