import { describe, expect, it } from 'vitest'
import { FakeWorld } from '../../fakes.ts'
import { createCoordinator } from '../src/coordinator.ts'
import { startWorker } from '../src/worker.ts'

function start(workers: string[]) {
  const world = new FakeWorld()
  const coordinator = createCoordinator(world.clock, world.net, workers)
  const executed: string[] = []
  const begin = (name: string) => startWorker(world.clock, world.net, name, (job) => executed.push(`${name} ${job}`))
  return { world, coordinator, executed, begin }
}

describe('coordinator', () => {
  it('has a job done', async () => {
    const { world, coordinator, executed, begin } = start(['w1'])
    begin('w1')
    const job = coordinator.submit(null, 5)
    expect(coordinator.state(job).status).toBe('pending')
    await world.pass(100)
    expect(executed).toEqual([`w1 ${job}`])
    expect(coordinator.state(job)).toMatchObject({ status: 'done', assignments: 1, result: 1 })
    await world.pass(60_000)
    expect(executed.length).toBe(1)
  })
  it('keeps jobs until a worker is heard, and assigns urgent ones first', async () => {
    const { world, coordinator, executed, begin } = start(['w1'])
    const [low, high] = [coordinator.submit(null, 1), coordinator.submit(null, 9)]
    await world.pass(40_000)
    expect(coordinator.state(low).status).toBe('pending')
    begin('w1')
    await world.pass(100)
    expect(executed).toEqual([`w1 ${high}`, `w1 ${low}`])
  })
  it('sends an assignment again when it or its answer was lost', async () => {
    const { world, coordinator, executed, begin } = start(['w1'])
    begin('w1')
    await world.pass(10)
    let lost = 0
    world.lose = (_from, _to, message) => (message as { type: string }).type !== 'heartbeat' && lost++ < 2
    const job = coordinator.submit(null, 5)
    await world.pass(35_000)
    expect(coordinator.state(job).status).toBe('done')
    expect(executed.length).toBe(1)
  })
  it('assigns the job of a silent worker to another one', async () => {
    const { world, coordinator, executed, begin } = start(['w1', 'w2'])
    begin('w1')
    await world.pass(10)
    world.lose = (from, to) => from === 'w1' || to === 'w1'
    const job = coordinator.submit(null, 5)
    expect(coordinator.state(job)).toMatchObject({ status: 'assigned', worker: 'w1' })
    begin('w2')
    await world.pass(45_000)
    expect(coordinator.state(job)).toMatchObject({ status: 'done', assignments: 2 })
    expect(executed).toEqual([`w2 ${job}`])
  })
  it('assigns a job again when its worker has restarted', async () => {
    const { world, coordinator, begin } = start(['w1'])
    begin('w1')
    await world.pass(10)
    world.lose = (from, to) => from === 'w1' || to === 'w1'
    const job = coordinator.submit(null, 5)
    await world.pass(5_000)
    world.lose = () => false
    begin('w1')
    await world.pass(100)
    expect(coordinator.state(job)).toMatchObject({ status: 'done', assignments: 2 })
  })
  it('calls a job lost after two assignments, and done when a late completion comes', async () => {
    const { world, coordinator, begin } = start(['w1', 'w2'])
    begin('w1')
    await world.pass(10)
    world.lose = (_from, to, message) => to !== 'coordinator' || (message as { type: string }).type !== 'heartbeat'
    const job = coordinator.submit(null, 5)
    world.lose = () => true
    await world.pass(31_000)
    world.lose = (_from, to) => to !== 'coordinator'
    begin('w2')
    await world.pass(1_000)
    expect(coordinator.state(job)).toMatchObject({ status: 'assigned', assignments: 2 })
    world.lose = () => true
    await world.pass(45_000)
    expect(coordinator.state(job)).toMatchObject({ status: 'lost', assignments: 2 })
    world.deliver('w1', 'coordinator', { type: 'done', key: `${job}#1`, result: 'late' })
    await world.pass(10)
    expect(coordinator.state(job)).toMatchObject({ status: 'done', result: 'late' })
  })
  it('rejects bad priorities and unknown jobs', () => {
    const { coordinator } = start(['w1'])
    expect(() => coordinator.submit(null, 11)).toThrow(RangeError)
    expect(() => coordinator.state('nothing')).toThrow()
  })
})

describe('worker', () => {
  it('executes an assignment once and answers it each time', async () => {
    const { world, executed, begin } = start(['w1'])
    begin('w1')
    const assign = { type: 'assign', key: 'j#1', job: 'j', payload: null, epoch: 0 }
    world.deliver('coordinator', 'w1', assign)
    world.deliver('coordinator', 'w1', assign, 100)
    await world.pass(200)
    expect(executed).toEqual(['w1 j'])
    expect(world.to('coordinator').filter(({ type }) => type === 'done').length).toBe(2)
  })
  it('ignores assignments of another epoch', async () => {
    const { world, executed, begin } = start(['w1'])
    begin('w1')
    world.deliver('coordinator', 'w1', { type: 'assign', key: 'j#1', job: 'j', payload: null, epoch: 7 })
    await world.pass(200)
    expect(executed).toEqual([])
  })
})
