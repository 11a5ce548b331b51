/**
 * How fast the simulation kit is: events a second with promises and without, beside the fake timers that test runners
 * bring, how much faster than real time a cluster runs, a campaign, and the search for linearizability. All take turns, on
 * one core; prints CPU time (the garbage collector's threads counted), minimum and median. `node bench/sim.ts [rounds] [only those whose name holds this]`
 */
import { loadavg } from 'node:os'
import fc from 'fast-check'
import {
  chaos,
  faults,
  type KeyValueInput,
  keyValue,
  linearizable,
  type NodeEnv,
  type Operation,
  Simulation,
} from '../sandbox/sim/index.ts'
import { startLockServer } from '../test/sandbox/sim/try/src/lock.ts'

const rounds = Number(process.argv[2] ?? 7)
const NODES = ['a', 'b', 'c', 'd', 'e']
const TEN_MINUTES = 600_000
const TIMERS_MS = 200_000

interface FakeClock {
  setTimeout(fn: () => void, ms: number): unknown
  tick(ms: number): void
  tickAsync(ms: number): Promise<number>
}

/** The fake timers of vitest and jest; jest brings them as a package. Null where it is not installed. */
async function fakeTimers(): Promise<(() => FakeClock) | null> {
  const name = '@sinonjs/fake-timers'
  const loaded = (await import(name).catch(() => null)) as { default: { createClock(): FakeClock } } | null
  return loaded && (() => loaded.default.createClock())
}

/** Answers how many events there were. */
type Work = () => number | Promise<number>

function timers(): number {
  const sim = new Simulation({ maxEvents: 1e9 })
  let count = 0
  for (const [index, name] of NODES.entries()) {
    const clock = sim.clock(name)
    const again = () => {
      count += 1
      clock.setTimeout(again, 1 + index)
    }
    again()
  }
  sim.run(TIMERS_MS)
  return count
}

function fakeTimersSync(clock: FakeClock, ms: number): number {
  let count = 0
  for (const index of NODES.keys()) {
    const again = () => {
      count += 1
      clock.setTimeout(again, 1 + index)
    }
    again()
  }
  clock.tick(ms)
  return count
}

async function sleeps(): Promise<number> {
  const sim = new Simulation({ maxEvents: 1e9 })
  let count = 0
  for (const [index, name] of NODES.entries()) {
    sim.node(name, async ({ clock }) => {
      for (;;) {
        await clock.sleep(1 + index)
        count += 1
      }
    })
  }
  await sim.runAsync(TIMERS_MS)
  return count
}

async function fakeTimersAsync(clock: FakeClock, ms: number): Promise<number> {
  let count = 0
  const sleep = (wait: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, wait))
  const node = async (index: number) => {
    for (;;) {
      await sleep(1 + index)
      count += 1
    }
  }
  for (const index of NODES.keys()) void node(index)
  await clock.tickAsync(ms)
  return count
}

/** Everybody tells everybody every 100 ms that it lives. */
function cluster(): number {
  const sim = new Simulation({ maxEvents: 1e9 })
  let timersFired = 0
  for (const name of NODES) {
    sim.node(name, ({ clock, net }) => {
      const heard = new Map<string, number>()
      net.onMessage(name, (from) => void heard.set(from, clock.now()))
      const beat = () => {
        timersFired += 1
        for (const other of NODES) if (other !== name) net.send(name, other, { type: 'heartbeat', at: clock.now() })
        clock.setTimeout(beat, 100)
      }
      beat()
    })
  }
  sim.run(TEN_MINUTES)
  return sim.messages.length + timersFired
}

async function asyncCluster(): Promise<number> {
  const sim = new Simulation({ maxEvents: 1e9 })
  let timersFired = 0
  for (const name of NODES) {
    sim.node(name, async ({ clock, net }) => {
      const heard = new Map<string, number>()
      net.onMessage(name, async (from) => {
        await null
        heard.set(from, clock.now())
      })
      for (;;) {
        timersFired += 1
        for (const other of NODES) if (other !== name) net.send(name, other, { type: 'heartbeat', at: clock.now() })
        await clock.sleep(100)
      }
    })
  }
  await sim.runAsync(TEN_MINUTES)
  return sim.messages.length + timersFired
}

/** Four workers with heartbeats every 5 s and one that watches them, looked at every second: one run of the campaign. */
function watched({ clock, net }: NodeEnv): Map<string, number> {
  const heard = new Map(NODES.slice(1).map((name) => [name, clock.now()]))
  net.onMessage('a', (from) => void heard.set(from, clock.now()))
  return heard
}

function campaign(): number {
  let runs = 0
  const schedules = faults({ nodes: NODES, until: TEN_MINUTES, kinds: ['partition', 'drop', 'delay', 'crash'] })
  fc.assert(
    fc.property(schedules, (schedule) => {
      runs += 1
      const sim = new Simulation({ faults: schedule })
      let heard = new Map<string, number>()
      sim.node('a', (env) => {
        heard = watched(env)
      })
      for (const name of NODES.slice(1)) {
        sim.node(name, ({ clock, net }) => {
          const beat = () => {
            net.send(name, 'a', { type: 'heartbeat' })
            clock.setTimeout(beat, 5_000)
          }
          beat()
        })
      }
      sim.every(1_000, () => {
        for (const at of heard.values()) if (at > sim.now()) throw new Error('heard of the future')
      })
      sim.run(TEN_MINUTES)
    }),
    { numRuns: 1_000, seed: 7 },
  )
  return runs
}

