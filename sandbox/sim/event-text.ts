import type { Delivery, Fault, SimulationEvent } from './types.ts'

/** One event in a line for people and models. */
export function eventLine(event: SimulationEvent): string {
  return `t=${event.at} ${eventText(event)}`
}

export function eventText(event: SimulationEvent): string {
  switch (event.what) {
    case 'sent':
      return `${event.delivery.from} sends ${plainText(event.delivery.message)} to ${event.delivery.to}`
    case 'delivered':
    case 'lost':
      return deliveryText(event.delivery)
    case 'timer':
      return `timer of ${event.node}`
    case 'crash':
    case 'restart':
      return `${event.what} ${event.node}`
    case 'begin':
    case 'end':
      return `${event.what} ${faultText(event.fault)}`
    case 'state':
      return `${event.node === null ? '' : `${event.node}: `}${event.name} = ${plainText(event.value)}`
    case 'note':
      return `${event.node}: ${event.text}`
  }
}

function deliveryText(delivery: Delivery): string {
  const arrow = delivery.lost === null ? '->' : '-x'
  const marks = `${delivery.duplicate ? ' (duplicate)' : ''}${delivery.lost === null ? '' : ` lost: ${delivery.lost}`}`
  return `${delivery.from} ${arrow} ${delivery.to} ${plainText(delivery.message)}${marks}`
}

/** Plain data on one line; Maps and Sets as what they hold. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}n` : String(value)
  try {
    return JSON.stringify(value, readable) ?? String(value)
  } catch {
    return String(value)
  }
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value)
  if (value instanceof Set) return [...value]
  return typeof value === 'bigint' ? `${value}n` : value
}

export function faultText(fault: Fault): string {
  const time = `for ${fault.ms} ms`
  switch (fault.kind) {
    case 'partition':
      return `partition of ${fault.nodes.join(', ')} ${time}`
    case 'crash':
      return `crash of ${fault.node} ${time}`
    case 'torn-crash':
      return `crash of ${fault.node} ${time}, of what was not synced ${fault.keep} bytes are kept`
    case 'delay':
      return `delay of ${fault.extra} ms from ${fault.node} ${time}`
    case 'one-way':
      return `one-way cut ${fault.from} -> ${fault.to} ${time}`
    case 'drop':
      return `drop of ${fault.count} messages ${fault.from} -> ${fault.to} ${time}`
    case 'duplicate':
      return `duplicates ${fault.from} -> ${fault.to} after ${fault.extra} ms, ${time}`
    case 'reorder':
      return `reordering ${fault.from} -> ${fault.to} by up to ${fault.extra} ms, ${time}`
    case 'clog':
      return `clog ${fault.from} -> ${fault.to} ${time}`
    case 'pause':
      return `pause of ${fault.node} ${time}`
    case 'slow':
      return `${fault.node} slow by ${fault.extra} ms, ${time}`
    case 'skew':
      return `clock of ${fault.node} off by ${fault.offset} ms, ${time}`
    case 'drift':
      return `clock of ${fault.node} ${Math.abs(fault.percent)} % ${fault.percent < 0 ? 'slow' : 'fast'} ${time}`
    case 'disk-full':
      return `disk of ${fault.node} full ${time}`
    case 'disk-error':
      return `disk of ${fault.node} failing ${time}`
    case 'disk-slow':
      return `disk of ${fault.node} slow by ${fault.extra} ms, ${time}`
    case 'corrupt':
      return `bit rot on the disk of ${fault.node} at ${fault.position} ${time}`
  }
}
