import { owner } from './entry.ts'
import { FaultPlan } from './fault-plan.ts'
import { History } from './history.ts'
import { type Answer, RunMarks } from './marks.ts'
import { type Message, Network } from './network.ts'
import { checkDuration } from './node-clock.ts'
import { listen, Nodes } from './nodes.ts'
import { PhaseJob } from './phase-job.ts'
import { type Phases, phases } from './phases.ts'
import { pump } from './pump.ts'
import { calmAfter, checkFaults } from './schedule.ts'
import { Scheduler } from './scheduler.ts'
import type {
  Arrival,
  Delivery,
  Disk,
  Fault,
  Net,
  NodeClock,
  NodeEnv,
  Random,
  SimulationEvent,
  SimulationOptions,
} from './types.ts'
import { Watches } from './watches.ts'

/** Far above what any event should need, also on a busy machine. */
export const EVENT_LIMIT_MS = 5_000
const NEWEST = Symbol.for('specproof.sim')

/** A deterministic world of nodes with clocks, disks and a lossy network. The same calls and options give the same history. */
export class Simulation {
  readonly faults: readonly Fault[]
  #test = owner('the test itself')
  #messages: Message[] = []
  #history = new History(this.#messages)
  #scheduler: Scheduler
  #nodes: Nodes
  #network: Network
  #plan: FaultPlan
  #marks: RunMarks
  #watches: Watches
  #eventLimit: number