/** The same with promises, by `chaos`: with everything that it adds. */
async function asyncCampaign(): Promise<number> {
  let runs = 0
  const kinds = ['partition', 'drop', 'delay', 'crash'] as const
  await chaos({ nodes: NODES, kinds: [...kinds], until: TEN_MINUTES, runs: 1_000, liveness: 60_000 }, (sim) => {
    runs += 1
    sim.node('a', startLockServer)
    for (const name of NODES.slice(1)) {
      sim.node(name, async ({ clock, net, random }) => {
        for (;;) {
          net.send(name, 'a', { op: 'acquire', id: random.uuid() })
          await clock.sleep(5_000)
        }
      })
    }
    sim.always('time does not end', () => sim.now() < 2 * TEN_MINUTES)
  })
  return runs
}

/** Operations of clients on keys, each of which takes effect somewhere between its call and its return. */
function operations(length: number, clients: number, keys: number): Operation<KeyValueInput, unknown>[] {
  let state = 1
  const int = (max: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % max
  }
  const free = new Array<number>(clients).fill(0)
  const drawn = Array.from({ length }, (_, index) => {
    const client = index % clients
    const called = free[client]! + int(5)
    const effect = called + int(20)
    const returned = effect + int(20)
    free[client] = returned + 1
    return { client: `c${client}`, called, effect, returned, key: `k${int(keys)}`, index }
  })
  const values = new Map<string, unknown>()
  return drawn
    .toSorted((a, b) => a.effect - b.effect)
    .map(({ client, called, returned, key, index }) => {
      if (index % 2 === 0) {
        const output = values.get(key) ?? 0
        return { client, called, returned, input: { key, op: 'read' }, output }
      }
      values.set(key, index)
      return { client, called, returned, input: { key, op: 'write', value: index }, output: undefined }
    })
}

const history = operations(10_000, 10, 10)

function search(): number {
  const wrong = linearizable(keyValue(0), history)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return history.length
}

interface Measure {
  name: string
  work: Work
  /** What its count is of, and how many ms each round stands for in simulated time. */
  unit: string
  simulated?: number
  /** Wall-clock ms or rate that is asked for, for people. */
  asked: string
}

const fake = await fakeTimers()
const all: Measure[] = [
  { name: 'timers, synchronous', work: timers, unit: 'events', asked: '1 M/s' },
  { name: 'sleeps, with promises', work: sleeps, unit: 'events', asked: '0.5 M/s' },
  ...(fake
    ? [
        { name: '  fake timers, tick', work: () => fakeTimersSync(fake(), 20_000), unit: 'events', asked: '' },
        { name: '  fake timers, tickAsync', work: () => fakeTimersAsync(fake(), 5_000), unit: 'events', asked: '' },
      ]
    : []),
  {
    name: 'five nodes at 100 ms, synchronous',
    work: cluster,
    unit: 'events',
    simulated: TEN_MINUTES,
    asked: '10,000 x',
  },
  {
    name: 'five nodes at 100 ms, promises',
    work: asyncCluster,
    unit: 'events',
    simulated: TEN_MINUTES,
    asked: '10,000 x',
  },
  { name: '1,000 schedules, synchronous', work: campaign, unit: 'runs', asked: '5 s' },
  { name: '1,000 schedules, chaos(), promises', work: asyncCampaign, unit: 'runs', asked: '5 s' },
  { name: 'linearizability, 10,000 operations', work: search, unit: 'operations', asked: '50 ms' },
]

const measures = all.filter(({ name }) => name.includes(process.argv[3] ?? ''))
const times = new Map<Measure, number[]>(measures.map((measure) => [measure, []]))
const counts = new Map<Measure, number>()
// The first round warms up and is not counted.
for (let round = 0; round <= rounds; round += 1) {
  for (const measure of measures) {
    globalThis.gc?.()
    const before = process.cpuUsage()
    const count = await measure.work()
    const { user, system } = process.cpuUsage(before)
    counts.set(measure, count)
    if (round > 0) times.get(measure)!.push((user + system) / 1_000)
  }
}

console.log(`Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}, ${rounds} rounds; CPU time, minimum (median)\n`)
for (const measure of measures) {
  const { name, unit, simulated, asked } = measure
  const sorted = times.get(measure)!.toSorted((a, b) => a - b)
  const [least, median] = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!]
  const rate = (ms: number) => (counts.get(measure)! / ms / 1_000).toFixed(2)
  const rates = unit === 'events' ? `${rate(least)} (${rate(median)}) M ${unit}/s` : ''
  const speed = simulated ? `${Math.round(simulated / least)} (${Math.round(simulated / median)}) x real time` : ''
  const took = `${least.toFixed(1)} (${median.toFixed(1)}) ms`
  console.log([name.padEnd(38), took.padEnd(22), rates, speed, asked && `asked: ${asked}`].filter(Boolean).join('  '))
}
