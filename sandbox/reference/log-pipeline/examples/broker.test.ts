import { describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { startBroker } from '../src/broker.ts'
import { openJournal } from '../src/journal.ts'

describe('journal', () => {
  it('replays its entries in order', async () => {
    const disk = new FakeDisk()
    const journal = openJournal(disk.asDisk(), 'j', () => {})
    await Promise.all([journal.append({ n: 1 }), journal.append({ n: 2 })])
    const replayed: unknown[] = []
    openJournal(disk.asDisk(), 'j', (entry) => replayed.push(entry))
    expect(replayed).toEqual([{ n: 1 }, { n: 2 }])
  })
  it('drops a torn last line', async () => {
    const disk = new FakeDisk()
    disk.files.set('j', '{"n":1}\n{"n":')
    const replayed: unknown[] = []
    const journal = openJournal(disk.asDisk(), 'j', (entry) => replayed.push(entry))
    expect(replayed).toEqual([{ n: 1 }])
    await journal.append({ n: 2 })
    expect(disk.files.get('j')).toBe('{"n":1}\n{"n":2}\n')
  })
  it('rejects what the disk refuses, and goes on', async () => {
    const disk = new FakeDisk()
    const journal = openJournal(disk.asDisk(), 'j', () => {})
    await journal.append({ n: 1 })
    disk.failing = true
    await expect(journal.append({ n: 2 })).rejects.toThrow('EIO')
    disk.failing = false
    await journal.append({ n: 3 })
    expect(disk.files.get('j')).toBe('{"n":1}\n{"n":3}\n')
  })
})

describe('broker', () => {
  function start(disk = new FakeDisk()) {
    const world = new FakeWorld()
    startBroker(world.net, disk.asDisk())
    let count = 0
    const ask = async (message: Record<string, unknown>) => {
      count += 1
      world.deliver('c', 'broker', { ...message, request: String(count) })
      await world.pass(20)
      const { request, ...answer } = world.to('c').at(-1) ?? {}
      expect(request).toBe(String(count))
      return answer
    }
    const append = (producer: string, number: number, value: string) => ask({ type: 'append', producer, number, value })
    return { world, disk, ask, append }
  }
  it('appends records at offsets from 0 on', async () => {
    const { ask, append } = start()
    expect(await append('p', 1, 'a')).toEqual({ type: 'appended', offset: 0 })
    expect(await append('q', 1, 'b')).toEqual({ type: 'appended', offset: 1 })
    expect(await append('p', 2, 'c')).toEqual({ type: 'appended', offset: 2 })
    const records = ['a', 'b', 'c'].map((value, offset) => ({ offset, value }))
    expect(await ask({ type: 'fetch', offset: 0, max: 10 })).toEqual({ type: 'records', records })
    expect(await ask({ type: 'fetch', offset: 1, max: 1 })).toEqual({ type: 'records', records: [records[1]] })
    expect(await ask({ type: 'fetch', offset: 3, max: 10 })).toEqual({ type: 'records', records: [] })
  })
  it('appends a repeated record once', async () => {
    const { ask, append } = start()
    await append('p', 1, 'a')
    await append('p', 2, 'b')
    expect(await append('p', 1, 'a')).toEqual({ type: 'appended', offset: 0 })
    expect(await append('p', 2, 'b')).toEqual({ type: 'appended', offset: 1 })
    expect(((await ask({ type: 'fetch', offset: 0, max: 10 }))['records'] as unknown[]).length).toBe(2)
  })
  it('refuses a gap', async () => {
    const { append } = start()
    expect(await append('p', 2, 'b')).toEqual({ type: 'refused', expected: 1 })
  })
  it('knows all after a restart', async () => {
    const first = start()
    await first.append('p', 1, 'a')
    await first.ask({ type: 'commit', group: 'g', offset: 1 })
    await first.ask({ type: 'bury', group: 'g', offset: 0, error: 'e' })
    const { ask, append } = start(first.disk)
    expect(await append('p', 1, 'a')).toEqual({ type: 'appended', offset: 0 })
    expect(await append('p', 2, 'b')).toEqual({ type: 'appended', offset: 1 })
    expect(await ask({ type: 'position', group: 'g' })).toEqual({ type: 'position', offset: 1 })
    expect(await ask({ type: 'dead', group: 'g' })).toEqual({
      type: 'letters',
      letters: [{ offset: 0, value: 'a', error: 'e' }],
    })
  })
  it('keeps positions from falling, by group', async () => {
    const { ask } = start()
    expect(await ask({ type: 'position', group: 'g' })).toEqual({ type: 'position', offset: 0 })
    expect(await ask({ type: 'commit', group: 'g', offset: 3 })).toEqual({ type: 'position', offset: 3 })
    expect(await ask({ type: 'commit', group: 'g', offset: 2 })).toEqual({ type: 'position', offset: 3 })
    expect(await ask({ type: 'position', group: 'h' })).toEqual({ type: 'position', offset: 0 })
  })
  it('keeps the first dead letter of an offset, in order', async () => {
    const { ask } = start()
    await ask({ type: 'bury', group: 'g', offset: 2, error: 'x' })
    await ask({ type: 'bury', group: 'g', offset: 1, error: 'y' })
    await ask({ type: 'bury', group: 'g', offset: 2, error: 'z' })
    const { letters } = await ask({ type: 'dead', group: 'g' })
    expect(letters).toMatchObject([
      { offset: 1, error: 'y' },
      { offset: 2, error: 'x' },
    ])
    expect(await ask({ type: 'dead', group: 'h' })).toEqual({ type: 'letters', letters: [] })
  })
  it('does not answer when the disk refuses', async () => {
    const { world, disk, append } = start()
    disk.failing = true
    world.deliver('c', 'broker', { type: 'append', request: 'x', producer: 'p', number: 1, value: 'a' })
    await world.pass(50)
    expect(world.to('c')).toEqual([])
    disk.failing = false
    expect(await append('p', 1, 'a')).toEqual({ type: 'appended', offset: 0 })
  })
})