  /** Throws a RangeError for a fault or an option that makes no sense, and for faults that contradict each other. */
  constructor(options: SimulationOptions = {}) {
    const { faults = [], latency = 5, jitter = 0, seed = 0, diskLatency = 1, maxEvents = 1_000_000, marks } = options
    this.#eventLimit = options.eventLimit ?? EVENT_LIMIT_MS
    checkFaults(faults)
    for (const [name, ms] of Object.entries({ latency, jitter, diskLatency })) checkDuration(ms, name)
    this.faults = faults
    const history = this.#history
    const scheduler = new Scheduler(maxEvents, (node) => history.timer(scheduler.now, node))
    scheduler.adopt(this.#test)
    const nodes = new Nodes({ scheduler, seed, diskLatency })
    this.#plan = new FaultPlan({
      faults,
      scheduler,
      history,
      nodes,
      start: (node) => nodes.start(node, this.#network),
      release: (window) => this.#network.release(window),
    })
    const { windows } = this.#plan
    const messages = this.#messages
    this.#network = new Network({
      scheduler,
      history,
      messages,
      nodes,
      windows,
      latency,
      jitter: Math.floor(jitter),
      seed,
    })
    this.#marks = new RunMarks(scheduler, marks)
    this.#watches = new Watches(scheduler, (state) => history.add({ at: scheduler.now, what: 'state', ...state }))
    this.#scheduler = scheduler
    this.#nodes = nodes
    // The harness attaches the last events of a failing run to its counterexample; the newest run is the one that failed.
    Object.assign(globalThis, { [NEWEST]: { history: (last?: number) => this.history(last) } })
  }

  /** All messages so far, in the order they were sent. */
  get messages(): readonly Delivery[] {
    return this.#messages
  }

  /** Names of all nodes so far, in the order in which they were first mentioned. */
  get nodes(): string[] {
    return this.#nodes.all().map(({ name }) => name)
  }

  /** What has arrived at `to` so far, in the order of arrival; from one sender only, when given. Crashes do not clear it. */
  received(to: string, from?: string): readonly Arrival[] {
    const all = this.#nodes.find(to)?.received ?? []
    return from === undefined ? all : all.filter((arrival) => arrival.from === from)
  }

  /** Simulated time, ms. */
  now(): number {
    return this.#scheduler.now
  }

  /** False while the node is down. */
  isUp(node: string): boolean {
    return this.#nodes.find(node)?.down === false
  }

  /** A clock owned by `node`: its timers are lost when the node crashes, and those set while it is down never fire. */
  clock(node: string): NodeClock {
    const owner = this.#nodes.get(node)
    owner.used = true
    return this.#nodes.clock(owner, () => !owner.down)
  }

  net(): Net {
    return {
      send: (from, to, message) => this.#network.send(from, to, message, true),
      onMessage: (node, handler) => listen(this.#nodes.get(node), handler),
    }
  }

  /** The disk of `node`, for the test to look at or to fill. */
  disk(node: string): Disk {
    return this.#nodes.disk(this.#nodes.get(node), () => true)
  }

  /** Random numbers of `node`: its own stream, that no crash begins anew. */
  random(node: string): Random {
    return this.#nodes.random(node)
  }

  /**
   * Runs `start` now, and again at the end of each crash of this node. `start` must build the node from nothing but what
   * it is given. When the node is down at that moment (possible only during a run), the first start waits for the end of
   * the crash.
   */
  node(name: string, start: (env: NodeEnv) => unknown): void {
    const node = this.#nodes.get(name)
    if (node.start !== null) throw new Error(`there is already a node "${name}"`)
    node.start = start
    if (!node.down) this.#nodes.start(node, this.#network)
  }

  /** A node that uses the others, and must come to the end of its `script` in the liveness phase at the latest. */
  client(name: string, script: (env: NodeEnv) => Promise<void>): void {
    let done = false
    this.node(name, async (env) => {
      await script(env)
      done = true
    })
    this.eventually(`the client ${name} comes to its end`, () => done)
  }

  /** Runs everything up to and including `untilMs`, an absolute time. What a callback throws comes out here. */
  run(untilMs: number): void {
    this.#scheduler.run(untilMs)
    this.#plan.refuseWithoutEffect()
  }

  /** Like `run`, for code that uses promises: after each event, everything that it settles runs before the next event. */
  async runAsync(untilMs: number): Promise<void> {
    await this.#pump([untilMs].values())
  }

  /**
   * Faults until the last of them is over, then heals what is left, lets `quiet` ms pass, and waits `liveness` ms at most
   * for what must `eventually` hold; ends as soon as it does. For code with promises and for code without.
   */
  async runPhases(options: Phases = {}): Promise<void> {
    await this.#pump(this.#phases(options))
  }

  /** Ends all faults now: links and nodes are whole, nodes that were down start, and nothing begins any more. */
  heal(): void {
    this.#plan.heal()
  }

  /** The test's own action at an absolute time (ms); no crash takes it away. */
  at(ms: number, fn: () => unknown): void {
    if (!Number.isFinite(ms) || ms < this.now()) throw new RangeError(`at(${ms}): not before now (t=${this.now()})`)
    this.#scheduler.schedule(this.#test, { at: ms }, 'test action', fn)
  }

  /** Observer: runs every `ms` from now on, after everything else in the same instant. */
  every(ms: number, fn: () => void): void {
    if (checkDuration(ms, 'every()') === 0) throw new RangeError('every(0): use always()')
    const next = () => this.#scheduler.schedule(this.#test, { at: this.now() + ms, last: true }, 'observer', tick)
    const tick = () => {
      const result: unknown = fn()
      next()
      return result
    }
    next()
  }

  /** Observer: runs at the end of each instant in which anything happened. For what must hold at all times. */
  always(fn: () => void): void
  /** An invariant: `holds` answers false, or says what is wrong, where it does not hold. */
  always(name: string, holds: () => Answer): void
  always(first: string | (() => void), holds?: () => Answer): void {
    if (typeof first === 'string') this.#marks.always(first, holds!)
    else this.#scheduler.always(first)
  }

  /** A goal: must hold at some instant of the liveness phase of `runPhases`. */
  eventually(name: string, holds: () => Answer): void {
    this.#marks.eventually(name, holds)
  }

  /** A mark that some run must reach, by `holds` at the end of an instant or by `reach(name)`: else the tests show nothing. */
  sometimes(name: string, holds?: () => boolean): void {
    this.#marks.sometimes(name, holds ?? null)
  }

  reach(name: string): void {
    this.#marks.reach(name)
  }

  /** Reads a value at the end of each instant; each change of it is an event. With `node`: what that node believes. */
  watch(name: string, read: () => unknown, node: string | null = null): void {
    this.#watches.add(name, read, node)
  }

  /** Called with each event when it happens: messages, timers, faults, crashes, states. */
  observe(listener: (event: SimulationEvent) => void): void {
    this.#history.tap(listener)
  }

  /** Everything that has happened, as data. */
  events(): SimulationEvent[] {
    return this.#history.events()
  }

  /** The last events as lines, oldest first, at most 200: deliveries, losses, faults, crashes, restarts, states. */
  history(last = 200): string[] {
    return this.#history.lines(last)
  }

  /** Of everything that has happened; the same seed and faults give the same. */
  hash(): string {
    return this.#history.hash()
  }

  /** Async callbacks of living nodes that have begun and not ended, one line each. */
  pending(node?: string): string[] {
    return this.#scheduler.pending(node === undefined ? undefined : this.#nodes.get(node))
  }

  #pump(times: Iterator<number>): Promise<void> {
    return pump(new PhaseJob(this.#scheduler, times, this.#eventLimit, () => this.#plan.refuseWithoutEffect()))
  }

  #phases(options: Phases): Iterator<number> {
    const phased = {
      now: () => this.now(),
      calmAfter: () => calmAfter(this.faults),
      heal: () => this.heal(),
      seek: () => this.#marks.seek(),
      assertMet: (when: string) => this.#marks.assertMet(when, this.pending()),
    }
    return phases(phased, options)
  }
}
