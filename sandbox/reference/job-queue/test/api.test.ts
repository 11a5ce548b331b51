import fc from 'fast-check'
import { boundedLatency, chaos, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { startApi } from '../src/api.ts'
import { createQueue } from '../src/queue.ts'

interface Submission {
  type: string
  request: string
  payload: unknown
  priority: number
}

it('1.1 every submission that arrives is answered within 100 ms, and repeated ones alike', () =>
  chaos(
    { nodes: ['api', 'a', 'b'], kinds: ['partition', 'drop', 'duplicate', 'reorder', 'delay'], until: 20_000 },
    (sim) => {
      const kept: unknown[] = []
      sim.node('api', ({ net }) => {
        const queue = createQueue()
        startApi(net, (payload, priority) => {
          const id = queue.submit(payload, priority)
          kept.push(payload)
          return id
        })
      })
      for (const name of ['a', 'b']) {
        sim.client(name, async ({ clock, net, random }) => {
          const answered = new Set<string>()
          net.onMessage(name, (_from, message) => answered.add((message as Submission).request))
          // More requests than any small memory holds, some repeated long after they were answered.
          for (let count = 0; count < 24; count += 1) {
            const request = `r${random.int(2) === 0 ? random.int(count) : count}`
            const priority = request.endsWith('3') ? 11 : Number(request.slice(1)) % 10
            answered.delete(request)
            while (!answered.has(request)) {
              net.send(name, 'api', { type: 'submit', request, payload: `${name}/${request}`, priority })
              await clock.sleep(200 + random.int(300))
            }
          }
        })
      }
      sim.finally('answers', () => {
        const arrived = sim.arrived({ to: 'api' })
        const answers = sim.sent({ from: 'api' }).filter(({ duplicate }) => !duplicate)
        const key = (client: string, message: unknown) => `${client}/${(message as Submission).request}`
        const late = boundedLatency(
          arrived.map(({ from, message, deliveredAt }, index) => ({
            id: `${index} ${key(from, message)}`,
            at: deliveredAt,
          })),
          answers.map(({ to, message, sentAt }, index) => ({ id: `${index} ${key(to, message)}`, at: sentAt })),
          { within: 100, until: sim.now() },
        )
        if (late.length > 0) return late
        const ids = new Map<string, unknown>()
        for (const { to, message } of answers) {
          const { type, id } = message as { type: string; id?: string }
          const own = key(to, message)
          if (own.endsWith('3') !== (type === 'rejected')) return `${own} is ${type}`
          if (type === 'submitted' && ids.has(own) && ids.get(own) !== id)
            return `${own} is ${String(ids.get(own))} and ${id}`
          ids.set(own, id)
        }
        const given = [...ids.values()].filter((id) => id !== undefined)
        if (new Set(given).size !== given.length) return 'two requests have one id'
        return kept.length === given.length || `${kept.length} jobs for ${given.length} requests`
      })
      sim.sometimes('a submission is repeated', () => sim.arrived({ to: 'api' }).length > 41)
    },
  ))

it('1.5 a rejected request may come again with another priority, and other messages are ignored', () => {
  const priority = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: -3, max: 12 }), fc.constant(1.5))
  const message = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('submit'),
        request: fc.constantFrom('x', 'y'),
        payload: fc.nat(9),
        priority,
      }),
    },
    fc.constantFrom<unknown>(
      null,
      'submit',
      { type: 'submit' },
      { type: 'other', request: 'x', priority: 1 },
      { type: 'submit', request: 'x', priority: '1' },
    ),
  )
  const sends = fc.array(fc.record({ from: fc.constantFrom('a', 'b'), message }), { maxLength: 20 })
  fc.assert(
    fc.property(sends, (all) => {
      const sim = new Simulation()
      const queue = createQueue()
      sim.node('api', () => startApi(sim.net(), (payload, priority) => queue.submit(payload, priority)))
      for (const name of ['a', 'b']) sim.node(name, () => sim.net().onMessage(name, () => {}))
      const known = new Map<string, string>()
      const expected: unknown[] = []
      for (const [index, { from, message }] of all.entries()) {
        sim.at(index + 1, () => sim.net().send(from, 'api', message))
        const { type, request, priority } = (message ?? {}) as Submission
        if (type !== 'submit' || typeof request !== 'string' || typeof priority !== 'number') continue
        const key = `${from}/${request}`
        const valid = Number.isInteger(priority) && priority >= 0 && priority <= 9
        if (valid && !known.has(key)) known.set(key, `job-${known.size + 1}`)
        if (known.has(key)) expected.push([from, { type: 'submitted', request, id: known.get(key) }])
        else expected.push([from, { type: 'rejected', request, reason: expect.any(String) }])
      }
      sim.run(all.length + 100)
      expect(sim.sent({ from: 'api' }).map(({ to, message }) => [to, message])).toEqual(expected)
      expect(queue.size()).toBe(known.size)
    }),
  )
})
