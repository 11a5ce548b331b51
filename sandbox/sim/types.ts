/** What code under test is given, and what a test tells the simulation. All times are milliseconds of simulated time. */

export interface Clock {
  now(): number
  /** `ms` must be finite and not negative, otherwise it throws a RangeError. Returns an id for `clearTimeout`. */
  setTimeout(fn: () => void, ms: number): number
  /** Harmless for undefined, and for an id that has fired, was cancelled or was never given out. */
  clearTimeout(id: number | undefined): void
}

export interface Net {
  /** Fire and forget. The message is copied, so changing it later changes nothing on the wire. Plain data only. */
  send(from: string, to: string, message: unknown): void
  /** One handler per node: a second one throws. A crash removes it. */
  onMessage(node: string, handler: (from: string, message: unknown) => void): void
}

/**
 * One thing that goes wrong, in force for `at <= time < at + ms`. `'*'` as `from` or `to` means every node.
 * Messages of a node to itself are never touched.
 */
export type Fault =
  /** These nodes are cut off from all others, both ways; among each other they talk. */
  | { kind: 'partition'; nodes: string[]; at: number; ms: number }
  /** Nothing gets through from `from` to `to`; the way back works. */
  | { kind: 'one-way'; from: string; to: string; at: number; ms: number }
  /** The node loses its timers and its handler; messages that arrive are lost; at the end it starts again. */
  | { kind: 'crash'; node: string; at: number; ms: number }
  /** Messages that `node` sends take `extra` ms longer. */
  | { kind: 'delay'; node: string; at: number; ms: number; extra: number }
  /** On each such link, the first `count` messages that are sent in this time are lost. */
  | { kind: 'drop'; from: string; to: string; at: number; ms: number; count: number }
  /** Messages from `from` to `to` arrive a second time, `extra` ms after the first. */
  | { kind: 'duplicate'; from: string; to: string; at: number; ms: number; extra: number }

export type FaultKind = Fault['kind']

/** One message on the wire. A second copy made by a `duplicate` fault is an entry of its own. */
export interface Delivery {
  readonly sentAt: number
  readonly from: string
  readonly to: string
  readonly message: unknown
  /** When its handler ran; null while it is under way, and for ever if it is lost. */
  readonly deliveredAt: number | null
  /** Why it never arrived, for people to read; null otherwise. */
  readonly lost: string | null
  /** True for the copy that a `duplicate` fault added. */
  readonly duplicate: boolean
}

/** A message that has arrived. */
export interface Arrival extends Delivery {
  readonly deliveredAt: number
}

export interface SimulationOptions {
  /** Default: none. */
  faults?: readonly Fault[]
  /** Time that every message takes, ms. Default 5. */
  latency?: number
  /** Up to this many whole ms more per message, drawn from `seed`. Default 0. */
  jitter?: number
  seed?: number
}
