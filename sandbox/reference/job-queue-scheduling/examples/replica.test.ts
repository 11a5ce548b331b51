import { describe, expect, it } from 'vitest'
import { FakeDisk, FakeWorld } from '../../fakes.ts'
import { type JobState, type Status, winner } from '../src/job-state.ts'
import { startReplica } from '../src/replica.ts'
import { advance, compare, join } from '../src/vector-clock.ts'

describe('vector clocks', () => {
  it('are compared', () => {
    expect(compare({ a: 1 }, { a: 1 })).toBe('equal')
    expect(compare({ a: 1 }, { a: 2 })).toBe('before')
    expect(compare({ a: 2, b: 1 }, { a: 1, b: 1 })).toBe('after')
    expect(compare({ a: 2, b: 1 }, { a: 1, b: 2 })).toBe('concurrent')
    expect(compare({ a: 1 }, { a: 1, b: 1 })).toBe('before')
    expect(compare({ a: 1 }, { b: 1 })).toBe('concurrent')
  })
  it('are joined and advanced', () => {
    expect(join({ a: 2, b: 1 }, { b: 3, c: 1 })).toEqual({ a: 2, b: 3, c: 1 })
    expect(join({ a: 3 }, { a: 2 })).toEqual({ a: 3 })
    expect(advance({ a: 1 }, 'a')).toEqual({ a: 2 })
    expect(advance({ a: 1 }, 'b')).toEqual({ a: 1, b: 1 })
  })
})

describe('winner', () => {
  const state = (status: Status, clock: Record<string, number>, by: string): JobState => ({
    status,
    detail: '',
    clock,
    by,
  })
  it('is the later one', () => {
    const [old, young] = [state('running', { a: 1 }, 'a'), state('running', { a: 1, b: 1 }, 'b')]
    expect(winner(old, young)).toBe(young)
    expect(winner(young, old)).toBe(young)
  })
  it('is that of the higher status, then of more changes, then of the greater name', () => {
    const done = state('done', { a: 1 }, 'a')
    expect(winner(state('cancelled', { b: 4 }, 'b'), done)).toBe(done)
    const more = state('running', { a: 2 }, 'a')
    expect(winner(state('running', { b: 1 }, 'b'), more)).toBe(more)
    const name = state('running', { b: 1 }, 'b')
    expect(winner(name, state('running', { a: 1 }, 'a'))).toBe(name)
    expect(winner(state('running', { a: 1 }, 'a'), name)).toBe(name)
  })
})

describe('replicas', () => {
  function start() {
    const world = new FakeWorld()
    const disks = new Map(['r1', 'r2', 'r3'].map((name) => [name, new FakeDisk()]))
    const begin = (name: string) =>
      startReplica(
        world.clock,
        world.net,
        disks.get(name)!.asDisk(),
        name,
        ['r1', 'r2', 'r3'].filter((other) => other !== name),
      )
    return {
      world,
      disks,
      begin,
      replicas: ['r1', 'r2', 'r3'].map(begin) as [
        ReturnType<typeof begin>,
        ReturnType<typeof begin>,
        ReturnType<typeof begin>,
      ],
    }
  }
  it('tell each other what was changed', async () => {
    const { world, replicas } = start()
    await replicas[0].change('j', 'running', 'w1')
    await world.pass(100)
    for (const replica of replicas)
      expect(replica.state('j')).toMatchObject({ status: 'running', detail: 'w1', by: 'r1' })
  })
  it('agree after a partition', async () => {
    const { world, replicas } = start()
    world.lose = (from, to) => from === 'r1' || to === 'r1'
    await replicas[0].change('j', 'running', 'w1')
    await replicas[1].change('j', 'done', 'result')
    await world.pass(10_000)
    expect(replicas[0].state('j')?.status).toBe('running')
    world.lose = () => false
    await world.pass(6_000)
    for (const replica of replicas) expect(replica.state('j')).toMatchObject({ status: 'done', detail: 'result' })
    expect(replicas[0].conflicts()).toBe(1)
  })
  it('reject a lower status', async () => {
    const { replicas } = start()
    await replicas[0].change('j', 'done', 'x')
    await expect(replicas[0].change('j', 'running', 'y')).rejects.toThrow('cannot become')
    expect(replicas[0].state('j')?.detail).toBe('x')
  })
  it('know their own changes after a restart', async () => {
    const { world, replicas, begin } = start()
    await replicas[0].change('j', 'pending', 'x')
    await replicas[0].change('j', 'running', 'y')
    world.lose = () => true
    const again = begin('r1')
    expect(again.state('j')).toMatchObject({ status: 'running', detail: 'y', clock: { r1: 2 } })
    await again.change('j', 'running', 'z')
    expect(again.state('j')?.clock).toEqual({ r1: 3 })
  })
  it('take a torn last line away', async () => {
    const { disks, begin } = start()
    const line = JSON.stringify({ job: 'j', state: { status: 'running', detail: 'x', clock: { r1: 1 }, by: 'r1' } })
    disks.get('r1')!.files.set('changes', `${line}\n{"job":"j","sta`)
    expect(begin('r1').state('j')?.detail).toBe('x')
    expect(disks.get('r1')!.files.get('changes')).toBe(`${line}\n`)
  })
  it('go on after the disk has refused a change', async () => {
    const { disks, replicas } = start()
    disks.get('r1')!.failing = true
    await expect(replicas[0].change('j', 'running', 'x')).rejects.toThrow('EIO')
    disks.get('r1')!.failing = false
    await replicas[0].change('j', 'running', 'y')
    expect(replicas[0].state('j')?.detail).toBe('y')
  })
})
