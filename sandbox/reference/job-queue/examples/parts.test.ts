import { describe, expect, it } from 'vitest'
import { FakeWorld } from '../../fakes.ts'
import { startApi } from '../src/api.ts'
import { createFailureDetector } from '../src/failure-detector.ts'
import { startHeartbeats } from '../src/heartbeat.ts'
import { createLedger } from '../src/ledger.ts'
import { createQueue } from '../src/queue.ts'

describe('queue', () => {
  it('takes the highest priority first, then the oldest', () => {
    const queue = createQueue()
    const ids = [1, 9, 5, 9, 0, 5].map((priority) => queue.submit(priority, priority))
    const taken = ids.map(() => queue.take()?.id)
    expect(taken).toEqual([ids[1], ids[3], ids[2], ids[5], ids[0], ids[4]])
    expect(queue.take()).toBe(undefined)
  })
  it('gives every job an id of its own', () => {
    const queue = createQueue()
    const ids = Array.from({ length: 100 }, () => queue.submit(null, 3))
    queue.take()
    ids.push(queue.submit(null, 3))
    expect(new Set(ids).size).toBe(101)
  })
  it('rejects bad priorities', () => {
    const queue = createQueue()
    for (const priority of [-1, 10, 1.5, Number.NaN]) expect(() => queue.submit(null, priority)).toThrow(RangeError)
    expect(queue.size()).toBe(0)
  })
  it('puts a job back into its place', () => {
    const queue = createQueue()
    const [first, second, third] = [queue.submit(1, 5), queue.submit(2, 5), queue.submit(3, 5)]
    queue.take()
    queue.take()
    queue.putBack(first)
    queue.putBack(second)
    expect([queue.take()?.id, queue.take()?.id, queue.take()?.id]).toEqual([first, second, third])
    expect(() => queue.putBack('nothing')).toThrow()
  })
  it('does not put back a pending job', () => {
    const queue = createQueue()
    const id = queue.submit(1, 5)
    expect(() => queue.putBack(id)).toThrow()
    queue.take()
    queue.putBack(id)
    expect(() => queue.putBack(id)).toThrow()
  })
})

describe('api', () => {
  function start() {
    const world = new FakeWorld()
    const queue = createQueue()
    startApi(world.net, (payload, priority) => queue.submit(payload, priority))
    const submit = (client: string, request: string, priority = 5) =>
      world.deliver(client, 'api', { type: 'submit', request, payload: null, priority })
    return { world, queue, submit }
  }
  it('answers a submission with its id, and a repeated one alike', async () => {
    const { world, queue, submit } = start()
    submit('a', 'x')
    submit('a', 'x')
    submit('b', 'x')
    await world.pass(100)
    expect(world.to('a')).toEqual([
      { type: 'submitted', request: 'x', id: 'job-1' },
      { type: 'submitted', request: 'x', id: 'job-1' },
    ])
    expect(world.to('b')).toEqual([{ type: 'submitted', request: 'x', id: 'job-2' }])
    expect(queue.size()).toBe(2)
  })
  it('answers a rejection with the reason, and takes the request with another priority', async () => {
    const { world, submit } = start()
    submit('a', 'x', 10)
    submit('a', 'x', 9)
    await world.pass(100)
    expect(world.to('a')).toEqual([
      { type: 'rejected', request: 'x', reason: expect.stringContaining('priority') },
      { type: 'submitted', request: 'x', id: 'job-1' },
    ])
  })
  it('ignores other messages', async () => {
    const { world } = start()
    for (const message of [null, 'submit', { type: 'submit' }, { type: 'x', request: 'x', priority: 1 }])
      world.deliver('a', 'api', message)
    await world.pass(100)
    expect(world.to('a')).toEqual([])
  })
})

describe('heartbeats', () => {
  it('come at the start and every 10 s until they are stopped', async () => {
    const world = new FakeWorld()
    world.now = 500
    const stop = startHeartbeats(world.clock, world.net, 'w1')
    await world.pass(25_000)
    stop()
    await world.pass(30_000)
    expect(world.sent.map(({ at, message }) => [at, message['epoch']])).toEqual([
      [500, 500],
      [10_500, 500],
      [20_500, 500],
    ])
  })
})

describe('failure detector', () => {
  function start() {
    const world = new FakeWorld()
    const changes: string[] = []
    const detector = createFailureDetector(world.clock, ['w1', 'w2'], (worker, status) =>
      changes.push(`${worker} ${status}`),
    )
    return { world, changes, detector }
  }
  it('marks a silent worker as failed after 30 s and not before', async () => {
    const { world, changes, detector } = start()
    await world.pass(29_900)
    expect(detector.status('w1')).toBe('alive')
    await world.pass(15_000)
    expect(detector.status('w1')).toBe('failed')
    expect(changes).toEqual(['w1 failed', 'w2 failed'])
  })
  it('starts anew with each heartbeat', async () => {
    const { world, changes, detector } = start()
    await world.pass(20_000)
    detector.heard('w1')
    await world.pass(20_000)
    expect(detector.status('w1')).toBe('alive')
    expect(detector.status('w2')).toBe('failed')
    expect(changes).toEqual(['w2 failed'])
  })
  it('marks a worker as alive again, and as failed after the next silence', async () => {
    const { world, changes, detector } = start()
    await world.pass(40_000)
    detector.heard('w1')
    expect(detector.status('w1')).toBe('alive')
    await world.pass(40_000)
    expect(changes.filter((change) => change.startsWith('w1'))).toEqual(['w1 failed', 'w1 alive', 'w1 failed'])
  })
  it('does not know strangers', () => {
    const { detector } = start()
    detector.heard('w9')
    expect(() => detector.status('w9')).toThrow()
  })
})

describe('ledger', () => {
  it('opens two assignments', () => {
    const ledger = createLedger()
    expect([ledger.open('j'), ledger.open('j')]).toEqual(['j#1', 'j#2'])
    expect(() => ledger.open('j')).toThrow()
    expect(ledger.assignments('j')).toBe(2)
  })
  it('accepts the first completion and rejects others', () => {
    const ledger = createLedger()
    ledger.open('j')
    ledger.open('j')
    expect(ledger.complete('j#1', 'a')).toBe('accepted')
    expect(ledger.complete('j#1', 'b')).toBe('duplicate')
    expect(ledger.complete('j#2', 'c')).toBe('duplicate')
    expect(ledger.result('j')).toEqual({ value: 'a' })
    expect(() => ledger.open('j')).toThrow()
  })
  it('does not know other keys', () => {
    const ledger = createLedger()
    ledger.open('j')
    expect(ledger.complete('j#2', 'a')).toBe('unknown')
    expect(ledger.complete('k#1', 'a')).toBe('unknown')
    expect(ledger.result('j')).toBe(undefined)
  })
})
