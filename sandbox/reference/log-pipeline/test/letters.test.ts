import fc from 'fast-check'
import { chaos, type NodeClock, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { startBroker } from '../src/broker.ts'
import { startConsumer } from '../src/consumer.ts'
import { startProducer } from '../src/producer.ts'
import { entries } from './entries.ts'

/** What a handler does with a record: how it fails, and how often before it succeeds. */
const plan = fc.record({
  how: fc.constantFrom('throw' as const, 'reject' as const, 'hang' as const, 'late' as const, 'slow' as const),
  times: fc.nat(4),
})
interface Plan {
  how: 'throw' | 'reject' | 'hang' | 'late' | 'slow'
  times: number
}

const ERRORS = { throw: 'thrown', reject: 'rejected', hang: 'timeout', late: 'timeout', slow: 'slowly rejected' }
const TAKES = { throw: 0, reject: 0, hang: 5_000, late: 5_000, slow: 4_900 }

function handle({ how, times }: Plan, attempt: number, clock: NodeClock): Promise<void> | void {
  if (attempt > times) return
  if (how === 'throw') throw new Error('thrown')
  if (how === 'reject') return Promise.reject(new Error('rejected'))
  if (how === 'hang') return new Promise(() => {})
  if (how === 'late') return clock.sleep(5_200)
  return clock.sleep(4_900).then(() => {
    throw new Error('slowly rejected')
  })
}

function start(sim: Simulation, plans: Plan[], onAttempt: (offset: number, attempt: number) => void) {
  sim.node('broker', ({ net, disk }) => startBroker(net, disk))
  sim.node('g', ({ clock, net }) => {
    const attempts = new Map<number, number>()
    startConsumer(clock, net, 'g', (_value, offset) => {
      const attempt = (attempts.get(offset) ?? 0) + 1
      attempts.set(offset, attempt)
      onAttempt(offset, attempt)
      return handle(plans[offset]!, attempt, clock)
    })
  })
  sim.client('p', async ({ clock, net }) => {
    const producer = startProducer(clock, net, 'p')
    for (const index of plans.keys()) await producer.send(`v${index}`)
  })
}

it('4.1 three attempts, 1 s and 2 s after the failures before, then a dead letter and the next record', () =>
  fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 6 }), async (plans) => {
      const sim = new Simulation()
      const seen: { offset: number; attempt: number; at: number }[] = []
      start(sim, plans, (offset, attempt) => seen.push({ offset, attempt, at: sim.now() }))
      await sim.runAsync(20_000 * plans.length + 10_000)
      const expected = plans.flatMap(({ times }, offset) =>
        Array.from({ length: Math.min(3, times + 1) }, (_, index) => `${offset} ${index + 1}`),
      )
      expect(seen.map(({ offset, attempt }) => `${offset} ${attempt}`)).toEqual(expected)
      const wrong = seen.filter(
        ({ offset, attempt, at }, index) =>
          attempt > 1 && at - seen[index - 1]!.at !== TAKES[plans[offset]!.how] + 1_000 * (attempt - 1),
      )
      expect(wrong).toEqual([])
      const letters = entries(sim).filter(({ kind }) => kind === 'letter')
      expect(letters.map(({ offset, error }) => [offset, error])).toEqual(
        plans.flatMap(({ how, times }, offset) => (times >= 3 ? [[offset, ERRORS[how]]] : [])),
      )
    }),
  ))

it('4.4 under crashes each record that fails has one dead letter before it is committed, and no other has one', () =>
  chaos(
    {
      nodes: ['g', 'broker'],
      kinds: ['crash', 'partition', 'drop', 'duplicate', 'delay'],
      until: 20_000,
      liveness: 60_000,
    },
    (sim) => {
      const plans: Plan[] = [
        { how: 'throw', times: 0 },
        { how: 'reject', times: 9 },
        { how: 'throw', times: 2 },
        { how: 'throw', times: 9 },
        { how: 'throw', times: 0 },
      ]
      let last = -1
      start(sim, plans, (offset) => {
        last = Math.max(last, offset)
      })
      const position = () =>
        Math.max(0, ...entries(sim).flatMap(({ kind, offset }) => (kind === 'commit' ? [offset] : [])))
      sim.always('letter, then commit', () => {
        const all = entries(sim)
        for (const [index, { kind, offset }] of all.entries()) {
          if (kind !== 'commit' || !(plans[offset - 1]!.times > 3)) continue
          if (!all.slice(0, index).some((one) => one.kind === 'letter' && one.offset === offset - 1))
            return `${offset - 1} is committed and not buried`
        }
        return true
      })
      sim.eventually('all are finished', () => position() === plans.length)
      sim.finally('letters', () => {
        const letters = entries(sim)
          .filter(({ kind }) => kind === 'letter')
          .map(({ offset }) => offset)
        return JSON.stringify(letters) === '[1,3]' || `letters: ${letters}`
      })
    },
  ))
