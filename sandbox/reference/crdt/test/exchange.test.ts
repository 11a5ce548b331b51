import { chaos } from 'specproof/sim'
import { it } from 'vitest'
import { type CounterReplica, startReplica } from '../src/exchange.ts'

const UNTIL = 10_000
const EVERY_MS = 1_000
const LATENCY_MS = 5
const NAMES = ['a', 'b', 'c']

it('4.3 1.4 replicas show the sum of all changes within two periods and one latency of the last fault', () =>
  chaos(
    {
      nodes: NAMES,
      kinds: ['partition', 'drop', 'one-way', 'duplicate', 'delay', 'reorder', 'clog'],
      until: UNTIL,
      latency: LATENCY_MS,
      quiet: 2 * EVERY_MS + LATENCY_MS,
    },
    (sim) => {
      const replicas = new Map<string, CounterReplica>()
      let sum = 0
      for (const name of NAMES) {
        const others = NAMES.filter((other) => other !== name)
        sim.node(name, ({ clock, net, random }) => {
          const replica = startReplica(clock, net, name, others, EVERY_MS)
          replicas.set(name, replica)
          const change = () => {
            if (sim.now() >= UNTIL) return
            const amount = random.int(5)
            if (random.int(1) === 0) {
              replica.add(amount)
              sum += amount
            } else {
              replica.subtract(amount)
              sum -= amount
            }
            clock.setTimeout(change, random.int(3_000))
          }
          change()
        })
      }
      sim.sometimes('they differ', () => new Set([...replicas.values()].map((replica) => replica.value())).size > 1)
      sim.finally('all show the sum', () =>
        [...replicas]
          .filter(([, replica]) => replica.value() !== sum)
          .map(([name, replica]) => `${name} shows ${replica.value()} instead of ${sum}`),
      )
    },
  ))
