import type { Fault, FaultKind } from './types.ts'

/** The nodes that a fault names, without `'*'`. */
export function namesIn(fault: Fault): string[] {
  if (fault.kind === 'partition') return fault.nodes
  if ('node' in fault) return [fault.node]
  return [fault.from, fault.to].filter((name) => name !== '*')
}

/**
 * The moment (ms) from which nothing is cut, down, late or doubled any more: 0 without faults.
 * Checks of the kind "in the end it works" belong some time after it.
 */
export function calmAfter(faults: readonly Fault[]): number {
  return Math.max(0, ...faults.map((fault) => fault.at + fault.ms + ('extra' in fault ? fault.extra : 0)))
}

export type Crash = Extract<Fault, { kind: 'crash' | 'torn-crash' }>

export function isCrash(fault: Fault): fault is Crash {
  return fault.kind === 'crash' || fault.kind === 'torn-crash'
}

/** Times of one node's outages, ms; overlapping and touching ones are one outage. */
export interface Outage {
  node: string
  from: number
  to: number
  /** Bytes that were not synced and still reach the disk. */
  keep: number
}

export function outages(faults: readonly Fault[]): Outage[] {
  const crashes = faults.filter(isCrash).toSorted((a, b) => a.at - b.at)
  const merged: Outage[] = []
  const open = new Map<string, Outage>()
  for (const crash of crashes) {
    const { node, at, ms } = crash
    const last = open.get(node)
    if (last !== undefined && at <= last.to) {
      last.to = Math.max(last.to, at + ms)
      continue
    }
    const outage = { node, from: at, to: at + ms, keep: crash.kind === 'torn-crash' ? crash.keep : 0 }
    open.set(node, outage)
    merged.push(outage)
  }
  return merged
}

/** What each kind has beside `at` and `ms`. */
const FIELDS: Record<FaultKind, Record<string, (value: unknown) => string | null>> = {
  partition: { nodes: names },
  'one-way': { from: name, to: name },
  crash: { node: name },
  delay: { node: name, extra: duration },
  drop: { from: name, to: name, count: atLeast(1) },
  duplicate: { from: name, to: name, extra: duration },
  reorder: { from: name, to: name, extra: atLeast(0) },
  clog: { from: name, to: name },
  pause: { node: name },
  slow: { node: name, extra: duration },
  skew: { node: name, offset: finite },
  drift: { node: name, percent: percent },
  'torn-crash': { node: name, keep: atLeast(0) },
  'disk-full': { node: name },
  'disk-error': { node: name },
  'disk-slow': { node: name, extra: duration },
  corrupt: { node: name, position: atLeast(0) },
}

export const KINDS = Object.keys(FIELDS) as FaultKind[]

/** Throws a RangeError that shows the fault, so that a slip in a hand-written schedule is not a fault that never happens. */
export function checkFaults(faults: readonly Fault[]): void {
  if (!Array.isArray(faults)) throw new RangeError(`faults are a list, not ${JSON.stringify(faults)}`)
  for (const fault of faults) {
    const problem = problemOf(fault)
    if (problem !== null) throw new RangeError(`${problem}: ${JSON.stringify(fault)}`)
  }
  const [first, second] = contradiction(faults) ?? []
  if (first === undefined) return
  throw new RangeError(
    `two faults contradict each other, a node cannot be under both at once: ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
  )
}

function problemOf(fault: Fault): string | null {
  if (typeof fault !== 'object' || fault === null) return 'a fault is an object'
  const fields = Object.hasOwn(FIELDS, fault.kind) ? FIELDS[fault.kind] : undefined
  if (fields === undefined) return `unknown kind of fault (there are ${KINDS.join(', ')})`
  if (!(Number.isFinite(fault.at) && fault.at >= 0)) return 'a fault needs a finite "at" that is not negative'
  if (!(typeof fault.ms === 'number' && fault.ms >= 0)) return 'a fault needs "ms" that is not negative'
  for (const [field, problemWith] of Object.entries(fields)) {
    const wanted = problemWith((fault as unknown as Record<string, unknown>)[field])
    if (wanted !== null) return `a fault of kind "${fault.kind}" needs "${field}", ${wanted}`
  }
  return null
}

function name(value: unknown): string | null {
  return typeof value === 'string' ? null : 'the name of a node'
}

function names(value: unknown): string | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? null : 'a list of names of nodes'
}

function duration(value: unknown): string | null {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? null : 'ms, finite and not negative'
}

function finite(value: unknown): string | null {
  return Number.isFinite(value) ? null : 'a finite number of ms'
}

function percent(value: unknown): string | null {
  return Number.isFinite(value) && (value as number) > -100 ? null : 'a finite number above -100'
}

function atLeast(least: number): (value: unknown) => string | null {
  return (value) => (Number.isSafeInteger(value) && (value as number) >= least ? null : `a whole number from ${least}`)
}

/** The first two faults that no node can be under at once, if there are any. */
export function contradiction(faults: readonly Fault[]): [Fault, Fault] | null {
  for (const [index, second] of faults.entries()) {
    const first = faults.slice(0, index).find((other) => contradict(other, second))
    if (first !== undefined) return [first, second]
  }
  return null
}

/** Those of the faults that contradict none before them. */
export function withoutContradictions(faults: readonly Fault[]): Fault[] {
  const kept: Fault[] = []
  for (const fault of faults) if (!kept.some((other) => contradict(other, fault))) kept.push(fault)
  return kept
}

/** A node that is down cannot stand still, and a clock is wrong in one way at a time. */
function contradict(a: Fault, b: Fault): boolean {
  if (!('node' in a && 'node' in b) || a.node !== b.node || !overlap(a, b)) return false
  const kinds = [a.kind, b.kind]
  if (kinds.includes('pause')) return isCrash(a) || isCrash(b)
  return a.kind === b.kind && (a.kind === 'skew' || a.kind === 'drift')
}

function overlap(a: Fault, b: Fault): boolean {
  return a.at < b.at + b.ms && b.at < a.at + a.ms
}
