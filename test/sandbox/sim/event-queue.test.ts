import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EventQueue, LAST, type Scheduled } from '../../../sandbox/sim/event-queue.ts'

const ahead = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 30 }),
  fc.integer({ min: 0, max: 5_000 }),
  fc.double({ min: 0, max: 50, noNaN: true }),
)
const steps = fc.array(
  fc.oneof(fc.record({ ahead, rank: fc.constantFrom(0, 0, 0, LAST, -LAST) }), fc.constant('pop' as const)),
  {
    maxLength: 300,
    size: 'max',
  },
)

it('the queue answers the earliest entry, ties in order of coming, observers last, what was woken first', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const queue = new EventQueue<Scheduled>()
      let expected: Scheduled[] = []
      let now = 0
      let order = 0
      const pop = () => {
        expected = expected.toSorted((a, b) => a.at - b.at || a.order - b.order)
        const due = expected.shift()
        expect(queue.peek()).toBe(due)
        expect(queue.pop()).toBe(due)
        now = due?.at ?? now
      }
      for (const step of script) {
        if (step === 'pop') {
          pop()
          continue
        }
        order += 1
        const entry = { at: now + step.ahead, order: order + step.rank, next: null }
        queue.push(entry)
        expected.push(entry)
      }
      while (expected.length > 0) pop()
      expect(queue.pop()).toBeUndefined()
    }),
  )
})
