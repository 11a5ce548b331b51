import { describe, expect, it } from 'vitest'
import { createScheduler } from '../src/scheduler.ts'

function start(...tenants: [string, number, number][]) {
  const scheduler = createScheduler()
  for (const [name, weight, quota] of tenants) scheduler.addTenant(name, weight, quota)
  const fill = (tenant: string, count: number, priority = 5) =>
    Array.from({ length: count }, (_, n) => scheduler.submit(tenant, n, priority))
  const takes = (count: number) => Array.from({ length: count }, () => scheduler.take()?.tenant)
  return { scheduler, fill, takes }
}

describe('scheduler', () => {
  it('serves tenants by their weights', () => {
    const { fill, takes } = start(['a', 1, 100], ['b', 3, 100])
    fill('a', 40)
    fill('b', 40)
    const all = takes(40)
    expect(all.filter((name) => name === 'a').length).toBe(10)
    expect(all.filter((name) => name === 'b').length).toBe(30)
  })
  it('serves equal tenants in turns', () => {
    const { fill, takes } = start(['a', 1, 100], ['b', 1, 100])
    fill('a', 3)
    fill('b', 3)
    expect(takes(7)).toEqual(['a', 'b', 'a', 'b', 'a', 'b', undefined])
  })
  it('gives no credit for idle time', () => {
    const { fill, takes } = start(['a', 1, 100], ['b', 1, 100])
    fill('a', 30)
    takes(20)
    fill('b', 10)
    expect(takes(4).filter((name) => name === 'b').length).toBe(2)
  })
  it('keeps to the quota and frees it', () => {
    const { scheduler, fill } = start(['a', 1, 2])
    fill('a', 4)
    const first = scheduler.take()
    scheduler.take()
    expect(scheduler.take()).toBe(undefined)
    scheduler.finish(first!.id)
    const third = scheduler.take()
    expect(third?.payload).toBe(2)
    scheduler.putBack(third!.id)
    expect(scheduler.running('a')).toBe(1)
    expect(scheduler.take()?.payload).toBe(2)
  })
  it('takes the highest priority first, then the oldest', () => {
    const { scheduler } = start(['a', 1, 100])
    for (const priority of [0, 5, 9, 5]) scheduler.submit('a', priority, priority)
    expect([1, 2, 3, 4].map(() => scheduler.take()?.id)).toEqual(['job-3', 'job-2', 'job-4', 'job-1'])
    expect(scheduler.take()).toBe(undefined)
  })
  it('puts a job back into its place', () => {
    const { scheduler, fill } = start(['a', 1, 100])
    fill('a', 3)
    const first = scheduler.take()
    const second = scheduler.take()
    scheduler.putBack(second!.id)
    scheduler.putBack(first!.id)
    expect([1, 2, 3].map(() => scheduler.take()?.id)).toEqual(['job-1', 'job-2', 'job-3'])
  })
  it('finishes a job once', () => {
    const { scheduler, fill } = start(['a', 1, 100])
    fill('a', 1)
    const job = scheduler.take()
    scheduler.finish(job!.id)
    expect(() => scheduler.finish(job!.id)).toThrow('does not run')
    expect(() => scheduler.putBack(job!.id)).toThrow('does not run')
  })
  it('rejects bad tenants and jobs', () => {
    const { scheduler } = start(['a', 1, 1])
    expect(() => scheduler.addTenant('a', 1, 1)).toThrow(RangeError)
    for (const weight of [0, -1, 1.5, 1_001]) expect(() => scheduler.addTenant('b', weight, 1)).toThrow(RangeError)
    for (const quota of [0, 1.5]) expect(() => scheduler.addTenant('b', 1, quota)).toThrow(RangeError)
    expect(() => scheduler.submit('b', 1, 1)).toThrow(RangeError)
    for (const priority of [-1, 10, 1.5]) expect(() => scheduler.submit('a', 1, priority)).toThrow(RangeError)
    expect(scheduler.pending('a')).toBe(0)
  })
})
