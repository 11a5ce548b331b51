import { copyMessage } from './copy.ts'
import { History } from './history.ts'
import { Jitter } from './jitter.ts'
import { LinkFaults } from './link-faults.ts'
import { checkFault, namesIn, type Outage, outages } from './schedule.ts'
import { call, type Owner, Scheduler } from './scheduler.ts'
import type { Arrival, Clock, Delivery, Fault, Net, SimulationOptions } from './types.ts'

interface Node extends Owner {
  start: (() => void) | null
  handler: ((from: string, message: unknown) => void) | null
  down: boolean
  /** Whether anybody has asked for its clock. */
  used: boolean
  received: Arrival[]
}

type Message = { -readonly [K in keyof Delivery]: Delivery[K] }

const TEST: Owner = { name: 'the test itself', life: 0 }
const NEWEST = Symbol.for('specproof.sim')

/** A deterministic world of nodes with one clock and a lossy network. The same calls and options give the same history. */
export class Simulation {
  #scheduler = new Scheduler()
  #nodes = new Map<string, Node>()
  #messages: Message[] = []
  #history = new History()
  #faults: readonly Fault[]
  #links: LinkFaults
  #latency: number
  #jitter: Jitter

  /** Throws a RangeError for a fault or an option that makes no sense. */
  constructor(options: SimulationOptions = {}) {
    const { faults = [], latency = 5, jitter = 0, seed = 0 } = options
    for (const fault of faults) checkFault(fault)
    this.#faults = faults
    this.#links = new LinkFaults(faults)
    this.#latency = duration(latency, 'latency')
    this.#jitter = new Jitter(Math.floor(duration(jitter, 'jitter')), seed)
    this.#scheduleFaults()
    // The harness attaches the last events of a failing run to its counterexample; the newest run is the one that failed.
    Object.assign(globalThis, { [NEWEST]: { history: (last?: number) => this.history(last) } })
  }

  /** All messages so far, in the order they were sent. */
  get messages(): readonly Delivery[] {
    return this.#messages
  }

  /** What has arrived at `to` so far, in the order of arrival; from one sender only, when given. Crashes do not clear it. */
  received(to: string, from?: string): readonly Arrival[] {
    const all = this.#nodes.get(to)?.received ?? []
    return from === undefined ? all : all.filter((arrival) => arrival.from === from)
  }

  /** Simulated time, ms. */
  now(): number {
    return this.#scheduler.now
  }

  /** A clock owned by `node`: its timers are lost when the node crashes, and those set while it is down never fire. */
  clock(node: string): Clock {
    const owner = this.#node(node)
    owner.used = true
    return {
      now: () => this.now(),
      setTimeout: (fn, ms) => {
        const at = this.now() + duration(ms, `setTimeout() on node "${node}"`)
        return owner.down ? this.#scheduler.unusedId() : this.#scheduler.setTimer(owner, at, fn)
      },
      clearTimeout: (id) => {
        if (id !== undefined) this.#scheduler.cancelTimer(owner, id)
      },
    }
  }

  net(): Net {
    return {
      send: (from, to, message) => this.#send(from, to, message),
      onMessage: (node, handler) => this.#listen(this.#node(node), handler),
    }
  }

  /**
   * Runs `start` now, and again at the end of each crash of this node. `start` must build the node from nothing.
   * When the node is down at that moment (possible only during a run), the first start waits for the end of the crash.
   */
  node(name: string, start: () => void): void {
    const node = this.#node(name)
    if (node.start !== null) throw new Error(`there is already a node "${name}"`)
    node.start = start
    if (!node.down) call(start)
  }

  /** Runs everything up to and including `untilMs`, an absolute time. What a callback throws comes out here. */
  run(untilMs: number): void {
    this.#scheduler.run(untilMs)
    this.#refuseFaultsWithoutEffect()
  }

  /** The test's own action at an absolute time (ms); no crash takes it away. */
  at(ms: number, fn: () => void): void {
    if (!Number.isFinite(ms) || ms < this.now()) throw new RangeError(`at(${ms}): not before now (t=${this.now()})`)
    this.#scheduler.schedule(TEST, { at: ms }, () => call(fn))
  }

  /** Observer: runs every `ms` from now on, after everything else in the same instant. */
  every(ms: number, fn: () => void): void {
    if (duration(ms, 'every()') === 0) throw new RangeError('every(0): use always()')
    const tick = () => {
      call(fn)
      next()
    }
    const next = () => this.#scheduler.schedule(TEST, { at: this.now() + ms, last: true }, tick)
    next()
  }

