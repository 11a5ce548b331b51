import { chaos, type FaultKind, type Simulation } from 'specproof/sim'
import { it } from 'vitest'
import { type OrchestratorNode, startOrchestrator } from '../src/orchestrator.ts'
import type { Step } from '../src/progress.ts'
import { type ServiceNode, startService } from '../src/service.ts'
import { keyOf } from '../src/stock.ts'
import { observeServices, onDisk, onSent } from './wire.ts'

const UNTIL = 24_000
const STARTS_MS = 8_000
const CALM_MS = 20_000
const HANDLED_MS = 50
const SERVICES = ['s', 't', 'u']
const AMOUNT = 12
const FAULTS: FaultKind[] = [
  'crash',
  'partition',
  'drop',
  'one-way',
  'delay',
  'duplicate',
  'pause',
  'reorder',
  'torn-crash',
]

interface System {
  orchestrator: OrchestratorNode | undefined
  readonly services: Map<string, ServiceNode>
  readonly wrong: string[]
  readonly sagas: Map<string, readonly Step[]>
  /** What clients were told. */
  readonly ends: Map<string, string>
}

function startSystem(sim: Simulation): System {
  const wrong = observeServices(sim, SERVICES)
  const system: System = { orchestrator: undefined, services: new Map(), wrong, sagas: new Map(), ends: new Map() }
  sim.node('o', async (env) => {
    system.orchestrator = await startOrchestrator(env)
  })
  for (const name of SERVICES) {
    sim.node(name, async (env) => {
      system.services.set(name, await startService(env, AMOUNT))
    })
  }
  sim.always('all observers', () => wrong)
  return system
}

/** Order and direction of what is asked for, and that it is asked for only when what came before is on the disk. */
function observeOrder(sim: Simulation, { wrong, ends }: System): void {
  const lowest = new Map<string, number>()
  const done = new Map<string, Set<number>>()
  sim.observe((event) => {
    if (event.what !== 'delivered') return
    const { type, saga, step } = event.delivery.message as { type: string; saga: string; step: number }
    if (type === 'done') done.set(saga, (done.get(saga) ?? new Set()).add(step))
  })
  const logged = (saga: string, what: string, step: number) =>
    onDisk(sim, 'o', 'sagas').some((line) => {
      const entry = JSON.parse(line) as { saga: string; event?: { what: string; step: number } }
      return entry.saga === saga && entry.event?.what === what && entry.event.step === step
    })
  onSent(sim, (from, to, { type, saga, step, end }) => {
    if (from !== 'o') return
    if (type === 'do') {
      if (lowest.has(saga)) wrong.push(`${saga}: step ${step} is asked for after a compensation`)
      if (ends.has(saga)) wrong.push(`${saga}: step ${step} is asked for after the end`)
      for (let before = 0; before < step; before += 1) {
        if (!done.get(saga)?.has(before)) wrong.push(`${saga}: step ${step} is asked for, and ${before} was never done`)
        if (!logged(saga, 'done', before))
          wrong.push(`${saga}: step ${step} is asked for, and ${before} is not on the disk`)
      }
    }
    if (type === 'undo') {
      const before = lowest.get(saga) ?? step
      if (step > before) wrong.push(`${saga}: step ${step} is compensated after ${before}`)
      lowest.set(saga, Math.min(before, step))
      if (ends.has(saga)) wrong.push(`${saga}: step ${step} is compensated after the end at ${to}`)
    }
    if (type === 'ended') {
      if ((ends.get(saga) ?? end) !== end) wrong.push(`${saga} is ${ends.get(saga)} and ${end}`)
      ends.set(saga, end)
      if (
        !onDisk(sim, 'o', 'sagas').some((line) => line.includes(`"saga":"${saga}"`) && line.includes(`"end":"${end}"`))
      )
        wrong.push(`${saga} is told to be ${end}, which is not on the disk`)
    }
  })
}

const AGAIN_MS = 2_000
const PATIENCE_MS = 9_000

