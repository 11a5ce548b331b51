import type { Fault } from './types.ts'

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>

/** What the faults do to messages. The answer for one link never depends on what happens on another one. */
export class LinkFaults {
  #partitions: { at: number; end: number; nodes: Set<string> }[]
  #oneWays: Of<'one-way'>[]
  #delays: Of<'delay'>[]
  #duplicates: Of<'duplicate'>[]
  #drops: { fault: Of<'drop'>; taken: Map<string, number> }[]

  constructor(faults: readonly Fault[]) {
    this.#partitions = faults
      .filter((fault) => fault.kind === 'partition')
      .map((fault) => ({ at: fault.at, end: fault.at + fault.ms, nodes: new Set(fault.nodes) }))
    this.#oneWays = faults.filter((fault) => fault.kind === 'one-way')
    this.#delays = faults.filter((fault) => fault.kind === 'delay')
    this.#duplicates = faults.filter((fault) => fault.kind === 'duplicate')
    this.#drops = faults.filter((fault) => fault.kind === 'drop').map((fault) => ({ fault, taken: new Map() }))
  }

  /** Why nothing gets through from `from` to `to` at this time, or null. */
  cut(from: string, to: string, time: number): string | null {
    if (from === to) return null
    for (const { at, end, nodes } of this.#partitions) {
      if (time >= at && time < end && nodes.has(from) !== nodes.has(to)) return 'partition'
    }
    for (const fault of this.#oneWays) {
      if (inForce(fault, time) && onLink(fault, from, to)) return 'one-way cut'
    }
    return null
  }

  /** True when a drop fault takes this message. Counts: ask exactly once per message that is sent. */
  takes(from: string, to: string, time: number): boolean {
    if (from === to) return false
    let taken = false
    for (const drop of this.#drops) {
      if (!inForce(drop.fault, time) || !onLink(drop.fault, from, to)) continue
      // Per link: with one count for all, traffic on one link would decide what is lost on another.
      const link = `${from}\u0000${to}`
      const before = drop.taken.get(link) ?? 0
      if (before >= drop.fault.count) continue
      drop.taken.set(link, before + 1)
      taken = true
    }
    return taken
  }

  /** Milliseconds that a message sent now takes longer. */
  delay(from: string, to: string, time: number): number {
    if (from === to) return 0
    let extra = 0
    for (const fault of this.#delays) if (fault.node === from && inForce(fault, time)) extra += fault.extra
    return extra
  }

  /** One number per additional copy of a message sent now: how long after the original it arrives, ms. */
  copies(from: string, to: string, time: number): number[] {
    if (from === to || this.#duplicates.length === 0) return []
    return this.#duplicates
      .filter((fault) => inForce(fault, time) && onLink(fault, from, to))
      .map((fault) => fault.extra)
  }
}

function inForce(fault: Fault, time: number): boolean {
  return time >= fault.at && time < fault.at + fault.ms
}

function onLink(fault: { from: string; to: string }, from: string, to: string): boolean {
  return (fault.from === '*' || fault.from === from) && (fault.to === '*' || fault.to === to)
}
