import { beforeEach, describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { openJournal } from '../src/journal.ts'
import { type OrchestratorNode, startOrchestrator } from '../src/orchestrator.ts'
import { advance, next, startProgress } from '../src/progress.ts'
import { type ServiceNode, startService } from '../src/service.ts'
import { giveBack, keyOf, openStock, take } from '../src/stock.ts'

describe('progress', () => {
  const steps = [
    { service: 's', amount: 1 },
    { service: 't', amount: 2 },
  ]
  it('goes through all steps to the end', () => {
    let progress = startProgress(steps)
    expect(next(progress)).toEqual({ ask: 'do', step: 0 })
    progress = advance(progress, { what: 'done', step: 0 })
    expect(next(progress)).toEqual({ ask: 'do', step: 1 })
    progress = advance(progress, { what: 'done', step: 1 })
    expect(next(progress)).toEqual({ end: 'completed' })
    expect(next(advance(progress, { what: 'ended', end: 'completed' }))).toBe(null)
  })
  it('goes back from a refusal', () => {
    let progress = advance(startProgress(steps), { what: 'done', step: 0 })
    progress = advance(progress, { what: 'refused', step: 1 })
    expect(next(progress)).toEqual({ ask: 'undo', step: 0 })
    progress = advance(progress, { what: 'undone', step: 0 })
    expect(next(progress)).toEqual({ end: 'compensated' })
  })
  it('compensates a step that was given up', () => {
    const progress = advance(startProgress(steps), { what: 'given-up', step: 0 })
    expect(next(progress)).toEqual({ ask: 'undo', step: 0 })
  })
  it('takes no notice of what belongs to another step', () => {
    const progress = startProgress(steps)
    expect(advance(progress, { what: 'done', step: 1 })).toBe(progress)
    expect(advance(progress, { what: 'undone', step: 0 })).toBe(progress)
  })
})

describe('stock', () => {
  const key = keyOf('m1', 0)
  it('is taken once', () => {
    const stock = take(openStock(5), key, 2)
    expect(stock.left).toBe(3)
    expect(take(stock, key, 2).left).toBe(3)
  })
  it('can be taken to the last piece, and not beyond', () => {
    expect(take(openStock(5), key, 5)).toMatchObject({ left: 0 })
    expect(take(openStock(5), key, 6)).toMatchObject({ left: 5 })
    expect(take(openStock(5), key, 6).given.get(key)?.state).toBe('refused')
  })
  it('is given back once', () => {
    const stock = giveBack(take(openStock(5), key, 2), key)
    expect(stock.left).toBe(5)
    expect(giveBack(stock, key).left).toBe(5)
    expect(take(stock, key, 2).left).toBe(5)
  })
  it('is not taken after a compensation that came first', () => {
    expect(take(giveBack(openStock(5), key), key, 2).left).toBe(5)
  })
})

describe('journal', () => {
  it('leaves out what is torn, and goes on after it', async () => {
    const disk = new FakeDisk()
    disk.files.set('j', '1\n2\n{"thr')
    const journal = await openJournal<number>(disk.asDisk(), 'j')
    await journal.append(3)
    expect((await openJournal<number>(disk.asDisk(), 'j')).records).toEqual([1, 2, 3])
  })
})

describe('a saga', () => {
  let world: FakeWorld
  let disks: Map<string, FakeDisk>
  let kills: Map<string, () => void>
  let orchestrator: OrchestratorNode
  const services = new Map<string, ServiceNode>()

  async function start(name: string): Promise<void> {
    if (!disks.has(name)) disks.set(name, new FakeDisk())
    const { env, kill } = world.node(name, disks.get(name)!)
    kills.set(name, kill)
    if (name === 'o') orchestrator = await startOrchestrator(env)
    else services.set(name, await startService(env, 10))
  }

  beforeEach(async () => {
    world = new FakeWorld()
    disks = new Map()
    kills = new Map()
    for (const name of ['o', 's', 't', 'u']) await start(name)
  })

  const order = (...amounts: number[]) =>
    world.deliver('m', 'o', {
      type: 'start',
      saga: 'm1',
      steps: amounts.map((amount, at) => ({ service: 'stu'[at]!, amount })),
    })
  const left = () => ['s', 't', 'u'].map((name) => services.get(name)!.stock().left)
  const ends = () => world.to('m').map(({ end }) => end)
  const loseType = (...types: string[]) => {
    world.lose = (_from, _to, message) => types.includes((message as { type: string }).type)
  }

  it('is completed', async () => {
    order(1, 2, 3)
    await world.pass(100)
    expect(left()).toEqual([9, 8, 7])
    expect(ends()).toEqual(['completed'])
    expect(orchestrator.open()).toEqual([])
  })
  it('is compensated in the opposite order when a step is refused', async () => {
    order(1, 2, 11)
    await world.pass(100)
    expect(left()).toEqual([10, 10, 10])
    expect(ends()).toEqual(['compensated'])
    expect(world.sent.filter(({ message }) => message['type'] === 'undo').map(({ to }) => to)).toEqual(['t', 's'])
  })
  it('asks again every 2 s until it is answered', async () => {
    loseType('do')
    order(1)
    await world.pass(5_000)
    expect(world.to('s')).toHaveLength(3)
    world.lose = () => false
    await world.pass(2_000)
    expect(ends()).toEqual(['completed'])
  })
  it('gives a step up after 9 s and compensates it', async () => {
    loseType('done')
    order(1)
    await world.pass(9_100)
    expect(ends()).toEqual(['compensated'])
    expect(left()).toEqual([10, 10, 10])
  })
  it('does not end before a compensation is confirmed', async () => {
    loseType('undone')
    order(1, 11)
    await world.pass(3_000)
    expect(ends()).toEqual([])
    world.lose = () => false
    await world.pass(2_000)
    expect(ends()).toEqual(['compensated'])
  })
  it('does not begin again when it is started again', async () => {
    order(1)
    await world.pass(100)
    order(1)
    await world.pass(100)
    expect(left()).toEqual([9, 10, 10])
    expect(ends()).toEqual(['completed', 'completed'])
    expect(world.to('s')).toHaveLength(1)
  })
  it('goes on after a crash of the orchestrator', async () => {
    loseType('done')
    order(1, 2)
    await world.pass(100)
    kills.get('o')!()
    world.lose = () => false
    await start('o')
    await world.pass(100)
    expect(ends()).toEqual(['completed'])
    expect(left()).toEqual([9, 8, 10])
  })
  it('goes on backward after a crash of the orchestrator', async () => {
    loseType('undone')
    order(1, 11)
    await world.pass(100)
    kills.get('o')!()
    world.lose = () => false
    world.sent.length = 0
    await start('o')
    await world.pass(100)
    expect(world.sent.map(({ message }) => message['type'])).toEqual(['undo', 'undone', 'ended'])
    expect(left()).toEqual([10, 10, 10])
  })
  it('finds a service as it was before its crash', async () => {
    order(4)
    await world.pass(100)
    kills.get('s')!()
    await start('s')
    expect(left()).toEqual([6, 10, 10])
  })
})
