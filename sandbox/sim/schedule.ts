import type { Fault } from './types.ts'

/** The nodes that a fault names, without `'*'`. */
export function namesIn(fault: Fault): string[] {
  if (fault.kind === 'partition') return fault.nodes
  if (fault.kind === 'crash' || fault.kind === 'delay') return [fault.node]
  return [fault.from, fault.to].filter((name) => name !== '*')
}

/**
 * The moment (ms) from which nothing is cut, down, late or doubled any more: 0 without faults.
 * Checks of the kind "in the end it works" belong some time after it.
 */
export function calmAfter(faults: readonly Fault[]): number {
  return Math.max(0, ...faults.map((fault) => fault.at + fault.ms + ('extra' in fault ? fault.extra : 0)))
}

/** Times of one node's outages, ms; overlapping and touching ones are one outage. */
export interface Outage {
  node: string
  from: number
  to: number
}

export function outages(faults: readonly Fault[]): Outage[] {
  const crashes = faults.filter((fault) => fault.kind === 'crash').toSorted((a, b) => a.at - b.at)
  const merged: Outage[] = []
  const open = new Map<string, Outage>()
  for (const { node, at, ms } of crashes) {
    const last = open.get(node)
    if (last !== undefined && at <= last.to) {
      last.to = Math.max(last.to, at + ms)
      continue
    }
    const outage = { node, from: at, to: at + ms }
    open.set(node, outage)
    merged.push(outage)
  }
  return merged
}

const KINDS = new Set(['partition', 'one-way', 'crash', 'delay', 'drop', 'duplicate'])

/** Throws a RangeError that shows the fault, so that a slip in a hand-written schedule is not a fault that never happens. */
export function checkFault(fault: Fault): void {
  const problem = problemOf(fault)
  if (problem !== null) throw new RangeError(`${problem}: ${JSON.stringify(fault)}`)
}

function problemOf(fault: Fault): string | null {
  if (!KINDS.has(fault.kind)) return `unknown kind of fault (there are ${[...KINDS].join(', ')})`
  if (!(fault.at >= 0 && fault.at < Number.POSITIVE_INFINITY)) return 'a fault needs a finite "at" that is not negative'
  if (!(fault.ms >= 0)) return 'a fault needs "ms" that is not negative'
  if ('extra' in fault && !(fault.extra >= 0 && fault.extra < Number.POSITIVE_INFINITY)) {
    return 'a fault needs a finite "extra" that is not negative'
  }
  if (fault.kind === 'drop' && !(Number.isInteger(fault.count) && fault.count >= 1))
    return 'a drop needs a "count" from 1'
  if (fault.kind === 'partition' && !Array.isArray(fault.nodes)) return 'a partition needs "nodes", a list of names'
  if (fault.kind !== 'partition' && !namesIn(fault).every((name) => typeof name === 'string')) {
    return 'a fault needs the name of its node, or "from" and "to"'
  }
  if ((fault.kind === 'delay' || fault.kind === 'duplicate') && !('extra' in fault)) return 'this fault needs "extra"'
  return null
}
