import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createQueue } from '../src/queue.ts'

type Step = { act: 'submit' | 'take' | 'back'; priority: number; of: number; count: number }
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom('submit' as const, 'take' as const, 'back' as const),
    priority: fc.oneof(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 4, max: 5 }),
      fc.constantFrom(-1, 10, 2.5, Number.NaN),
    ),
    of: fc.nat(50),
    count: fc.integer({ min: 1, max: 8 }),
  }),
  { maxLength: 40 },
)
const isValid = (priority: number) => Number.isInteger(priority) && priority >= 0 && priority <= 9

it('2.1 the job taken has the highest priority, was submitted first, and keeps its place when it is put back', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const queue = createQueue()
      let pending: { id: string; priority: number; sequence: number }[] = []
      const taken: typeof pending = []
      const ids = new Set<string>()
      let sequence = 0
      for (const { act, priority, of, count } of all) {
        for (let times = 0; times < count; times += 1) {
          if (act === 'submit' && !isValid(priority)) expect(() => queue.submit(null, priority)).toThrow(RangeError)
          else if (act === 'submit') {
            const id = queue.submit(sequence, priority)
            expect(ids.has(id)).toBe(false)
            ids.add(id)
            pending.push({ id, priority, sequence: sequence++ })
          } else if (act === 'take') {
            const [next] = pending.toSorted(
              (one, other) => other.priority - one.priority || one.sequence - other.sequence,
            )
            expect(queue.take()).toEqual(next && { id: next.id, priority: next.priority, payload: next.sequence })
            pending = pending.filter((one) => one !== next)
            if (next) taken.push(next)
          } else if (taken.length > 0) {
            const [job] = taken.splice(of % taken.length, 1)
            queue.putBack(job!.id)
            expect(() => queue.putBack(job!.id)).toThrow(Error)
            pending.push(job!)
          }
          expect(queue.size()).toBe(pending.length)
        }
      }
    }),
  )
})

it('1.4 a priority that is not an integer from 0 to 9 is rejected and nothing is kept', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.integer({ min: -1, max: 10 })), (priority) => {
      const queue = createQueue()
      if (isValid(priority)) queue.submit(null, priority)
      else expect(() => queue.submit(null, priority)).toThrow(RangeError)
      expect(queue.size()).toBe(isValid(priority) ? 1 : 0)
    }),
  )
})