  /** Observer: runs at the end of each instant in which anything happened. For what must hold at all times. */
  always(fn: () => void): void {
    this.#scheduler.always(fn)
  }

  /** The last events as lines, oldest first, at most 200: deliveries, losses, faults, crashes, restarts. */
  history(last = 200): string[] {
    return this.#history.lines(last)
  }

  #node(name: string): Node {
    let node = this.#nodes.get(name)
    if (node === undefined) {
      node = { name, start: null, handler: null, down: false, life: 0, used: false, received: [] }
      this.#nodes.set(name, node)
    }
    return node
  }

  #listen(node: Node, handler: (from: string, message: unknown) => void): void {
    if (node.down) return
    if (node.handler !== null) throw new Error(`node "${node.name}" already has a message handler; one node has one`)
    node.handler = handler
  }

  #send(from: string, to: string, message: unknown): void {
    const copy = copyMessage(message)
    const now = this.now()
    const links = this.#links
    const travel = this.#latency + this.#jitter.next(from, to) + links.delay(from, to, now)
    const dropped = links.takes(from, to, now) ? 'drop' : null
    const lost = this.#node(from).down ? 'sender is down' : (links.cut(from, to, now) ?? dropped)
    const first = { sentAt: now, from, to, message: copy, deliveredAt: null, lost, duplicate: false }
    this.#dispatch(first, travel)
    if (lost !== null) return
    for (const extra of links.copies(from, to, now)) this.#dispatch({ ...first, duplicate: true }, travel + extra)
  }

  #dispatch(message: Message, travel: number): void {
    this.#messages.push(message)
    if (message.lost !== null) {
      this.#history.add({ at: this.now(), what: 'delivery', delivery: message })
      return
    }
    const target = this.#node(message.to)
    this.#scheduler.schedule(target, { at: this.now() + travel }, () => this.#deliver(target, message))
  }

  #deliver(target: Node, delivery: Message): void {
    const { handler } = target
    const { from, to, message } = delivery
    const deaf = target.down ? 'receiver is down' : handler === null ? 'receiver has no handler' : null
    delivery.lost = this.#links.cut(from, to, this.now()) ?? deaf
    this.#history.add({ at: this.now(), what: 'delivery', delivery })
    if (delivery.lost !== null || handler === null) return
    delivery.deliveredAt = this.now()
    target.received.push(delivery as Arrival)
    // Its own copy: a receiver may change what it got without changing what observers and duplicates see.
    call(() => handler(from, copyMessage(message)))
  }

  #scheduleFaults(): void {
    for (const fault of this.#faults) {
      if (fault.kind === 'crash') continue
      const note = (what: 'begin' | 'end') => () => this.#history.add({ at: this.now(), what, fault })
      this.#scheduler.schedule(TEST, { at: fault.at }, note('begin'))
      this.#scheduler.schedule(TEST, { at: fault.at + fault.ms }, note('end'))
    }
    for (const outage of outages(this.#faults)) {
      this.#scheduler.schedule(TEST, { at: outage.from }, () => this.#crash(outage))
      this.#scheduler.schedule(TEST, { at: outage.to }, () => this.#restart(outage.node))
    }
  }

  #crash({ node: name }: Outage): void {
    const node = this.#node(name)
    if (node.start === null && (node.used || node.handler !== null)) throw new Error(cannotRestart(name))
    this.#history.add({ at: this.now(), what: 'crash', node: name })
    node.down = true
    node.life += 1
    node.handler = null
  }

  #restart(name: string): void {
    const node = this.#node(name)
    this.#history.add({ at: this.now(), what: 'restart', node: name })
    node.down = false
    if (node.start !== null) call(node.start)
  }

  /** A fault on a node that does not exist tests nothing, and must not look like a test that was passed. */
  #refuseFaultsWithoutEffect(): void {
    for (const fault of this.#faults) {
      if (fault.at > this.now()) continue
      for (const name of namesIn(fault)) {
        if (fault.kind === 'crash' && !this.#nodes.get(name)?.start) throw new Error(cannotRestart(name))
        if (this.#nodes.has(name)) continue
        const known = [...this.#nodes.keys()].join(', ')
        throw new Error(`a fault names "${name}", but no such node took part (there are: ${known})`)
      }
    }
  }
}

function cannotRestart(name: string): string {
  return `a fault crashes "${name}", which could never restart: build it inside sim.node("${name}", () => { ... })`
}

function duration(ms: number, where: string): number {
  if (Number.isFinite(ms) && ms >= 0) return ms
  throw new RangeError(`${where}: a time in ms that is finite and not negative, not ${ms}`)
}
