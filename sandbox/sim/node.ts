import { DiskState } from './disk.ts'
import { type Owner, owner } from './entry.ts'
import type { Link } from './link.ts'
import type { Arrival, NodeEnv } from './types.ts'

/** One node, over all its lives. */
export interface SimNode extends Owner {
  start: ((env: NodeEnv) => unknown) | null
  handler: ((from: string, message: unknown) => unknown) | null
  down: boolean
  /** Whether anybody has asked for its clock. */
  used: boolean
  readonly received: Arrival[]
  /** By the name of the other end. */
  readonly links: Map<string, Link>
  readonly disk: DiskState
  readonly clock: ClockState
}

/** How far the clock of a node is off. */
export interface ClockState {
  /** ms that `now` shows too much. */
  offset: number
  /** How much faster it runs, %. */
  percent: number
  /** Since when it does, ms. */
  since: number
  /** ms that earlier drifts have put into the monotonic clock, which never goes back. */
  drifted: number
}

export function createNode(name: string): SimNode {
  return {
    ...owner(name),
    start: null,
    handler: null,
    down: false,
    used: false,
    received: [],
    links: new Map(),
    disk: new DiskState(),
    clock: { offset: 0, percent: 0, since: 0, drifted: 0 },
  }
}
