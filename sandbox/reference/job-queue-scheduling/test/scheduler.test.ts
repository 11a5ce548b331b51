import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScheduler, type Job } from '../src/scheduler.ts'

interface Tenant {
  name: string
  weight: number
  quota: number
}

const tenants = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    weight: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 100, max: 1_000 })),
    quota: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(1_000)),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
)
type Step = { act: 'submit' | 'take' | 'finish' | 'back'; of: number; priority: number; count: number }
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom(
      'submit' as const,
      'submit' as const,
      'take' as const,
      'take' as const,
      'finish' as const,
      'back' as const,
    ),
    of: fc.nat(20),
    priority: fc.oneof(fc.constant(5), fc.integer({ min: 0, max: 9 })),
    count: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 60 },
)

/** All that the requirements say of single jobs, in the plainest way. */
class Model {
  pending: { id: string; tenant: string; priority: number; sequence: number }[] = []
  running: { id: string; tenant: string; priority: number; sequence: number }[] = []
  #tenants: Tenant[]
  constructor(tenants: Tenant[]) {
    this.#tenants = tenants
  }
  isBacklogged({ name, quota }: Tenant): boolean {
    return (
      this.pending.some(({ tenant }) => tenant === name) &&
      this.running.filter(({ tenant }) => tenant === name).length < quota
    )
  }
  backlogged(): Tenant[] {
    return this.#tenants.filter((tenant) => this.isBacklogged(tenant))
  }
  take(id: string): void {
    const job = this.pending.find((one) => one.id === id)!
    this.pending = this.pending.filter((one) => one !== job)
    this.running.push(job)
  }
}

function play(all: Tenant[], steps: Step[], look: (model: Model, job: Job | undefined) => void) {
  const scheduler = createScheduler()
  for (const { name, weight, quota } of all) scheduler.addTenant(name, weight, quota)
  const model = new Model(all)
  let sequence = 0
  for (const { act, of, priority, count } of steps) {
    for (let times = 0; times < count; times += 1) {
      if (act === 'submit') {
        const tenant = all[of % all.length]!.name
        const id = scheduler.submit(tenant, sequence, priority)
        model.pending.push({ id, tenant, priority, sequence: sequence++ })
      } else if (act === 'take') {
        const job = scheduler.take()
        look(model, job)
        if (job) model.take(job.id)
      } else if (model.running.length > 0) {
        const [job] = model.running.splice((of + times) % model.running.length, 1)
        if (act === 'finish') scheduler.finish(job!.id)
        else {
          scheduler.putBack(job!.id)
          model.pending.push(job!)
        }
      }
    }
    for (const { name } of all) {
      expect(scheduler.pending(name)).toBe(model.pending.filter(({ tenant }) => tenant === name).length)
      expect(scheduler.running(name)).toBe(model.running.filter(({ tenant }) => tenant === name).length)
    }
  }
}

/** Pairs of tenants that were served unfairly while both were backlogged. */
function unfairIn(all: Tenant[], phases: { fill: number[]; takes: number; finish: number }[]): string[] {
  const scheduler = createScheduler()
  for (const { name, weight, quota } of all) scheduler.addTenant(name, weight, quota)
  const running: Job[] = []
  const served = new Map<string, [number, number]>()
  const wrong: string[] = []
  const isBacklogged = ({ name, quota }: Tenant) => scheduler.pending(name) > 0 && scheduler.running(name) < quota
  const look = (taken?: Job) => {
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) {
        const pair = `${one.name} ${other.name}`
        const counts = served.get(pair) ?? [0, 0]
        if (taken?.tenant === one.name) counts[0] += 1
        if (taken?.tenant === other.name) counts[1] += 1
        const apart = Math.abs(counts[0] / one.weight - counts[1] / other.weight)
        if (served.has(pair) && apart > 1 / one.weight + 1 / other.weight + 1e-9)
          wrong.push(`${pair}: ${counts} at weights ${one.weight}, ${other.weight}`)
        if (isBacklogged(one) && isBacklogged(other)) served.set(pair, counts)
        else served.delete(pair)
      }
    }
  }
  for (const { fill, takes, finish } of phases) {
    for (const [index, { name }] of all.entries()) {
      for (let count = 0; count < (fill[index] ?? 0); count += 1) scheduler.submit(name, null, 5)
      look()
    }
    for (let count = 0; count < takes; count += 1) {
      const job = scheduler.take()
      if (job) running.push(job)
      look(job)
    }
    for (const job of running.splice(0, finish)) {
      scheduler.finish(job.id)
      look()
    }
  }
  return wrong.slice(0, 3)
}