/** What is current is asked for every 2 s, and a step for no more than 9 s in one life of the orchestrator. */
function observeTimes(sim: Simulation, system: System): void {
  const { wrong } = system
  const asked = new Map<string, { what: string; first: number; last: number }>()
  const interrupted = () => {
    const now = sim.now()
    return (
      !sim.isUp('o') ||
      sim.faults.some(
        (fault) => fault.kind === 'pause' && fault.node === 'o' && fault.at <= now && now < fault.at + fault.ms,
      )
    )
  }
  sim.observe((event) => {
    if (event.what === 'restart' || event.what === 'crash') asked.clear()
    if (event.what === 'end' && event.fault.kind === 'pause') asked.clear()
  })
  onSent(sim, (from, _to, { type, saga, step }) => {
    if (from !== 'o' || (type !== 'do' && type !== 'undo')) return
    const what = `${type} ${step}`
    const before = asked.get(saga)
    const first = before?.what === what ? before.first : sim.now()
    if (type === 'do' && sim.now() - first >= PATIENCE_MS)
      wrong.push(`${saga}: ${what} is asked for after ${sim.now() - first} ms`)
    asked.set(saga, { what, first, last: sim.now() })
  })
  sim.every(500, () => {
    if (interrupted()) return
    for (const saga of system.orchestrator?.open() ?? []) {
      const { what, last } = asked.get(saga) ?? { what: 'nothing', last: sim.now() }
      const silent = sim.now() - last
      if (silent > AGAIN_MS + HANDLED_MS)
        wrong.push(`${saga}: ${what} was asked for ${silent} ms ago, and nothing since`)
    }
  })
}

function startClients(sim: Simulation, system: System): void {
  for (const client of ['m', 'n']) {
    sim.client(client, async ({ net, clock, random }) => {
      for (let number = 1; clock.monotonic() < STARTS_MS; number += 1) {
        await clock.sleep(700 * random.int(4))
        const steps = [...SERVICES].slice(random.int(2)).map((service) => ({ service, amount: 1 + random.int(6) }))
        const again = random.int(3) === 0 ? [...system.sagas].find(([id]) => id.startsWith(client)) : undefined
        const [saga, order] = again ?? [`${client}${number}`, steps]
        system.sagas.set(saga, order)
        net.send(client, 'o', { type: 'start', saga, steps: order })
      }
    })
  }
}

function judgeEnd(sim: Simulation, system: System): void {
  sim.finally('every saga has ended, with all of its steps or none', () => {
    const { orchestrator, services, sagas, ends } = system
    const said = orchestrator!.open().map((saga) => `${saga} has not ended`)
    const ended = new Map(
      onDisk(sim, 'o', 'sagas')
        .map((line) => JSON.parse(line) as { saga: string; event?: { end?: string } })
        .filter(({ event }) => event?.end)
        .map(({ saga, event }) => [saga, event!.end!]),
    )
    for (const [saga, end] of ends)
      if (ended.get(saga) !== end) said.push(`${saga} was told to be ${end}, and is ${ended.get(saga)}`)
    const left = new Map(SERVICES.map((name) => [name, AMOUNT]))
    for (const [saga, steps] of sagas) {
      for (const [step, { service, amount }] of steps.entries()) {
        const inEffect = services.get(service)!.stock().given.get(keyOf(saga, step))?.state === 'done'
        if (inEffect) left.set(service, left.get(service)! - amount)
        if (inEffect !== (ended.get(saga) === 'completed'))
          said.push(`${saga} is ${ended.get(saga)}, and its step ${step} ${inEffect ? 'is' : 'is not'} in effect`)
      }
    }
    for (const [name, amount] of left)
      if (services.get(name)!.stock().left !== amount)
        said.push(`${name} has ${services.get(name)!.stock().left} left instead of ${amount}`)
    return said
  })
}

it('4.5 1.1, 1.2, 1.3, 1.4, 1.5, 2.1, 2.2, 2.3, 2.4, 2.5, 4.1, 4.4 all steps of a saga or none, 20 s after the last fault', () =>
  chaos({ nodes: ['o', ...SERVICES], kinds: FAULTS, runs: 200, until: UNTIL, quiet: CALM_MS }, (sim) => {
    const system = startSystem(sim)
    observeOrder(sim, system)
    observeTimes(sim, system)
    startClients(sim, system)
    judgeEnd(sim, system)
    sim.sometimes('a saga is completed', () => [...system.ends.values()].includes('completed'))
    sim.sometimes('a saga is compensated', () => [...system.ends.values()].includes('compensated'))
    sim.sometimes('a step is given up')
    onSent(sim, (from, _to, { type, saga }) => {
      if (
        from === 'o' &&
        type === 'undo' &&
        onDisk(sim, 'o', 'sagas').some((line) => line.includes(`"${saga}"`) && line.includes('given-up'))
      )
        sim.reach('a step is given up')
    })
  }))

it('2.5 2.2, 4.1 no step is asked for after a compensation, over a restart either', () =>
  chaos({ nodes: ['o', 's'], kinds: ['partition', 'crash'], runs: 100, until: UNTIL }, (sim) => {
    const system = startSystem(sim)
    observeOrder(sim, system)
    observeTimes(sim, system)
    startClients(sim, system)
  }))
