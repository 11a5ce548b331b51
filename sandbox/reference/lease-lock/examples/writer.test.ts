import { describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { startServer } from '../src/server.ts'
import { startStore } from '../src/store-server.ts'
import { startWriter } from '../src/writer.ts'

const write = (token: number, sequence: number, value: string) => ({ type: 'write', token, sequence, value })
const written = (token: number, sequence: number, applied: boolean) => ({ type: 'written', token, sequence, applied })

describe('store node', () => {
  it('applies a write, answers it and keeps it on the disk', async () => {
    const world = new FakeWorld()
    const disk = new FakeDisk()
    const store = startStore(world.net, disk.asDisk())
    world.deliver('a', 'store', write(1, 1, 'hello world'))
    await world.pass(50)
    expect(store.read()).toBe('hello world')
    expect(world.to('a')).toEqual([written(1, 1, true)])
    expect(disk.files.get('writes')).toBe('1 1 hello world\n')
  })
  it('rejects lower tokens and repeated sequence numbers', async () => {
    const world = new FakeWorld()
    const store = startStore(world.net, new FakeDisk().asDisk())
    world.deliver('b', 'store', write(2, 1, 'new'))
    world.deliver('a', 'store', write(1, 7, 'old'), 10)
    world.deliver('b', 'store', write(2, 1, 'again'), 20)
    await world.pass(50)
    expect(store.read()).toBe('new')
    expect(world.to('a')).toEqual([written(1, 7, false)])
    expect(world.to('b')).toEqual([written(2, 1, true), written(2, 1, false)])
  })
  it('knows its writes after a restart', async () => {
    const disk = new FakeDisk()
    disk.files.set('writes', '1 1 x\n3 2 y z\n')
    const world = new FakeWorld()
    const store = startStore(world.net, disk.asDisk())
    expect(store.read()).toBe('y z')
    expect(store.greatestToken()).toBe(3)
    world.deliver('a', 'store', write(2, 9, 'late'))
    world.deliver('a', 'store', write(3, 2, 'twice'))
    await world.pass(50)
    expect(store.read()).toBe('y z')
  })
  it('takes a torn last line away', async () => {
    const disk = new FakeDisk()
    disk.files.set('writes', '1 1 x\n1 2')
    const store = startStore(new FakeWorld().net, disk.asDisk())
    expect(store.read()).toBe('x')
    expect(disk.files.get('writes')).toBe('1 1 x\n')
  })
  it('goes on after the disk has refused a write', async () => {
    const world = new FakeWorld()
    const disk = new FakeDisk()
    const store = startStore(world.net, disk.asDisk())
    disk.failing = true
    world.deliver('a', 'store', write(1, 1, 'x'))
    await world.pass(50)
    expect(world.to('a')).toEqual([])
    disk.failing = false
    world.deliver('a', 'store', write(1, 2, 'y'))
    await world.pass(50)
    expect(store.read()).toBe('y')
  })
})

describe('writer', () => {
  function start() {
    const world = new FakeWorld()
    startServer(world.clock, world.net, 10_000)
    const store = startStore(world.net, new FakeDisk().asDisk())
    const applied: string[] = []
    const writers = ['a', 'b'].map((name) =>
      startWriter(
        world.clock,
        world.net,
        name,
        () => name,
        (_token, value) => applied.push(value),
      ),
    )
    return { world, store, applied, writers }
  }
  it('writes every second while it holds the lock', async () => {
    const { world, store, applied } = start()
    await world.pass(10_500)
    expect(applied.length).toBe(10)
    expect(new Set(applied)).toEqual(new Set(['a']))
    expect(store.greatestToken()).toBe(1)
  })
  it('is followed by the other one when it is cut off', async () => {
    const { world, applied, writers } = start()
    await world.pass(5_500)
    world.lose = (from, to) => from === 'a' || to === 'a'
    await world.pass(20_000)
    expect(writers[0]?.token()).toBe(undefined)
    expect(applied.at(-1)).toBe('b')
  })
  it('releases the lock when a write is rejected', async () => {
    const { world, store, writers } = start()
    await world.pass(2_500)
    world.deliver('x', 'store', write(5, 1, 'other'))
    await world.pass(1_000)
    expect(store.read()).toBe('other')
    expect(writers[0]?.token()).toBe(undefined)
    expect(world.to('lock').some(({ type }) => type === 'release')).toBe(true)
  })
})
