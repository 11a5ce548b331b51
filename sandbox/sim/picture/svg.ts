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

const ROW = 22
const TOP = 56
const LEFT = 90
const LANE = 150
const NOTES = 460
const MOST_ROWS = 80
const MOST_TEXT = 70

const STYLE =
  'text{font:12px ui-monospace,monospace;fill:#1f2328}.t{fill:#6e7781;text-anchor:end}.n{font-weight:bold;text-anchor:middle}' +
  '.lane{stroke:#8c959f}.down{fill:#cf222e;opacity:.18}.still{fill:#bf8700;opacity:.25}.fault{fill:#cf222e}.m{stroke:#0969da;fill:none}' +
  '.lost{stroke:#cf222e;stroke-dasharray:4 3;fill:none}.x{stroke:#cf222e;stroke-width:2}.s{fill:#1a7f37}.skip{fill:#6e7781}'

/** The run as a space-time picture: lanes from top to bottom, messages as lines that fall from lane to lane. */
export function svgPicture(events: readonly SimulationEvent[], nodes: readonly string[], rows = MOST_ROWS): string {
  const all = rowsOf(events, rows)
  const own = nodesIn(all, nodes)
  const width = LEFT + own.length * LANE + NOTES
  const height = TOP + (all.length + 1) * ROW
  const drawing = new Drawing(all, own)
  const lanes = own.map((name) => drawing.lane(name, height))
  const outages = drawing.bands(events, height)
  const body = all.map((row, index) => drawing.row(row, index))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="space-time picture of a simulated run">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#0969da"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...outages,
    ...lanes,
    ...body,
    '</svg>',
    '',
  ].join('\n')
}

class Drawing {
  #rows: readonly Row[]
  #nodes: readonly string[]
  #usual: number

  constructor(rows: readonly Row[], nodes: readonly string[]) {
    this.#rows = rows
    this.#usual = usualLatency(rows)
    this.#nodes = nodes
  }

  lane(name: string, height: number): string {
    const x = this.#x(name)
    const line = `<line class="lane" x1="${x}" y1="${TOP - 14}" x2="${x}" y2="${height - 8}"/>`
    return `<text class="n" x="${x}" y="${TOP - 24}">${escaped(name)}</text>${line}`
  }

  /** Where nodes were down or stood still. */
  bands(events: readonly SimulationEvent[], height: number): string[] {
    const bands: string[] = []
    const open = new Map<string, number>()
    const close = (key: string, kind: 'down' | 'still', node: string, to: number) => {
      const from = open.get(key)
      open.delete(key)
      if (from === undefined || !this.#nodes.includes(node)) return
      const x = this.#x(node) - 6
      bands.push(`<rect class="${kind}" x="${x}" y="${from}" width="12" height="${Math.max(2, to - from)}"/>`)
    }
    const ends: (() => void)[] = []
    for (const event of events) {
      const [kind, node, begins] = outageOf(event) ?? []
      if (kind === undefined || node === undefined) continue
      const key = `${kind} ${node}`
      if (begins) {
        open.set(key, this.#yAt(event.at))
        ends.push(() => close(key, kind, node, height - 8))
      } else close(key, kind, node, this.#yAt(event.at))
    }
    for (const end of ends) end()
    return bands
  }

  row({ event, skipped }: Row, index: number): string {
    const y = this.#y(index)
    const right = LEFT + this.#nodes.length * LANE - 30
    if (event === undefined) return `<text class="skip" x="${LEFT - 60}" y="${y + 4}">… ${skipped} more</text>`
    const time = `<text class="t" x="${LEFT - 40}" y="${y + 4}">${event.at}</text>`
    return `${time}${this.#draw(event, y, right)}`
  }

  #draw(event: Shown, y: number, right: number): string {
    const note = (text: string, kind = '') => `<text${kind} x="${right}" y="${y + 4}">${label(text)}</text>`
    if (isPassage(event)) {
      const text = passageText(event, this.#usual)
      return `${this.#message(event, y, text)}${note(text, event.what === 'lost' ? ' class="fault"' : '')}`
    }
    switch (event.what) {
      case 'crash':
      case 'restart':
        return `${event.what === 'crash' ? cross(this.#x(event.node), y) : ''}${note(`${event.node}: ${event.what}`, ' class="fault"')}`
      case 'begin':
      case 'end':
        return note(`${event.what} ${faultText(event.fault)}`, ' class="fault"')
      case 'note':
        return note(`${event.node}: ${event.text}`)
      case 'state': {
        const dot = event.node === null ? '' : `<circle class="s" cx="${this.#x(event.node)}" cy="${y}" r="4"/>`
        const whose = event.node === null ? '' : `${event.node}: `
        return `${dot}${note(`${whose}${event.name} = ${shortText(event.value)}`, ' class="s"')}`
      }
    }
  }

  #message({ what, delivery }: Passage, y: number, text: string): string {
    const [from, to] = [this.#x(delivery.from), this.#x(delivery.to)]
    const start = Math.max(TOP - 10, Math.min(y, this.#yAt(delivery.sentAt)))
    const title = `<title>${escaped(`${delivery.from} → ${delivery.to} ${text}`)}</title>`
    if (what === 'delivered') {
      return `<path class="m" marker-end="url(#a)" d="M${from} ${start} L${to} ${y}">${title}</path>`
    }
    const end = from + (to - from) * 0.75
    return `<path class="lost" d="M${from} ${start} L${end} ${y}">${title}</path>${cross(end, y)}`
  }

  #x(node: string): number {
    return LEFT + Math.max(0, this.#nodes.indexOf(node)) * LANE + 20
  }

  #y(index: number): number {
    return TOP + index * ROW
  }

  /** The height of a time: of the first row at or after it. */
  #yAt(time: number): number {
    const index = this.#rows.findIndex(({ event }) => event !== undefined && event.at >= time)
    return this.#y(index < 0 ? this.#rows.length : index)
  }
}

/** [kind, node, whether it begins] */
function outageOf(event: SimulationEvent): ['down' | 'still', string, boolean] | null {
  if (event.what === 'crash' || event.what === 'restart') return ['down', event.node, event.what === 'crash']
  if ((event.what === 'begin' || event.what === 'end') && event.fault.kind === 'pause') {
    return ['still', event.fault.node, event.what === 'begin']
  }
  return null
}

function cross(x: number, y: number): string {
  return `<path class="x" d="M${x - 5} ${y - 5}l10 10M${x + 5} ${y - 5}l-10 10"/>`
}

function label(text: string): string {
  return escaped(text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1)}…`)
}

/** Text of a program under test is data: it may hold anything, and goes into a page. */
function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text
    .replace(/[&<>"]/g, (character) => entities[character]!)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '�')
}
