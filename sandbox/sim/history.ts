import { eventLine, plainText } from './event-text.ts'
import { hashText, mix } from './random.ts'
import type { Delivery, SimulationEvent } from './types.ts'

/** Most lines that `lines` answers. */
const KEPT = 200

type Told = Exclude<SimulationEvent, { what: 'sent' | 'delivered' | 'timer' }>

/**
 * Everything that happened, at the price of a few cells: thousands of runs pass for each one whose history is read. The
 * first time that a message stands in a cell it is sent, the second time it arrives; a number is the time at which the node
 * behind it has a timer; all else stands there as the event that it is.
 */
type Cell = Delivery | number | { readonly name: string } | Told

export class History {
  #cells: Cell[] = []
  #messages: readonly Delivery[]
  #taps: ((event: SimulationEvent) => void)[] = []

  /** `messages`: all that is sent, in order; it grows as `sent` is called. */
  constructor(messages: readonly Delivery[]) {
    this.#messages = messages
  }

  sent(delivery: Delivery): void {
    this.#cells.push(delivery)
    if (this.#taps.length > 0) this.#tell({ at: delivery.sentAt, what: 'sent', delivery })
  }

  delivered(delivery: Delivery): void {
    this.#cells.push(delivery)
    if (this.#taps.length > 0) this.#tell({ at: delivery.deliveredAt!, what: 'delivered', delivery })
  }

  timer(at: number, node: { readonly name: string }): void {
    this.#cells.push(at, node)
    if (this.#taps.length > 0) this.#tell({ at, what: 'timer', node: node.name })
  }

  add(event: Told): void {
    this.#cells.push(event)
    if (this.#taps.length > 0) this.#tell(event)
  }

  /** Called with everything that happens from now on, when it happens. */
  tap(listener: (event: SimulationEvent) => void): void {
    this.#taps.push(listener)
  }

  events(): SimulationEvent[] {
    return [...this.#events()]
  }

  /** The last `last` lines (200 at most), oldest first: what went over the wire, faults, crashes, states, notes. */
  lines(last: number): string[] {
    const shown = this.events().filter(({ what }) => what !== 'sent' && what !== 'timer')
    const first = Math.max(0, shown.length - Math.min(last, KEPT))
    return shown.slice(first).map(eventLine)
  }

  /** 16 hexadecimal digits over every event with all that belongs to it: equal histories have equal hashes. */
  hash(): string {
    let high = 0x9e3779b9
    let low = 0x85ebca6b
    for (const event of this.#events()) {
      const facts = hashText(factsText(event))
      high = mix(high ^ facts)
      low = mix((low + Math.imul(facts, 31)) ^ hashTime(event.at) ^ high)
    }
    return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('')
  }

  *#events(): Generator<SimulationEvent> {
    const cells = this.#cells
    let sent = 0
    for (let index = 0; index < cells.length; index += 1) {
      const cell = cells[index]!
      if (typeof cell === 'number') {
        index += 1
        yield { at: cell, what: 'timer', node: (cells[index] as { name: string }).name }
      } else if ('what' in cell) {
        yield cell
      } else if (cell === this.#messages[sent]) {
        sent += 1
        yield { at: (cell as Delivery).sentAt, what: 'sent', delivery: cell as Delivery }
      } else {
        yield { at: (cell as Delivery).deliveredAt!, what: 'delivered', delivery: cell as Delivery }
      }
    }
  }

  #tell(event: SimulationEvent): void {
    for (const tap of this.#taps) tap(event)
  }
}

/** All of an event but its time. */
function factsText(event: SimulationEvent): string {
  switch (event.what) {
    case 'sent': {
      const { from, to, message, duplicate } = event.delivery
      return `sent ${from} ${to} ${duplicate} ${plainText(message)}`
    }
    case 'delivered':
    case 'lost': {
      const { sentAt, from, to, duplicate } = event.delivery
      return `${event.what} ${sentAt} ${from} ${to} ${duplicate}${event.what === 'lost' ? event.delivery.lost : ''}`
    }
    case 'begin':
    case 'end':
      return `${event.what} ${plainText(event.fault)}`
    case 'state':
      return `state ${event.node} ${event.name} ${plainText(event.value)}`
    case 'note':
      return `note ${event.node} ${event.text}`
    default:
      return `${event.what} ${event.node}`
  }
}

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)

function hashTime(at: number): number {
  double[0] = at
  return mix(words[0]! ^ Math.imul(words[1]!, 0x01000193))
}
