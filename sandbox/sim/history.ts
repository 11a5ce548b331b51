import type { Delivery, Fault } from './types.ts'

const KEPT = 200

/** Raw on purpose: thousands of runs pass for each one whose history is read, so lines are made only when asked for. */
type Entry =
  | { at: number; what: 'delivery'; delivery: Delivery }
  | { at: number; what: 'begin' | 'end'; fault: Fault }
  | { at: number; what: 'crash' | 'restart'; node: string }

/** The last 200 things that happened. */
export class History {
  #ring: Entry[] = []
  #next = 0

  add(entry: Entry): void {
    this.#ring[this.#next % KEPT] = entry
    this.#next += 1
  }

  /** The last `last` lines, oldest first. */
  lines(last: number): string[] {
    const first = Math.max(0, this.#next - Math.min(last, KEPT))
    const lines: string[] = []
    for (let index = first; index < this.#next; index += 1) lines.push(line(this.#ring[index % KEPT]!))
    return lines
  }
}

function line(entry: Entry): string {
  switch (entry.what) {
    case 'delivery':
      return `t=${entry.at} ${deliveryText(entry.delivery)}`
    case 'begin':
    case 'end':
      return `t=${entry.at} ${entry.what} ${faultText(entry.fault)}`
    case 'crash':
    case 'restart':
      return `t=${entry.at} ${entry.what} ${entry.node}`
  }
}

function deliveryText(delivery: Delivery): string {
  const arrow = delivery.lost === null ? '->' : '-x'
  const marks = `${delivery.duplicate ? ' (duplicate)' : ''}${delivery.lost === null ? '' : ` lost: ${delivery.lost}`}`
  return `${delivery.from} ${arrow} ${delivery.to} ${messageText(delivery.message)}${marks}`
}

function messageText(message: unknown): string {
  try {
    return JSON.stringify(message) ?? String(message)
  } catch {
    return String(message)
  }
}

function faultText(fault: Fault): string {
  const time = `for ${fault.ms} ms`
  switch (fault.kind) {
    case 'partition':
      return `partition of ${fault.nodes.join(', ')} ${time}`
    case 'crash':
      return `crash of ${fault.node} ${time}`
    case 'delay':
      return `delay of ${fault.extra} ms from ${fault.node} ${time}`
    case 'one-way':
      return `one-way cut ${fault.from} -> ${fault.to} ${time}`
    case 'drop':
      return `drop of ${fault.count} messages ${fault.from} -> ${fault.to} ${time}`
    case 'duplicate':
      return `duplicates ${fault.from} -> ${fault.to} after ${fault.extra} ms, ${time}`
  }
}
