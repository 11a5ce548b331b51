/** What code under test is given, and what a test tells the simulation. All times are milliseconds of simulated time. */

export interface Clock {
  now(): number
  /** `ms` must be finite and not negative, otherwise it throws a RangeError. Returns an id for `clearTimeout`. */
  setTimeout(fn: () => void, ms: number): number
  /** Harmless for undefined, and for an id that has fired, was cancelled or was never given out. */
  clearTimeout(id: number | undefined): void
}

/** The clock of one node. Faults of the kinds `skew` and `drift` touch it. */
export interface NodeClock extends Clock {
  /** Never jumps, unlike `now`; only `drift` bends it. For durations. */
  monotonic(): number
  setInterval(fn: () => void, ms: number): number
  clearInterval(id: number | undefined): void
  /** Resolves after `ms`; never when the node crashes before. */
  sleep(ms: number): Promise<void>
}

export interface Net {
  /** Fire and forget. The message is copied, so changing it later changes nothing on the wire. Plain data only. */
  send(from: string, to: string, message: unknown): void
  /** One handler per node: a second one throws. A crash removes it. */
  onMessage(node: string, handler: (from: string, message: unknown) => void): void
}

/** Random numbers that depend on the simulation's seed, the node and how many it has drawn, and on nothing else. */
export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from 0 to `max`, both included. */
  int(max: number): number
  /** Looks like a version 4 UUID. */
  uuid(): string
}

/** What a node is built from. Parts that an earlier life of the node still holds do nothing any more. */
export interface NodeEnv {
  readonly name: string
  readonly clock: NodeClock
  readonly net: Net
  readonly disk: Disk
  readonly random: Random
}

/**
 * One node's disk: files of bytes under names. What was written is safe from a crash once `fsync` of its file has ended.
 * Methods ending in `Sync` take no simulated time; the others take `diskLatency` and whatever faults add, and refuse by
 * rejecting. A refusal is an Error with `code` ENOENT, ENOSPC or EIO.
 */
export interface Disk {
  read(path: string): Promise<Uint8Array>
  readText(path: string): Promise<string>
  /** Replaces the whole content; makes the file when there is none. */
  write(path: string, data: string | Uint8Array): Promise<void>
  append(path: string, data: string | Uint8Array): Promise<void>
  /** Makes content and name of this file safe. */
  fsync(path: string): Promise<void>
  /** Atomic: replaces `to`. After a crash the old name is back unless `to` was synced afterwards. */
  rename(from: string, to: string): Promise<void>
  /** After a crash the file is back unless `fsyncDir` came afterwards. */
  remove(path: string): Promise<void>
  /** Makes all names safe: what was created, renamed and removed. */
  fsyncDir(): Promise<void>
  /** Names of all files, sorted. */
  list(): Promise<string[]>
  readSync(path: string): Uint8Array
  readTextSync(path: string): string
  writeSync(path: string, data: string | Uint8Array): void
  appendSync(path: string, data: string | Uint8Array): void
  fsyncSync(path: string): void
  renameSync(from: string, to: string): void
  removeSync(path: string): void
  fsyncDirSync(): void
  listSync(): string[]
  existsSync(path: string): boolean
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
  /** Each message from `from` to `to` takes up to `extra` ms longer, drawn for each: they overtake one another. */
  | { kind: 'reorder'; from: string; to: string; at: number; ms: number; extra: number }
  /** Messages from `from` to `to` wait, and come in their order when it ends. */
  | { kind: 'clog'; from: string; to: string; at: number; ms: number }
  /** The node stands still, as in a long garbage collection: its timers and messages wait. Its clock goes on. */
  | { kind: 'pause'; node: string; at: number; ms: number }
  /** Whatever the node does, it does `extra` ms late. */
  | { kind: 'slow'; node: string; at: number; ms: number; extra: number }
  /** `clock.now()` of the node jumps by `offset` ms, forward or back, and back again at the end. */
  | { kind: 'skew'; node: string; at: number; ms: number; offset: number }
  /** Clock and timers of the node run `percent` % faster, or slower when it is negative; right again at the end. */
  | { kind: 'drift'; node: string; at: number; ms: number; percent: number }
  /** A crash in which the first `keep` bytes that were written and not synced still reach the disk. */
  | { kind: 'torn-crash'; node: string; at: number; ms: number; keep: number }
  /** Writes to the node's disk fail with ENOSPC, and change nothing. */
  | { kind: 'disk-full'; node: string; at: number; ms: number }
  /** Everything that touches the node's disk fails with EIO. */
  | { kind: 'disk-error'; node: string; at: number; ms: number }
  /** The asynchronous methods of the node's disk take `extra` ms longer. */
  | { kind: 'disk-slow'; node: string; at: number; ms: number; extra: number }
  /** One bit turns over: in the byte at `position`, counted over all files of the node and round and round. */
  | { kind: 'corrupt'; node: string; at: number; ms: number; position: number }

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
  /** Time that one asynchronous call of a disk takes, ms. Default 1. */
  diskLatency?: number
  /** Events after which a run is held to be endless. Default 1,000,000 for each call of `run`. */
  maxEvents?: number
  /**
   * ms of real time that one event may take in `runAsync`, `runPhases` and `chaos` before it is held to be a loop without
   * end. Default 5,000.
   */
  eventLimit?: number
  /** Where `sometimes` marks are counted over all runs of a property. Default: nowhere. */
  marks?: MarkCounter
}

/** Counts over many runs how often each mark was reached. */
export interface MarkCounter {
  declare(name: string): void
  reach(name: string): void
}

/** One thing that happened, as data. Deliveries are the entries of `messages` themselves, as they are in the end. */
export type SimulationEvent =
  | { readonly at: number; readonly what: 'sent'; readonly delivery: Delivery }
  | { readonly at: number; readonly what: 'delivered'; readonly delivery: Delivery }
  | { readonly at: number; readonly what: 'lost'; readonly delivery: Delivery }
  /** A timer of the node fired. */
  | { readonly at: number; readonly what: 'timer'; readonly node: string }
  | { readonly at: number; readonly what: 'crash' | 'restart'; readonly node: string }
  | { readonly at: number; readonly what: 'begin' | 'end'; readonly fault: Fault }
  /** What `watch` reads is another value than before; `node` null: it belongs to no node. */
  | {
      readonly at: number
      readonly what: 'state'
      readonly node: string | null
      readonly name: string
      readonly value: unknown
    }
  /** What a disk has lost, and the like. */
  | { readonly at: number; readonly what: 'note'; readonly node: string; readonly text: string }
