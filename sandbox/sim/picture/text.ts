import { faultText } from '../event-text.ts'
import type { SimulationEvent } from '../types.ts'
import {
  isPassage,
  nodesIn,
  type Passage,
  passageText,
  type Row,
  rowsOf,
  type Shown,
  shortText,
  usualLatency,
} from './rows.ts'

export interface PictureOptions {
  /** Most lines, head and key included. Default 40. */
  lines?: number
  /** Most characters of a line. Default 100. */
  width?: number
}

const TIME = 9
const MOST_LANES = 60
const LANE = { least: 4, most: 16 }
const KEY = 'time in ms; ---> arrived, ---x lost, X crash, * restart, = state, | up, . down, : stands still'

/**
 * The run as a space-time picture in plain characters: a column for each node, time going down, a row for each event, with
 * messages as arrows between the columns and what they carry to the right of them.
 */
export function textPicture(
  events: readonly SimulationEvent[],
  nodes: readonly string[],
  { lines = 40, width = 100 }: PictureOptions = {},
): string[] {
  const rows = rowsOf(events, Math.max(1, lines - 2))
  if (rows.length === 0) return []
  const own = nodesIn(rows, nodes)
  const lanes = new Lanes(own, width, usualLatency(rows))
  const before = firstEvent(rows)
  // What was in force before the first row shows in the state of the columns.
  for (const event of events) {
    if (event === before) break
    lanes.note(event)
  }
  const drawn = rows.map((row) => lanes.row(row).trimEnd())
  return [lanes.head(), ...drawn, KEY.slice(0, width)]
}

function firstEvent(rows: readonly Row[]): Shown | undefined {
  return rows.find(({ event }) => event !== undefined)?.event
}

class Lanes {
  #nodes: readonly string[]
  #width: number
  #lane: number
  #usual: number
  #down = new Set<string>()
  #still = new Map<string, number>()

  constructor(nodes: readonly string[], width: number, usual: number) {
    this.#usual = usual
    this.#nodes = nodes
    this.#width = width
    const fair = Math.floor(Math.min(MOST_LANES, width / 2) / Math.max(1, nodes.length))
    this.#lane = Math.max(LANE.least, Math.min(LANE.most, fair))
  }

  head(): string {
    const names = this.#nodes.map((name) => cut(name, this.#lane - 1).padEnd(this.#lane))
    return cut(`${'t'.padStart(TIME)}  ${names.join('')}`.trimEnd(), this.#width)
  }

  row({ event, skipped }: Row): string {
    if (event === undefined) return `${'...'.padStart(TIME)}  ${this.#empty().join('')}${skipped} more`
    // At the moment of a crash the column is still up, at that of a restart it is up again.
    if (event.what !== 'crash') this.note(event)
    const columns = this.#empty()
    const text = this.#draw(event, columns)
    if (event.what === 'crash') this.note(event)
    return cut(`${String(event.at).padStart(TIME)}  ${columns.join('')}${text}`, this.#width)
  }

  /** Follows who is down and who stands still. */
  note(event: SimulationEvent): void {
    if (event.what === 'crash') this.#down.add(event.node)
    else if (event.what === 'restart') this.#down.delete(event.node)
    else if ((event.what === 'begin' || event.what === 'end') && event.fault.kind === 'pause') {
      const { node } = event.fault
      this.#still.set(node, (this.#still.get(node) ?? 0) + (event.what === 'begin' ? 1 : -1))
    }
  }

  /** One character per place, so that arrows can be drawn over it. */
  #empty(): string[] {
    return this.#nodes.flatMap((name) => {
      const mark = this.#down.has(name) ? '.' : (this.#still.get(name) ?? 0) > 0 ? ':' : '|'
      return [mark, ...' '.repeat(this.#lane - 1)]
    })
  }

  /** Draws into the columns; answers what goes to the right of them. */
  #draw(event: Shown, columns: string[]): string {
    if (isPassage(event)) return this.#drawMessage(event, columns)
    switch (event.what) {
      case 'crash':
      case 'restart':
        this.#write(columns, this.#place(event.node), `${event.what === 'crash' ? 'X' : '*'} ${event.what}`)
        return ''
      case 'begin':
      case 'end':
        return `${event.what === 'begin' ? 'FAULT' : 'over:'} ${faultText(event.fault)}`
      case 'note':
        return `${event.node}: ${event.text}`
      case 'state':
        return this.#drawState(event, columns)
    }
  }

  #drawMessage(passage: Passage, columns: string[]): string {
    const { from, to } = passage.delivery
    const [start, end] = [this.#place(from), this.#place(to)]
    const head = passage.what === 'lost' ? 'x' : end >= start ? '>' : '<'
    for (let place = Math.min(start, end) + 1; place < Math.max(start, end); place += 1) columns[place] = '-'
    columns[end] = start === end ? '@' : head
    columns[start] = start === end ? '@' : '+'
    return passageText(passage, this.#usual)
  }

  /** In the column of the node that believes it, or to the right, where it does not fit or belongs to none. */
  #drawState({ node, name, value }: Extract<Shown, { what: 'state' }>, columns: string[]): string {
    const text = `${name} = ${shortText(value)}`
    if (node === null) return `= ${text}`
    const place = this.#place(node)
    columns[place] = '='
    if (text.length > this.#lane - 3) return `${node}: ${text}`
    this.#write(columns, place + 2, text)
    return ''
  }

  #place(node: string): number {
    return Math.max(0, this.#nodes.indexOf(node)) * this.#lane
  }

  #write(columns: string[], place: number, text: string): void {
    for (const [index, character] of [...text].entries()) {
      if (place + index < columns.length) columns[place + index] = character
    }
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`
}
