import { chaos } from 'specproof/sim'
import { it } from 'vitest'
import { startBroker } from '../src/broker.ts'
import { startProducer } from '../src/producer.ts'
import { valuesOf } from './entries.ts'

it('2.4 the log has the values of each start of a producer in the order of the calls, each once', () =>
  chaos(
    {
      nodes: ['broker', 'p', 'q'],
      kinds: ['partition', 'drop', 'duplicate', 'reorder', 'delay', 'crash'],
      until: 15_000,
      diskLatency: 3,
    },
    (sim) => {
      sim.node('broker', ({ net, disk }) => startBroker(net, disk))
      const called = new Map<string, string[]>()
      const answered: { value: string; offset: number }[] = []
      const refused: string[] = []
      let lives = 0
      for (const name of ['p', 'q']) {
        sim.node(name, async ({ clock, net, random }) => {
          lives += 1
          const life = `${name}${lives}`
          const producer = startProducer(clock, net, name)
          const values: string[] = []
          called.set(life, values)
          while (sim.now() < 12_000) {
            // Some at once, some one after the other.
            for (let count = random.int(3); count >= 0; count -= 1) {
              const value = `${life}/${values.length}`
              values.push(value)
              producer.send(value).then(
                (offset) => answered.push({ value, offset }),
                () => refused.push(value),
              )
            }
            await clock.sleep(random.int(2_500))
          }
        })
      }
      sim.finally('as called', () => {
        const log = valuesOf(sim)
        if (refused.length > 0) return `refused: ${refused}`
        for (const [life, values] of called) {
          const own = log.filter((value) => value.startsWith(`${life}/`))
          if (own.some((value, index) => value !== values[index])) return `${life} called ${values}, the log has ${own}`
        }
        const wrong = answered.find(({ value, offset }) => log[offset] !== value)
        return wrong === undefined || `${wrong.value} was answered with ${wrong.offset}, where ${log[wrong.offset]} is`
      })
      sim.eventually('all of the last life are answered', () => {
        const last = [...called].findLast(([life]) => life.startsWith('p'))![1]
        return last.every((value) => answered.some((one) => one.value === value))
      })
    },
  ))
