import fc from 'fast-check'
import { chaos, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { createAsk } from '../src/ask.ts'
import { startBroker } from '../src/broker.ts'
import { recordsOf } from './entries.ts'

const small = fc.nat(4)
const group = fc.constantFrom('g', 'h')
const request = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('append'),
      producer: fc.constantFrom('p', 'q'),
      number: fc.integer({ min: 1, max: 4 }),
      value: fc.string({ maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('fetch'), offset: fc.nat(6), max: small }) },
  fc.record({ type: fc.constant('position'), group }),
  fc.record({ type: fc.constant('commit'), group, offset: small }),
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('bury'), group, offset: small, error: fc.constantFrom('e', 'f') }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('dead'), group }) },
  fc.constantFrom<Record<string, unknown>>(
    { type: 'steal' },
    { type: 'append', producer: 'p' },
    { type: 'commit', group: 'g', offset: '1' },
    {},
  ),
)
type Given = Record<string, unknown>
const requests = fc.array(
  fc.record({ after: fc.oneof(fc.constant(0), fc.nat(30)), message: request as fc.Arbitrary<Given> }),
  { maxLength: 40 },
)

/** What the requirements say, in the plainest way. */
class Model {
  log: string[] = []
  sent = new Map<unknown, number[]>()
  positions = new Map<unknown, number>()
  letters = new Map<unknown, Map<number, string>>()

  answer({ type, producer, number, value, offset, max, group, error }: Given): Given | null {
    const at = offset as number
    switch (type) {
      case 'append': {
        if (typeof number !== 'number') return null
        const sent = this.sent.get(producer) ?? []
        if (sent[number - 1] !== undefined) return { type: 'appended', offset: sent[number - 1] }
        if (number !== sent.length + 1) return { type: 'refused', expected: sent.length + 1 }
        this.sent.set(producer, [...sent, this.log.length])
        this.log.push(value as string)
        return { type: 'appended', offset: this.log.length - 1 }
      }
      case 'fetch':
        return {
          type: 'records',
          records: this.log.map((value, offset) => ({ offset, value })).slice(at, at + (max as number)),
        }
      case 'position':
        return { type: 'position', offset: this.positions.get(group) ?? 0 }
      case 'commit': {
        if (typeof offset !== 'number') return null
        this.positions.set(group, Math.max(offset, this.positions.get(group) ?? 0))
        return { type: 'position', offset: this.positions.get(group) }
      }
      case 'bury': {
        const letters = this.letters.get(group) ?? new Map<number, string>()
        if (!letters.has(at)) letters.set(at, error as string)
        this.letters.set(group, letters)
        return { type: 'buried' }
      }
      case 'dead': {
        const letters = [...(this.letters.get(group) ?? [])].sort(([one], [other]) => one - other)
        return {
          type: 'letters',
          letters: letters.map(([offset, error]) => ({
            offset,
            ...(this.log[offset] === undefined ? {} : { value: this.log[offset] }),
            error,
          })),
        }
      }
      default:
        return null
    }
  }
}

/** Answers by name of the request; repeated ones, and a restart in between that happens while nothing is under way. */
async function play(all: { after: number; message: Given }[], diskLatency: number, restarts: boolean) {
  let at = 1
  const times = all.map(({ after }) => {
    at += after
    return at
  })
  // A restart needs a gap in which all is answered.
  const crashes = restarts ? all.flatMap(({ after }, index) => (after > 25 ? [index] : [])) : []
  const spread = times.map((time, index) => time + 2_000 * crashes.filter((crash) => crash <= index).length)
  const faults = crashes.map((index) => ({ kind: 'crash' as const, node: 'broker', at: spread[index]! - 900, ms: 100 }))
  const sim = new Simulation({ diskLatency, faults })
  sim.node('broker', ({ net, disk }) => startBroker(net, disk))
  sim.node('c', ({ net }) => net.onMessage('c', () => {}))
  for (const [index, { message }] of all.entries())
    sim.at(spread[index]!, () => sim.net().send('c', 'broker', { ...message, request: String(index) }))
  await sim.runAsync(at + 2_000 * (crashes.length + 1))
  return sim.sent({ from: 'broker' }).map(({ message }) => message)
}

it('2.1 every request is answered as the log, positions and letters are after those before it', () =>
  fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 20 }), fc.boolean(), async (all, diskLatency, restarts) => {
      const answers = await play(all, diskLatency, restarts)
      const model = new Model()
      const expected = all.flatMap(({ message }, index) => {
        const answer = model.answer(message)
        return answer === null ? [] : [{ ...answer, request: String(index) }]
      })
      expect(answers).toEqual(expected)
    }),
  ))

it('1.2 what was answered stays, whatever crashes', () =>
  chaos(
    {
      nodes: ['broker', 'a'],
      kinds: ['crash', 'torn-crash', 'disk-error', 'partition', 'duplicate'],
      until: 15_000,
      diskLatency: 4,
    },
    (sim) => {
      sim.node('broker', ({ net, disk }) => startBroker(net, disk))
      const wrong: string[] = []
      const log = new Map<number, string>()
      const positions = new Map<string, number>()
      const letters = new Map<string, string>()
      const note = <K, V>(map: Map<K, V>, key: K, value: V, what: string) => {
        if (map.has(key) && map.get(key) !== value)
          wrong.push(`${what} ${String(key)} was ${String(map.get(key))} and is ${String(value)}`)
        map.set(key, value)
      }
      for (const name of ['a', 'b']) {
        sim.client(name, async ({ clock, net, random }) => {
          const ask = createAsk(clock, net, name)
          let number = 0
          const offsets: unknown[] = []
          for (let count = 0; count < 14; count += 1) {
            await clock.sleep(random.int(1_200))
            const turn = random.int(5)
            if (turn <= 1) {
              // Now and then one that was answered long ago.
              const again = number > 0 && random.int(2) === 0 ? 1 + random.int(number - 1) : number + 1
              const { offset } = await ask({ type: 'append', producer: name, number: again, value: `${name}${again}` })
              if (again <= number && offset !== offsets[again - 1])
                wrong.push(`${name}${again} is at ${String(offset)} and was at ${String(offsets[again - 1])}`)
              if (again > number) offsets[number++] = offset
              note(log, offset as number, `${name}${again}`, 'offset')
            } else if (turn <= 3) {
              const known = log.size
              const { records } = await ask({ type: 'fetch', offset: 0, max: 100 })
              const all = records as { offset: number; value: string }[]
              if (all.length < known) wrong.push(`${all.length} records, and ${known} were known`)
              for (const { offset, value } of all) note(log, offset, value, 'offset')
            } else if (turn === 4) {
              const least = positions.get(name) ?? 0
              const { offset } = await ask({ type: 'commit', group: name, offset: least + random.int(3) - 1 })
              if ((offset as number) < least) wrong.push(`position ${String(offset)} after ${least}`)
              positions.set(name, offset as number)
            } else {
              const at = random.int(3)
              await ask({ type: 'bury', group: name, offset: at, error: `${name}${count}` })
              const { letters: all } = await ask({ type: 'dead', group: name })
              const letter = (all as { offset: number; error: string }[]).find(({ offset }) => offset === at)
              note(letters, `${name} ${at}`, String(letter?.error), 'letter')
            }
          }
        })
      }
      sim.always('stays', () => wrong)
      sim.finally('each once', () => {
        const all = recordsOf(sim).map(({ producer, number }) => `${producer} ${number}`)
        return new Set(all).size === all.length
      })
    },
  ))
