import { owner } from './entry.ts'
import { FaultPlan } from './fault-plan.ts'
import { History } from './history.ts'
import { RunMarks } from './marks.ts'
import { type Message, Network } from './network.ts'
import { checkDuration } from './node-clock.ts'
import { Nodes } from './nodes.ts'
import { checkFaults } from './schedule.ts'
import { Scheduler } from './scheduler.ts'
import type { Fault, SimulationOptions } from './types.ts'
import { Watches } from './watches.ts'

/** Far above what any event should need, also on a busy machine; ms of real time. */
export const EVENT_LIMIT_MS = 5_000

/** What a simulation is made of. */
export interface Parts {
  readonly faults: readonly Fault[]
  readonly messages: Message[]
  readonly history: History
  readonly scheduler: Scheduler
  readonly nodes: Nodes
  readonly network: Network
  readonly plan: FaultPlan
  readonly marks: RunMarks
  readonly watches: Watches
  /** Owner of the test's own actions. */
  readonly test: ReturnType<typeof owner>
  /** ms of real time. */
  readonly eventLimit: number
}

/** Throws a RangeError for a fault or an option that makes no sense, and for faults that contradict each other. */
export function assemble(options: SimulationOptions): Parts {
  const { faults = [], latency = 5, jitter = 0, seed = 0, diskLatency = 1, maxEvents = 1_000_000 } = options
  checkFaults(faults)
  for (const [name, ms] of Object.entries({ latency, jitter, diskLatency })) checkDuration(ms, name)
  const eventLimit = options.eventLimit ?? EVENT_LIMIT_MS
  for (const [name, most] of Object.entries({ maxEvents, eventLimit })) {
    if (!(most > 0)) throw new RangeError(`${name}: a number above 0, not ${most}`)
  }
  const messages: Message[] = []
  const history = new History(messages)
  const scheduler: Scheduler = new Scheduler(maxEvents, (node) => history.timer(scheduler.now, node))
  const test = owner('the test itself')
  scheduler.adopt(test)
  const nodes = new Nodes({ scheduler, seed, diskLatency })
  const plan = new FaultPlan({
    faults,
    scheduler,
    history,
    nodes,
    start: (node) => nodes.start(node, network),
    release: (window) => network.release(window),
  })
  const { windows } = plan
  const network = new Network({
    scheduler,
    history,
    messages,
    nodes,
    windows,
    latency,
    jitter: Math.floor(jitter),
    seed,
  })
  const marks = new RunMarks(scheduler, options.marks)
  const watches = new Watches(scheduler, (state) => history.add({ at: scheduler.now, what: 'state', ...state }))
  return { faults, messages, history, scheduler, nodes, network, plan, marks, watches, test, eventLimit }
}
