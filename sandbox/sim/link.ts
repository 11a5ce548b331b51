import type { SimNode } from './node.ts'
import { Stream } from './random.ts'
import type { Fault } from './types.ts'

/** A fault with the time in which it is in force; healing ends it early. */
export interface Window<F extends Fault = Fault> {
  readonly fault: F
  readonly at: number
  end: number
}

type Of<K extends Fault['kind']> = Window<Extract<Fault, { kind: K }>>

export interface LinkOptions {
  windows: readonly Window[]
  /** Most ms of jitter. */
  jitter: number
  seed: number
}

/** One direction between two nodes: what the faults do to its messages. No other link has a say in it. */
export class Link {
  readonly target: SimNode
  /** Nothing but latency and jitter will ever happen here. */
  readonly faultless: boolean
  #cuts: (Of<'partition'> | Of<'one-way'>)[] = []
  #delays: Of<'delay'>[] = []
  #reorders: Of<'reorder'>[] = []
  #duplicates: Of<'duplicate'>[] = []
  #clogs: Of<'clog'>[] = []
  #drops: { window: Of<'drop'>; taken: number }[] = []
  #jitter: number
  #draws: Stream
  #reordering: Stream
  #sent = 0

  constructor(from: string, target: SimNode, { windows, jitter, seed }: LinkOptions) {
    const to = target.name
    this.target = target
    this.#jitter = jitter
    this.#draws = new Stream(seed, from, to)
    this.#reordering = new Stream(seed, from, to, 'reorder')
    const concerned = from === to ? [] : windows.filter(({ fault }) => concerns(fault, from, to))
    for (const window of concerned) this.#add(window)
    this.faultless = concerned.length === 0
  }

  /** Why nothing gets through at this time, or null. */
  cut(time: number): string | null {
    for (const window of this.#cuts) {
      if (inForce(window, time)) return window.fault.kind === 'partition' ? 'partition' : 'one-way cut'
    }
    return null
  }

  /** True when a drop fault takes the message sent now. Counts: ask exactly once per message. */
  takes(time: number): boolean {
    let taken = false
    for (const drop of this.#drops) {
      if (!inForce(drop.window, time) || drop.taken >= drop.window.fault.count) continue
      drop.taken += 1
      taken = true
    }
    return taken
  }

  /** ms beyond the latency that the message sent now takes. Counts: ask exactly once per message. */
  extra(time: number): number {
    this.#sent += 1
    let extra = this.#jitter === 0 ? 0 : this.#draws.at(this.#sent) % (this.#jitter + 1)
    if (this.faultless) return extra
    for (const window of this.#delays) if (inForce(window, time)) extra += window.fault.extra
    for (const window of this.#reorders) {
      if (inForce(window, time)) extra += this.#reordering.at(this.#sent) % (window.fault.extra + 1)
    }
    return extra
  }

  /** One number per additional copy of a message sent now: how long after the original it arrives, ms. */
  copies(time: number): number[] {
    if (this.#duplicates.length === 0) return []
    return this.#duplicates.filter((window) => inForce(window, time)).map(({ fault }) => fault.extra)
  }

  /** The clog that holds messages back at this time; the last to end, where there are several. */
  clog(time: number): Window | null {
    let last: Window | null = null
    for (const window of this.#clogs) {
      if (inForce(window, time) && (last === null || window.end > last.end)) last = window
    }
    return last
  }

  #add(window: Window): void {
    const { kind } = window.fault
    if (kind === 'partition' || kind === 'one-way') this.#cuts.push(window as Of<'partition'>)
    else if (kind === 'delay') this.#delays.push(window as Of<'delay'>)
    else if (kind === 'reorder') this.#reorders.push(window as Of<'reorder'>)
    else if (kind === 'duplicate') this.#duplicates.push(window as Of<'duplicate'>)
    else if (kind === 'clog') this.#clogs.push(window as Of<'clog'>)
    else if (kind === 'drop') this.#drops.push({ window: window as Of<'drop'>, taken: 0 })
  }
}

function concerns(fault: Fault, from: string, to: string): boolean {
  switch (fault.kind) {
    case 'partition':
      return fault.nodes.includes(from) !== fault.nodes.includes(to)
    case 'delay':
      return fault.node === from
    case 'one-way':
    case 'drop':
    case 'duplicate':
    case 'reorder':
    case 'clog':
      return (fault.from === '*' || fault.from === from) && (fault.to === '*' || fault.to === to)
    default:
      return false
  }
}

function inForce(window: Window, time: number): boolean {
  return time >= window.at && time < window.end
}
