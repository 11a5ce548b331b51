import { chaos, type FaultKind, type Simulation } from 'specproof/sim'
import { it } from 'vitest'
import { startBroker } from '../src/broker.ts'
import { startConsumer } from '../src/consumer.ts'
import { startProducer } from '../src/producer.ts'
import { entries, valuesOf } from './entries.ts'

const KINDS: FaultKind[] = ['crash', 'partition', 'drop', 'duplicate', 'reorder', 'delay']
const RECORDS = 12

interface Work {
  life: number
  offset: number
  value: string
}

/** A broker, a producer of `RECORDS` records and a consumer whose work takes some time. */
function build(
  sim: Simulation,
  handle: (value: string, offset: number, sleep: (ms: number) => Promise<void>) => Promise<void> | void,
) {
  const work: Work[] = []
  let life = 0
  sim.node('broker', ({ net, disk }) => startBroker(net, disk))
  sim.node('g', ({ clock, net }) => {
    life += 1
    const own = life
    startConsumer(clock, net, 'g', (value, offset) => {
      work.push({ life: own, offset, value })
      return handle(value, offset, (ms) => clock.sleep(ms))
    })
  })
  sim.client('p', async ({ clock, net, random }) => {
    const producer = startProducer(clock, net, 'p')
    for (let count = 0; count < RECORDS; count += 1) {
      void producer.send(`v${count}`)
      await clock.sleep(random.int(3) === 0 ? random.int(1_500) : 0)
    }
  })
  return { work, lives: () => life }
}

const commits = (sim: Simulation) => entries(sim).filter(({ kind }) => kind === 'commit')

it('3.3 a consumer that starts again goes on where it was: none left out, at most one again', () =>
  chaos({ nodes: ['g', 'broker'], kinds: KINDS, until: 20_000, liveness: 60_000 }, (sim) => {
    const { work, lives } = build(sim, (_value, offset, sleep) => sleep((offset % 3) * 200))
    sim.always('in order', () => {
      for (const [index, { life, offset }] of work.entries()) {
        const before = work[index - 1]
        if (before === undefined) {
          if (offset !== 0) return `begins at ${offset}`
        } else if (life === before.life && offset !== before.offset + 1) return `${offset} after ${before.offset}`
        else if (life !== before.life && offset !== before.offset && offset !== before.offset + 1)
          return `life ${life} begins at ${offset}, the one before ended with ${before.offset}`
      }
      return true
    })
    sim.eventually(
      'all are processed and committed',
      () => work.at(-1)?.offset === RECORDS - 1 && commits(sim).at(-1)?.offset === RECORDS,
    )
    sim.finally('as in the log', () => {
      const log = valuesOf(sim)
      return work.every(({ offset, value }) => log[offset] === value)
    })
    sim.sometimes('a consumer starts in the middle', () => lives() > 1 && work.length > 3)
  }))

it('3.2 a record is committed when it is processed, and the next one begins when that is answered', () =>
  chaos({ nodes: ['g', 'broker'], kinds: ['partition', 'drop', 'delay', 'one-way'], until: 15_000 }, (sim) => {
    let busy = 0
    const { work } = build(sim, async (_value, offset, sleep) => {
      busy += 1
      if (busy > 1) throw new Error(`${offset} is processed beside another one`)
      const position = commits(sim).at(-1)?.offset ?? 0
      if (position !== offset) wrong.push(`${offset} begins while the position is ${position}`)
      await sleep(50)
      busy -= 1
      done = offset
    })
    const wrong: string[] = []
    let done = -1
    sim.observe((event) => {
      if (event.what !== 'sent' || event.delivery.from !== 'g') return
      const { type, offset } = event.delivery.message as { type: string; offset: number }
      if (type === 'commit' && offset !== done + 1) wrong.push(`${offset} is committed, ${done} is processed`)
    })
    sim.always('one after the other', () => wrong)
    sim.eventually('all are processed', () => work.length === RECORDS)
  }))

it('3.7 at the end of the log the consumer asks again after 500 ms', () =>
  chaos({ nodes: ['broker'], kinds: ['delay'], until: 10_000, quiet: 5_000 }, (sim) => {
    build(sim, () => {})
    const wrong: string[] = []
    let empty: number | null = null
    sim.observe((event) => {
      if (event.what !== 'delivered' && event.what !== 'sent') return
      const { from, message } = event.delivery
      const { type, records, request } = message as { type: string; records?: unknown[]; request: string }
      if (event.what === 'delivered' && from === 'broker' && type === 'records' && !answered.has(request)) {
        answered.add(request)
        empty = records?.length === 0 ? event.at : null
      }
      if (event.what === 'sent' && from === 'g' && type === 'fetch' && !asked.has(request)) {
        asked.add(request)
        if (empty !== null && event.at - empty !== 500) wrong.push(`asked again after ${event.at - empty} ms`)
      }
    })
    const answered = new Set<string>()
    const asked = new Set<string>()
    sim.finally('after 500 ms', () => wrong.slice(0, 3))
    sim.finally('it asks on', () => asked.size > 10)
  }))