describe('scheduler', () => {
  it('1.1 shares of backlogged tenants follow their weights', () => {
    const phase = fc.record({
      fill: fc.array(fc.constantFrom(0, 0, 3, 12), { minLength: 4, maxLength: 4 }),
      takes: fc.nat(20),
      finish: fc.nat(4),
    })
    fc.assert(
      fc.property(tenants, fc.array(phase, { maxLength: 12 }), (all, phases) => {
        expect(unfairIn(all, phases)).toEqual([])
      }),
    )
  })

  it('1.3 a tenant that comes and goes gets no more than its share beside one that is backlogged all the time', () => {
    const visits = fc.array(
      fc.record({ fill: fc.nat(3), takes: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.nat(12)), finish: fc.nat(2) }),
      { minLength: 1, maxLength: 40 },
    )
    const weight = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(weight, weight, fc.constantFrom(1, 2, 1_000), visits, (mine, others, quota, visits) => {
        const scheduler = createScheduler()
        scheduler.addTenant('a', mine, 10_000)
        scheduler.addTenant('b', others, quota)
        for (let count = 0; count < 500; count += 1) scheduler.submit('a', null, 5)
        const running: string[] = []
        // How far b is ahead by its weight, and the least that it was so far.
        let ahead = 0
        let least = 0
        let worst = 0
        for (const { fill, takes, finish } of visits) {
          for (let count = 0; count < fill; count += 1) scheduler.submit('b', null, 5)
          for (const id of running.splice(0, finish)) scheduler.finish(id)
          for (let count = 0; count < takes; count += 1) {
            const job = scheduler.take()
            if (job?.tenant === 'b') running.push(job.id)
            ahead += job?.tenant === 'b' ? 1 / others : -1 / mine
            least = Math.min(least, ahead)
            worst = Math.max(worst, ahead - least)
          }
        }
        expect(worst).toBeLessThanOrEqual(1 / mine + 1 / others + 1e-9)
      }),
    )
  })

  it('1.4 a take answers the first of the highest priority of a tenant that is backlogged', () => {
    fc.assert(
      fc.property(tenants, steps, (all, steps) =>
        play(all, steps, (model, job) => {
          const open = model.backlogged().map(({ name }) => name)
          if (job === undefined) return expect(open).toEqual([])
          expect(open).toContain(job.tenant)
          const own = model.pending.filter(({ tenant }) => tenant === job.tenant)
          const best = own.toSorted((one, other) => other.priority - one.priority || one.sequence - other.sequence)[0]
          expect(job).toMatchObject({ id: best?.id, priority: best?.priority, payload: best?.sequence })
        }),
      ),
    )
  })

  it('1.5 what does not run is neither finished nor put back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('finish' as const, 'putBack' as const), { minLength: 1, maxLength: 6 }),
        (acts) => {
          const scheduler = createScheduler()
          scheduler.addTenant('a', 1, 5)
          const id = scheduler.submit('a', null, 3)
          expect(() => scheduler.finish(id)).toThrow(Error)
          scheduler.take()
          let runs = true
          for (const act of acts) {
            if (runs) scheduler[act](id)
            else expect(() => scheduler[act](id)).toThrow(Error)
            runs = false
            expect(scheduler.running('a')).toBe(0)
          }
        },
      ),
    )
  })

  const bad = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1_001, 10, -1, Number.NaN, 2.5))
  it('1.7 a tenant with a bad weight or quota, or a second one of its name, is rejected and changes nothing', () => {
    fc.assert(
      fc.property(bad, bad, (weight, quota) => {
        const scheduler = createScheduler()
        scheduler.addTenant('a', 2, 1)
        expect(() => scheduler.addTenant('a', 1, 1)).toThrow(RangeError)
        const fits = Number.isInteger(weight) && weight >= 1 && weight <= 1_000 && Number.isInteger(quota) && quota >= 1
        if (fits && Number.isSafeInteger(quota)) return scheduler.addTenant('b', weight, quota)
        if (fits) return
        expect(() => scheduler.addTenant('b', weight, quota)).toThrow(RangeError)
        expect(() => scheduler.submit('b', null, 1)).toThrow(RangeError)
        scheduler.addTenant('b', 1, 1)
      }),
    )
  })

  it('1.8 a job of an unknown tenant or with a bad priority is rejected and not kept', () => {
    fc.assert(
      fc.property(bad, (priority) => {
        const scheduler = createScheduler()
        scheduler.addTenant('a', 1, 5)
        expect(() => scheduler.submit('b', null, 1)).toThrow(RangeError)
        const fits = Number.isInteger(priority) && priority >= 0 && priority <= 9
        if (!fits) expect(() => scheduler.submit('a', null, priority)).toThrow(RangeError)
        else scheduler.submit('a', null, priority)
        expect(scheduler.pending('a')).toBe(fits ? 1 : 0)
        expect(scheduler.take()?.priority).toBe(fits ? priority : undefined)
      }),
    )
  })

  it('1.10 a hundred tenants with a thousand jobs each are worked off, each job once', () => {
    const scheduler = createScheduler()
    const names = Array.from({ length: 100 }, (_, index) => `tenant ${index}`)
    for (const [index, name] of names.entries()) scheduler.addTenant(name, 1 + (index % 10), 50)
    for (let count = 0; count < 10_000; count += 1) scheduler.submit(names[count % 100]!, count, count % 10)
    const done = new Set<unknown>()
    for (let job = scheduler.take(); job !== undefined; job = scheduler.take()) {
      done.add(job.payload)
      scheduler.finish(job.id)
    }
    expect(done.size).toBe(10_000)
  })
})
