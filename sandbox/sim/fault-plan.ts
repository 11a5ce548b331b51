import { corruptDue } from './disk.ts'
import { owner } from './entry.ts'
import type { History } from './history.ts'
import type { Window } from './link.ts'
import type { SimNode } from './node.ts'
import { setDrift } from './node-clock.ts'
import type { Nodes } from './nodes.ts'
import type { Outage } from './schedule.ts'
import { isCrash, namesIn, outages } from './schedule.ts'
import type { Scheduler } from './scheduler.ts'
import type { Fault } from './types.ts'

export interface FaultPlanOptions {
  faults: readonly Fault[]
  scheduler: Scheduler
  history: History
  nodes: Nodes
  /** Builds the node anew. */
  start(node: SimNode): void
  /** A clog has ended. */
  release(window: Window): void
}

/** Something that begins and ends at its time, or ends early when all is healed. */
interface Planned {
  begun: boolean
  ended: boolean
  begin(): void
  end(): void
}

/** Lets the faults begin and end at their times, and does to nodes and disks what they say. Links look for themselves. */
export class FaultPlan {
  readonly windows: Window[]
  #options: FaultPlanOptions
  #planned: Planned[] = []
  /** Names that nobody had mentioned when their fault began. */
  #invented = new Set<string>()
  #owner = owner('the faults')

  constructor(options: FaultPlanOptions) {
    this.#options = options
    options.scheduler.adopt(this.#owner)
    this.windows = options.faults
      .filter((fault) => !isCrash(fault))
      .map((fault) => ({ fault, at: fault.at, end: fault.at + fault.ms }))
    for (const window of this.windows) {
      this.#plan(
        window.at,
        window.end,
        () => this.#begin(window),
        () => this.#end(window),
      )
    }
    for (const outage of outages(options.faults)) {
      this.#plan(
        outage.from,
        outage.to,
        () => this.#crash(outage),
        () => this.#restart(outage.node),
      )
    }
  }

  /** Ends everything that is in force, and lets nothing begin any more. */
  heal(): void {
    for (const planned of this.#planned) {
      if (planned.begun && !planned.ended) planned.end()
      planned.begun = true
      planned.ended = true
    }
    for (const window of this.windows) window.end = Math.min(window.end, this.#now)
  }

  /** A fault on a node that does not exist tests nothing, and must not look like a test that was passed. */
  refuseWithoutEffect(): void {
    const nodes = new Map(this.#options.nodes.all().map((node) => [node.name, node]))
    for (const fault of this.#options.faults) {
      if (fault.at > this.#now) continue
      for (const name of namesIn(fault)) {
        if (isCrash(fault) && !nodes.get(name)?.start) throw new Error(cannotRestart(name))
        if (nodes.has(name) && !this.#isInvented(name)) continue
        const known = [...nodes.keys()].filter((one) => !this.#isInvented(one)).join(', ')
        throw new Error(`a fault names "${name}", but no such node took part (there are: ${known})`)
      }
    }
  }

  /** Whether nobody but a fault has ever named this node. */
  #isInvented(name: string): boolean {
    const node = this.#options.nodes.find(name)
    if (node === undefined || !this.#invented.has(name)) return false
    return node.start === null && node.handler === null && !node.used && node.received.length + node.links.size === 0
  }

  #nodeOf(name: string): SimNode {
    if (this.#options.nodes.find(name) === undefined) this.#invented.add(name)
    return this.#options.nodes.get(name)
  }

  #plan(from: number, to: number, begin: () => void, end: () => void): void {
    const planned: Planned = {
      begun: false,
      ended: false,
      begin() {
        if (planned.begun) return
        planned.begun = true
        begin()
      },
      end() {
        if (planned.ended) return
        planned.ended = true
        end()
      },
    }
    this.#planned.push(planned)
    const { scheduler } = this.#options
    scheduler.schedule(this.#owner, { at: from }, 'fault', planned.begin)
    if (to < Number.POSITIVE_INFINITY) scheduler.schedule(this.#owner, { at: to }, 'fault', planned.end)
  }

  #begin({ fault }: Window): void {
    this.#history.add({ at: fault.at, what: 'begin', fault })
    if (!('node' in fault)) return
    const node = this.#nodeOf(fault.node)
    this.#bend(node, fault, 1)
    if (fault.kind !== 'corrupt') return
    node.disk.corruptions.add(fault.position)
    corruptDue(node.disk)
  }

  #end(window: Window): void {
    const { fault } = window
    this.#history.add({ at: this.#now, what: 'end', fault })
    // For those that end early.
    window.end = Math.min(window.end, this.#now)
    if (fault.kind === 'clog') this.#options.release(window)
    if (!('node' in fault)) return
    const node = this.#nodeOf(fault.node)
    this.#bend(node, fault, -1)
    if (fault.kind === 'corrupt') node.disk.corruptions.delete(fault.position)
  }

  /** Adds to what is wrong with a node, or takes it away again. */
  #bend(node: SimNode, fault: Fault, sign: 1 | -1): void {
    if (fault.kind === 'pause') {
      node.paused += sign
      if (node.paused === 0) this.#options.scheduler.wake(node)
    } else if (fault.kind === 'slow') node.slow += sign * fault.extra
    else if (fault.kind === 'skew') node.clock.offset += sign * fault.offset
    else if (fault.kind === 'drift') setDrift(node, sign === 1 ? fault.percent : 0, this.#now)
    else if (fault.kind === 'disk-full') node.disk.full += sign
    else if (fault.kind === 'disk-error') node.disk.failing += sign
    else if (fault.kind === 'disk-slow') node.disk.slow += sign * fault.extra
  }

  #crash({ node: name, keep }: Outage): void {
    const node = this.#options.nodes.get(name)
    if (node.start === null && (node.used || node.handler !== null)) throw new Error(cannotRestart(name))
    this.#history.add({ at: this.#now, what: 'crash', node: name })
    node.down = true
    node.life += 1
    node.handler = null
    node.disk.busyUntil = 0
    const lost = node.disk.image.crash(keep)
    if (lost === 0) return
    this.#history.add({ at: this.#now, what: 'note', node: name, text: `${lost} bytes that were not synced are lost` })
  }

  #restart(name: string): void {
    const node = this.#options.nodes.get(name)
    this.#history.add({ at: this.#now, what: 'restart', node: name })
    node.down = false
    if (node.start !== null) this.#options.start(node)
  }

  get #now(): number {
    return this.#options.scheduler.now
  }

  get #history(): History {
    return this.#options.history
  }
}

function cannotRestart(name: string): string {
  return `a fault crashes "${name}", which could never restart: build it inside sim.node("${name}", () => { ... })`
}
