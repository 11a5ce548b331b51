import fc from 'fast-check'
import { expect, it } from 'vitest'
import { advance, type Event, next, startProgress } from '../src/progress.ts'

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ what: fc.constantFrom('done', 'undone', 'refused', 'given-up'), step: fc.nat(3) }),
  },
  fc.record({ what: fc.constant('ended' as const), end: fc.constantFrom('completed', 'compensated') }),
) as fc.Arbitrary<Event>

/** Mostly what is expected next, so that sagas come to their ends. */
const picks = fc.array(fc.tuple(fc.constantFrom('done', 'done', 'done', 'refused', 'given-up', 'other'), event), {
  maxLength: 25,
})

it('1.2 1.3, 2.1, 2.2, 2.4, 2.5 steps are done in order to the end, or undone in the opposite order to the beginning', () => {
  fc.assert(
    fc.property(fc.nat(3), picks, (count, all) => {
      const steps = Array.from({ length: count }, (_, at) => ({ service: `s${at}`, amount: at }))
      let progress = startProgress(steps)
      /** What may be in effect, a stack. */
      const done: number[] = []
      let backward = false
      let end: string | null = null
      for (const [kind, other] of all) {
        const expected = next(progress)
        if (end !== null) expect(expected).toBe(null)
        else if (backward)
          expect(expected).toEqual(done.length === 0 ? { end: 'compensated' } : { ask: 'undo', step: done.at(-1) })
        else expect(expected).toEqual(done.length === count ? { end: 'completed' } : { ask: 'do', step: done.length })
        let event = other
        if (kind !== 'other' && expected !== null) {
          if ('end' in expected) event = { what: 'ended', end: expected.end }
          else if (expected.ask === 'undo') event = { what: 'undone', step: expected.step }
          else event = { what: kind, step: expected.step } as Event
        }
        const before = JSON.stringify(progress)
        const moved = advance(progress, event)
        expect(JSON.stringify(progress)).toBe(before)
        let counts = false
        if (end === null && event.what === 'ended') {
          counts = done.length === (backward ? 0 : count) && event.end === (backward ? 'compensated' : 'completed')
          if (counts) end = event.end
        } else if (
          end === null &&
          event.what !== 'ended' &&
          !backward &&
          done.length < count &&
          event.step === done.length
        ) {
          counts = event.what !== 'undone'
          if (event.what === 'done' || event.what === 'given-up') done.push(event.step)
          backward = event.what === 'refused' || event.what === 'given-up'
        } else if (
          end === null &&
          event.what === 'undone' &&
          backward &&
          done.length > 0 &&
          event.step === done.at(-1)
        ) {
          counts = true
          done.pop()
        }
        expect(moved !== progress).toBe(counts)
        progress = moved
      }
      expect(progress.end).toBe(end)
    }),
  )
})
