import { describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { createAsk } from '../src/ask.ts'
import { startBroker } from '../src/broker.ts'
import { type Handle, startConsumer } from '../src/consumer.ts'
import { startProducer } from '../src/producer.ts'

async function start(values: string[]) {
  const world = new FakeWorld()
  const disk = new FakeDisk()
  startBroker(world.net, disk.asDisk())
  const producer = startProducer(world.clock, world.net, 'p')
  const offsets = Promise.all(values.map((value) => producer.send(value)))
  await world.pass(100)
  const consume = (handle: Handle) => startConsumer(world.clock, world.net, 'g', handle)
  const journal = () =>
    (disk.files.get('log') ?? '')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { world, producer, offsets: await offsets, consume, journal }
}

describe('ask', () => {
  it('sends again every 500 ms until the answer comes', async () => {
    const world = new FakeWorld()
    const ask = createAsk(world.clock, world.net, 'a')
    let answer: unknown
    void ask({ type: 'x' }).then((got) => {
      answer = got
    })
    await world.pass(1_600)
    expect(world.to('broker').length).toBe(4)
    world.deliver('broker', 'a', { request: 'other', n: 1 })
    await world.pass(10)
    expect(answer).toBe(undefined)
    world.deliver('broker', 'a', { request: world.to('broker')[0]?.['request'], n: 2 })
    await world.pass(2_000)
    expect(answer).toMatchObject({ n: 2 })
    expect(world.to('broker').length).toBe(4)
  })
})

describe('producer', () => {
  it('sends records in order, each once', async () => {
    const { offsets, journal } = await start(['a', 'b', 'c'])
    expect(offsets).toEqual([0, 1, 2])
    expect(journal().map(({ value }) => value)).toEqual(['a', 'b', 'c'])
  })
  it('sends a record again when the answer is lost, and it is in the log once', async () => {
    const { world, producer, journal } = await start([])
    let lost = 0
    world.lose = (from) => from === 'broker' && lost++ < 2
    const sent = producer.send('a')
    await world.pass(2_000)
    expect(await sent).toBe(0)
    expect(journal().length).toBe(1)
  })
  it('has another id after a restart', async () => {
    const { world, journal } = await start(['a'])
    const sent = startProducer(world.clock, world.net, 'p').send('b')
    await world.pass(100)
    expect(await sent).toBe(1)
    expect(journal().length).toBe(2)
  })
})

describe('consumer', () => {
  it('processes all in order and commits each', async () => {
    const { world, consume, journal } = await start(['a', 'b', 'c'])
    const seen: string[] = []
    consume((value) => void seen.push(value))
    await world.pass(1_000)
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(
      journal()
        .filter(({ kind }) => kind === 'commit')
        .map(({ offset }) => offset),
    ).toEqual([1, 2, 3])
  })
  it('goes on with records that come later', async () => {
    const { world, producer, consume } = await start([])
    const seen: string[] = []
    consume((value) => void seen.push(value))
    await world.pass(2_000)
    expect(world.to('broker').filter(({ type }) => type === 'fetch').length).toBeLessThan(6)
    void producer.send('late')
    await world.pass(1_000)
    expect(seen).toEqual(['late'])
  })
  it('goes on at its position after a crash', async () => {
    const { world, consume } = await start(['a', 'b', 'c', 'd'])
    const seen: string[] = []
    // The first one stops in the middle of the third record.
    consume((value) => {
      seen.push(value)
      return value === 'c' ? new Promise(() => {}) : undefined
    })
    await world.pass(1_000)
    expect(seen).toEqual(['a', 'b', 'c'])
    const again: string[] = []
    consume((value) => void again.push(value))
    await world.pass(1_000)
    expect(again).toEqual(['c', 'd'])
  })
  it('begins a record when the commit before is answered', async () => {
    const { world, consume } = await start(['a', 'b'])
    world.lose = (_from, _to, message) => (message as { type: string }).type === 'commit'
    const seen: string[] = []
    consume((value) => void seen.push(value))
    await world.pass(3_000)
    expect(seen).toEqual(['a'])
    world.lose = () => false
    await world.pass(1_000)
    expect(seen).toEqual(['a', 'b'])
  })
})

describe('dead letters', () => {
  const failing: [string, Handle, string][] = [
    [
      'throws',
      () => {
        throw new Error('thrown')
      },
      'thrown',
    ],
    ['rejects', () => Promise.reject(new Error('rejected')), 'rejected'],
    ['never ends', () => new Promise(() => {}), 'timeout'],
  ]
  for (const [how, handle, error] of failing) {
    it(`are records whose handler ${how} three times`, async () => {
      const { world, consume, journal } = await start(['bad', 'good'])
      const seen: [string, number][] = []
      consume((value, offset) => {
        seen.push([value, world.now])
        return value === 'bad' ? handle(value, offset) : undefined
      })
      await world.pass(30_000)
      expect(seen.map(([value]) => value)).toEqual(['bad', 'bad', 'bad', 'good'])
      const took = error === 'timeout' ? 5_000 : 0
      expect(seen[1]![1] - seen[0]![1]).toBe(took + 1_000)
      expect(seen[2]![1] - seen[1]![1]).toBe(took + 2_000)
      expect(journal().filter(({ kind }) => kind === 'letter')).toMatchObject([{ offset: 0, error }])
      const kinds = journal().map(({ kind }) => kind)
      expect(kinds.indexOf('letter')).toBeLessThan(kinds.indexOf('commit'))
    })
  }
  it('are not made of a record that succeeds at its third attempt', async () => {
    const { world, consume, journal } = await start(['a'])
    let attempts = 0
    consume(() => {
      attempts += 1
      if (attempts < 3) throw new Error('not yet')
    })
    await world.pass(10_000)
    expect(attempts).toBe(3)
    expect(journal().some(({ kind }) => kind === 'letter')).toBe(false)
    expect(journal().at(-1)).toMatchObject({ kind: 'commit', offset: 1 })
  })
})
